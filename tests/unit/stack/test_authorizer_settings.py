"""The authorizer's settings on a laptop: the stack's own parts, unless .env says otherwise."""

from pathlib import Path

import pytest

from devkit.stack.authorizer_settings import parameter_name, settings_from, split_for_template
from devkit.stack.config import ConfigProblem, LaptopConfig
from okta_gateway.setting_rows import SETTINGS
from okta_gateway.settings import parse_authorizer_settings

REAL = {"OKTA_DOMAIN": "dev-1.okta.com", "OKTA_AUTH_SERVER_ID": "default", "OKTA_AUDIENCE": "api://default"}


def config(folder: Path, **values: str) -> LaptopConfig:
    return LaptopConfig(values, folder / ".env")


def test_without_an_env_file_the_settings_are_those_of_the_stand_in() -> None:
    settings = settings_from(LaptopConfig())
    assert settings["OKTA_AUDIENCE"] == "api://ai-registry"
    assert settings["OKTA_ALLOW_INSECURE_LOOPBACK"] == "true"
    assert parse_authorizer_settings({**settings, "OKTA_DOMAIN": "http://127.0.0.1:9"}).warnings is not None


def test_a_real_org_gets_nothing_of_the_stand_in(tmp_path: Path) -> None:
    settings = settings_from(config(tmp_path, **REAL))
    assert settings.items() >= REAL.items()
    assert "OKTA_ALLOW_INSECURE_LOOPBACK" not in settings


def test_what_the_env_file_says_wins(tmp_path: Path) -> None:
    assert settings_from(config(tmp_path, OKTA_AUDIENCE="api://mine"))["OKTA_AUDIENCE"] == "api://mine"


def test_secrets_of_other_parts_do_not_reach_the_authorizer(tmp_path: Path) -> None:
    settings = settings_from(config(tmp_path, OKTA_CLIENT_SECRET="hunter2", OKTA_API_TOKEN="hunter2"))
    assert "hunter2" not in settings.values()


def test_a_file_is_looked_for_beside_the_env_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text("groups:\n  readers: [mcp:servers:read]\n")
    settings = settings_from(config(tmp_path, SCOPES_FILE="mine.yml"))
    assert settings["SCOPES_FILE"] == str(tmp_path.resolve() / "mine.yml")


@pytest.mark.parametrize("name", ["SCOPES_FILE", "DOCUMENTDB_TLS_CA_FILE"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigProblem, match=f"{name} names .*there is no such file"):
        settings_from(config(tmp_path, **{name: "nothing"}))


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        pytest.param({"AUTH_PROVIDER": "entra"}, "AUTH_PROVIDER: .*only provider is okta", id="provider"),
        pytest.param({**REAL, "OKTA_DOMAIN": "https://dev-1.okta.com/"}, "OKTA_DOMAIN: .*host only", id="domain"),
        pytest.param({"POLICY_MAX_BYTES": "big"}, "POLICY_MAX_BYTES: .*number of bytes", id="number"),
        pytest.param({"SCOPES_SOURCE": "ldap"}, "SCOPES_SOURCE: .*file or documentdb", id="source"),
    ],
)
def test_what_the_authorizer_would_refuse_is_said_before_anything_starts(
    tmp_path: Path, values: dict[str, str], problem: str
) -> None:
    with pytest.raises(ConfigProblem, match=problem):
        settings_from(config(tmp_path, **values))


def test_broken_access_rules_are_said_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text("groups:\n  readers: [mcp:servers:read]\nrights: {}\n")
    with pytest.raises(ConfigProblem, match=r"access rules are not right: .*mine\.yml.*rights"):
        settings_from(config(tmp_path, SCOPES_FILE="mine.yml"))


def test_every_setting_reaches_the_function_by_the_template_or_beside_it() -> None:
    names = {setting.name: "x" for setting in SETTINGS if setting.needed_by.startswith("authorizer")}
    parameters, rest = split_for_template(names)
    assert set(rest) == {"DOCUMENTDB_URI"}  # a secret: on AWS it comes from SECRETS_ARN
    assert set(parameters) == {parameter_name(name) for name in names if name not in rest}


@pytest.mark.parametrize(
    ("setting", "parameter"), [("OKTA_DOMAIN", "OktaDomain"), ("DOCUMENTDB_TLS_CA_FILE", "DocumentdbTlsCaFile")]
)
def test_a_setting_has_the_same_words_in_the_template(setting: str, parameter: str) -> None:
    assert parameter_name(setting) == parameter
