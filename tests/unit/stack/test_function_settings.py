"""The functions' settings on a laptop: the stack's own parts, unless .env says otherwise."""

import json
from pathlib import Path

import pytest

from devkit.okta_standin import load_org
from devkit.stack.config import ConfigProblem, LaptopConfig
from devkit.stack.function_settings import key_settings, names_for, settings_from
from devkit.stack.seeds import ADMIN, PASSWORD, USER, WEB_APP
from okta_gateway.login.settings import parse_login_settings
from okta_gateway.login.signing_keys import key_set, signing_keys
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


def test_the_stand_ins_web_application_is_the_one_that_it_knows(tmp_path: Path) -> None:
    settings = settings_from(config(tmp_path, OKTA_CLIENT_ID="0oareal", OKTA_CLIENT_SECRET="hunter2"))
    assert (settings["OKTA_CLIENT_ID"], settings["OKTA_CLIENT_SECRET"]) == (WEB_APP.client_id, WEB_APP.secret)
    (app,) = [app for app in load_org().apps if app.client_id == WEB_APP.client_id]
    assert app.client_secret == WEB_APP.secret
    assert {user.login: user.password for user in load_org().users}.items() >= {USER: PASSWORD, ADMIN: PASSWORD}.items()


def test_secrets_of_other_parts_reach_no_function(tmp_path: Path) -> None:
    assert "hunter2" not in settings_from(config(tmp_path, OKTA_API_TOKEN="hunter2")).values()


@pytest.mark.parametrize("name", ["OKTA_CLIENT_SECRET", "SESSION_KEY", "GATEWAY_SIGNING_KEYS"])
def test_the_authorizer_gets_none_of_sign_ins_secrets(name: str) -> None:
    assert name in names_for("login")
    assert name not in names_for("authorizer")


def test_every_function_keeps_its_own_service_name(tmp_path: Path) -> None:
    assert "POWERTOOLS_SERVICE_NAME" not in settings_from(config(tmp_path, POWERTOOLS_SERVICE_NAME="mine"))


def test_org_mode_has_no_custom_authorization_server() -> None:
    settings = settings_from(LaptopConfig().in_org_mode())
    assert settings.keys().isdisjoint({"OKTA_AUTH_SERVER_ID", "OKTA_AUDIENCE"})


@pytest.mark.parametrize("org_mode", [False, True], ids=["custom server", "org server"])
def test_both_functions_can_start_with_what_the_stack_adds(tmp_path: Path, org_mode: bool) -> None:
    settings = settings_from(LaptopConfig(org_mode=org_mode))
    keys = key_settings(settings, tmp_path)
    running = {"OKTA_DOMAIN": "http://127.0.0.1:9", "DOCUMENTDB_URI": "mongodb://127.0.0.1:9/", **settings, **keys}
    assert parse_login_settings(running).issues_tokens is org_mode
    published = parse_authorizer_settings(running).gateway_public_keys
    assert published
    assert json.loads(published) == key_set(signing_keys([keys["GATEWAY_SIGNING_KEYS"]]))


def test_keys_that_the_env_file_names_are_taken_and_none_are_made(tmp_path: Path) -> None:
    new, old = (key_settings({}, tmp_path / name) for name in ("new", "old"))
    paths = {"SESSION_KEY": "new/session.key", "GATEWAY_SIGNING_KEYS": "new/signing.pem, old/signing.pem"}
    keys = key_settings(settings_from(config(tmp_path, **paths)), tmp_path / "state")
    assert keys["SESSION_KEY"] == new["SESSION_KEY"]
    assert keys["GATEWAY_SIGNING_KEYS"] == ",".join(each["GATEWAY_SIGNING_KEYS"] for each in (new, old))
    assert len(json.loads(keys["GATEWAY_PUBLIC_KEYS"])["keys"]) == 2
    assert not (tmp_path / "state").exists()


def test_a_signing_key_that_is_none_is_a_sentence_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "signing.pem").write_text("no key")
    with pytest.raises(ConfigProblem, match=r"signing\.pem: .*no unencrypted PEM private key"):
        key_settings({}, tmp_path)


def test_a_real_org_without_a_web_application_has_no_sign_in_and_nothing_is_missing(tmp_path: Path) -> None:
    assert not config(tmp_path, **REAL).signs_in
    assert "OKTA_CLIENT_ID" not in settings_from(config(tmp_path, **REAL))


def test_a_file_is_looked_for_beside_the_env_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text("groups:\n  readers: [mcp:servers:read]\n")
    settings = settings_from(config(tmp_path, SCOPES_FILE="mine.yml"))
    assert settings["SCOPES_FILE"] == str(tmp_path.resolve() / "mine.yml")


@pytest.mark.parametrize("name", ["SCOPES_FILE", "DOCUMENTDB_TLS_CA_FILE", "SESSION_KEY", "GATEWAY_SIGNING_KEYS"])
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
        pytest.param({"ALLOWED_ORIGINS": "https://x/"}, "ALLOWED_ORIGINS: .*write origins", id="sign-in"),
        pytest.param({"OKTA_SCOPES": "profile"}, "OKTA_SCOPES: openid is missing", id="scopes"),
    ],
)
def test_what_a_function_would_refuse_is_said_before_anything_starts(
    tmp_path: Path, values: dict[str, str], problem: str
) -> None:
    with pytest.raises(ConfigProblem, match=problem):
        settings_from(config(tmp_path, **values))


def test_broken_access_rules_are_said_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text("groups:\n  readers: [mcp:servers:read]\nrights: {}\n")
    with pytest.raises(ConfigProblem, match=r"access rules are not right: .*mine\.yml.*rights"):
        settings_from(config(tmp_path, SCOPES_FILE="mine.yml"))
