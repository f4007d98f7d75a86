"""The command in this process, against a served stand-in and a local store of its own."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from devkit.cli.app import app
from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from devkit.stack.seeds import AGENT, WEB_APP
from tests.integration.authorizer.conftest import Clients, clients, load
from tests.integration.authorizer.invocation import Okta

__all__ = ["clients", "load"]  # fixtures

CUSTOM = "OKTA_AUTH_SERVER_ID=aus1234567890abcdef\nOKTA_AUDIENCE=api://ai-registry\n"


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signing keys, generated once."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def okta(key_folder: Path) -> Iterator[Okta]:
    """One stand-in for every test that leaves its keys and faults alone."""
    with serve(create_app(load_org(), key_folder=key_folder)) as address:
        yield Okta(address)


@pytest.fixture
def own_okta(okta: Okta, key_folder: Path, tmp_path: Path) -> Iterator[Okta]:
    """A stand-in that the test may break."""
    folder = shutil.copytree(key_folder, tmp_path / "keys")
    with serve(create_app(load_org(), key_folder=folder)) as address:
        yield Okta(address)


def allow_redirect(okta: Okta, port: int) -> None:
    """Register the command's redirect URI with the web application, as an administrator would."""
    uris = {"redirect_uris": [f"http://127.0.0.1:{port}/callback"]}
    httpx.post(f"{okta.address}/_standin/apps/{WEB_APP.client_id}", json=uris).raise_for_status()


@dataclass(frozen=True)
class Command:
    """`okta-gateway` with the settings of a folder."""

    folder: Path

    def settings(self, okta: Okta, more: str = "", *, server: str = CUSTOM) -> None:
        """Write the .env: an Okta that is told apart from the local stack's by its port alone."""
        text = f"OKTA_DOMAIN={okta.address}\nOKTA_ALLOW_INSECURE_LOOPBACK=true\n{server}"
        client = f"OKTA_M2M_CLIENT_ID={AGENT.client_id}\nOKTA_M2M_CLIENT_SECRET={AGENT.secret}\n"
        (self.folder / ".env").write_text(text + client + more, encoding="utf-8")

    def options(self) -> list[str]:
        return ["--env-file", str(self.folder / ".env"), "--state", str(self.folder / "state")]

    def __call__(self, *arguments: str, stdin: str = "", environ: dict[str, str] | None = None) -> Result:
        """Run it; an exception that it does not turn into an answer is raised."""
        return CliRunner().invoke(app, [*self.options(), *arguments], input=stdin, env=environ, catch_exceptions=False)

    def json(self, *arguments: str, stdin: str = "", environ: dict[str, str] | None = None) -> tuple[int, Any]:
        """The exit code and the answer of the command with --json."""
        result = self(*arguments, "--json", stdin=stdin, environ=environ)
        return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def command(tmp_path: Path, okta: Okta, clients: Clients) -> Command:
    """The command, set up for the session's stand-in; `clients` closes what a process would leave to its end."""
    command = Command(tmp_path)
    command.settings(okta)
    return command
