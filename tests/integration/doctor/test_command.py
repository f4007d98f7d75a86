"""`okta-gateway doctor`: the settings as a person wrote them, the exit codes, the two forms of the answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from devkit.cli.app import app
from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from okta_gateway.setting_rows import SETTINGS as TABLE
from tests.integration.authorizer.conftest import Clients
from tests.integration.doctor.patient import ORG, SETTINGS

LEFT_OUT = ("AUTH_PROVIDER", "SCOPES_FILE", "GATEWAY_URL")
"""What .env need not say."""


@pytest.fixture(scope="module")
def okta(key_folder: Path) -> Iterator[str]:
    with serve(create_app(load_org(ORG), key_folder=key_folder)) as address:
        yield address


class Doctor:
    """The command, with the settings of a folder."""

    def __init__(self, folder: Path, okta: str) -> None:
        self._folder = folder
        self._settings = {name: value for name, value in SETTINGS.items() if name not in LEFT_OUT}
        self._settings["OKTA_DOMAIN"] = okta

    def set(self, **settings: str) -> None:
        self._settings |= settings

    def __call__(self, *arguments: str, stdin: str = "") -> Result:
        env = self._folder / ".env"
        env.write_text("".join(f"{name}={value}\n" for name, value in self._settings.items() if value), "utf-8")
        options = ["--env-file", str(env), "--state", str(self._folder / "state"), "doctor", *arguments]
        return CliRunner().invoke(app, options, input=stdin, catch_exceptions=False)

    def json(self, *arguments: str, stdin: str = "") -> tuple[int, Any]:
        result = self(*arguments, "--json", stdin=stdin)
        return result.exit_code, json.loads(result.stdout)

    def problems(self) -> list[str]:
        _, answer = self.json()
        return [check["name"] for check in answer["checks"] if check["result"] == "problem"]


@pytest.fixture
def doctor(tmp_path: Path, okta: str, clients: Clients) -> Doctor:
    return Doctor(tmp_path, okta)


def test_all_is_well(doctor: Doctor) -> None:
    result = doctor()
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "No problem found.")


def test_a_problem_is_told_with_its_meaning_and_the_way_in_the_console(doctor: Doctor) -> None:
    doctor.set(OKTA_AUDIENCE="api://payroll")
    result = doctor()
    shown = " ".join(result.stdout.split())
    assert result.exit_code == 1
    assert "Audience: problem The server's audience is api://ai-registry, OKTA_AUDIENCE is api://payroll." in shown
    assert "What to do: Set OKTA_AUDIENCE=api://ai-registry" in shown
    assert "Security > API > Authorization Servers > your server > Settings" in shown
    assert shown.endswith("1 problem found.")


def test_what_cannot_be_checked_without_an_api_token_is_exit_code_2(doctor: Doctor) -> None:
    doctor.set(OKTA_API_TOKEN="")
    code, answer = doctor.json()
    assert (code, answer["summary"]["problem"]) == (2, 0)
    assert answer["summary"]["could not check"] > 10
    assert "could not be checked" in doctor().stdout.splitlines()[-1]


def test_what_has_one_cause_is_told_once(doctor: Doctor) -> None:
    doctor.set(OKTA_API_TOKEN="")
    shown = " ".join(doctor().stdout.split())
    assert shown.count("What to do: Set OKTA_API_TOKEN") == 1
    assert "API token, API token's permissions, Rate limits" in shown
    assert shown.count("Skipped because no token was given") == 1
    assert "Token, Where the token came from, Kind of token" in shown


def test_the_json_has_every_check_with_all_its_parts(doctor: Doctor) -> None:
    code, answer = doctor.json()
    assert code == 0
    assert all(set(check) == {"name", "title", "result", "seen", "meaning", "fix"} for check in answer["checks"])
    assert sum(answer["summary"].values()) == len(answer["checks"])


@pytest.mark.parametrize(
    ("settings", "check"),
    [
        ({"OKTA_AUDIENCE": ""}, "settings"),
        ({"OKTA_ISSUERS": "nonsense"}, "settings"),
        ({"OKTA_DOMAIN": "dev-123456-admin.okta.com", "OKTA_ALLOW_INSECURE_LOOPBACK": ""}, "domain"),
        ({"OKTA_DOMAIN": "https://dev-123456.okta.com/", "OKTA_ALLOW_INSECURE_LOOPBACK": ""}, "domain"),
    ],
    ids=["an audience is missing", "an issuer is none", "the admin console's host", "a URL"],
)
def test_what_make_run_would_refuse_is_one_finding(doctor: Doctor, settings: dict[str, str], check: str) -> None:
    doctor.set(**settings)
    assert doctor.problems() == [check]


def test_access_rules_that_are_not_right_are_one_finding(doctor: Doctor, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text("groups: {registry-admins: [registry:admin:full]}\npermissions: {a: ['GET nowhere']}\n", "utf-8")
    doctor.set(SCOPES_FILE=str(rules))
    assert doctor.problems() == ["rules"]


def test_a_token_is_read_from_standard_input_and_not_shown(doctor: Doctor) -> None:
    result = doctor("-", stdin="eyJhbGciOiJSUzI1NiJ9.eyJzZWNyZXQiOjF9.c2lnbmF0dXJl\n")
    assert result.exit_code == 1
    assert "Where the token came from: problem" in result.stdout
    assert "c2lnbmF0dXJl" not in result.stdout


def test_secrets_are_never_shown(doctor: Doctor) -> None:
    secrets = ("OKTA_CLIENT_SECRET", "OKTA_M2M_CLIENT_SECRET", "OKTA_API_TOKEN")
    doctor.set(**dict.fromkeys(secrets, "hunter2hunter2hunter2"))
    result = doctor()
    assert result.exit_code == 1
    assert "hunter2" not in result.output


def test_with_environment_the_settings_are_those_of_a_function(
    monkeypatch: pytest.MonkeyPatch, okta: str, clients: Clients
) -> None:
    for setting in TABLE:
        monkeypatch.delenv(setting.name, raising=False)
    for name, value in {**SETTINGS, "OKTA_DOMAIN": okta}.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(app, ["--environment", "doctor", "--json"], catch_exceptions=False)
    checks = {check["name"]: check["result"] for check in json.loads(result.stdout)["checks"]}
    assert (result.exit_code, checks["audience"], checks["store"]) == (0, "ok", "skipped")
