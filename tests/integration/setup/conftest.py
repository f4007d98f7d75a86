"""An empty org, and the command in front of it."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from dotenv import dotenv_values
from typer.testing import CliRunner, Result

from devkit.cli.app import app
from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from tests.integration.authorizer.conftest import Clients, clients

__all__ = ["clients"]  # a fixture

TOKEN = "local-api-token-not-for-production"
ORG = Path(__file__).with_name("org.yml")


@dataclass(frozen=True)
class Operator:
    """Somebody with an org, a folder and the command."""

    okta: str
    folder: Path

    @property
    def env(self) -> Path:
        return self.folder / ".env"

    @property
    def tfvars(self) -> Path:
        return self.folder / "state" / "terraform.tfvars"

    @property
    def settings(self) -> dict[str, str | None]:
        return dotenv_values(self.env, interpolate=False)

    def __call__(self, *arguments: str, stdin: str = "", token: str = TOKEN) -> Result:
        options = ["--env-file", str(self.env), "--state", str(self.folder / "state")]
        environ = {"OKTA_API_TOKEN": token, "OKTA_DOMAIN": ""}
        return CliRunner().invoke(app, [*options, *arguments], input=stdin, env=environ, catch_exceptions=False)

    def json(self, *arguments: str) -> tuple[int, Any]:
        result = self(*arguments, "--json")
        return result.exit_code, json.loads(result.stdout)

    def api(self, path: str, method: str = "GET", body: Mapping[str, object] | None = None) -> Any:
        """What an administrator sees and does."""
        address, headers = f"{self.okta}/api/v1{path}", {"Authorization": f"SSWS {TOKEN}"}
        answer = httpx.request(method, address, headers=headers, json=body).raise_for_status()
        return answer.json() if answer.content else None

    def add_person(self, login: str, *groups: str) -> None:
        """A new person with a password, in groups that are there: what an administrator does by Add person."""
        ids = {group["profile"]["name"]: group["id"] for group in self.api("/groups")}
        names = {"firstName": login.partition("@")[0].title(), "lastName": "Example"}
        body = {
            "profile": {**names, "login": login, "email": login},
            "credentials": {"password": {"value": "local-password-not-for-production"}},
            "groupIds": [ids[name] for name in groups],
        }
        self.api("/users?activate=true", "POST", body)

    def control(self, name: str, **body: object) -> Any:
        return httpx.post(f"{self.okta}/_standin/{name}", json=body).raise_for_status().json()


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def operator(key_folder: Path, tmp_path: Path, clients: Clients, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    # Longer than `clients` has it: the store is there.
    monkeypatch.setattr("okta_gateway.store.connection.SELECTION_MS", 1_000)
    keys = shutil.copytree(key_folder, tmp_path / "keys")
    with serve(create_app(load_org(ORG), key_folder=keys)) as address:
        operator = Operator(address, tmp_path)
        operator.env.write_text(f"# mine\nOKTA_DOMAIN={address}\nOKTA_ALLOW_INSECURE_LOOPBACK=true\n", "utf-8")
        yield operator
