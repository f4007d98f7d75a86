"""The settings of sign-in: what passes, what is refused, and what the refusal says."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.login.settings import parse_login_settings
from okta_gateway.setting_rows import BY_NAME, SETTINGS
from tests.tokens import AUDIENCE, DOMAIN, SERVER_ID, USER_CLIENT_ID
from tests.unit.login.login_settings import (
    GOOD,
    LAPTOP,
    NAMES,
    ON_LAMBDA,
    ORG_MODE,
    PASSWORD,
    SECRET,
    parse,
    problems,
)


class Watched(Mapping[str, str]):
    """An environment that knows what was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


DEFAULTS: dict[str, Any] = {
    "other_issuers": (),
    "scopes": "openid profile email offline_access",
    "documentdb_database": "mcp_registry_default",
    "documentdb_tls_ca_file": None,
    "scopes_source": "file",
    "scopes_file": "/opt/scopes.json",
    "gateway_url": None,
    "signing_keys": (),
    "session_idle_seconds": 3600,
    "session_max_seconds": 28800,
    "login_redirects": (),
    "allowed_origins": (),
    "log_level": "INFO",
}


@pytest.mark.parametrize("unset", [{}, dict.fromkeys(NAMES - GOOD.keys(), "")], ids=["not set", "empty"])
def test_the_least_that_is_needed_is_enough_and_the_rest_has_its_default(unset: dict[str, str]) -> None:
    settings = parse(**unset)
    assert {name: getattr(settings, name) for name in DEFAULTS} == DEFAULTS
    assert settings.okta_url == f"https://{DOMAIN}"
    assert (settings.auth_server_id, settings.audiences) == (SERVER_ID, (AUDIENCE,))
    assert (settings.client_id, settings.client_secret) == (USER_CLIENT_ID, SECRET)
    assert (settings.documentdb_uri, settings.session_key) == (GOOD["DOCUMENTDB_URI"], "/opt/keys/session.key")
    assert not settings.issues_tokens


def test_at_the_org_server_tokens_are_issued_here_and_groups_are_asked_for() -> None:
    settings = parse(**ORG_MODE)
    assert settings.issues_tokens
    assert (settings.auth_server_id, settings.audiences) == (None, ())
    assert settings.signing_keys == ("/opt/keys/gateway.pem",)
    assert settings.scopes == "openid profile email offline_access groups"


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("OKTA_DOMAIN", "Dev-1.OKTA.com", "okta_url", "https://dev-1.okta.com"),
        ("OKTA_DOMAIN", "login.example.com", "okta_url", "https://login.example.com"),
        ("OKTA_AUTH_SERVER_ID", "default", "auth_server_id", "default"),
        ("OKTA_AUDIENCE", "api://a, api://b", "audiences", ("api://a", "api://b")),
        ("OKTA_ISSUERS", f"https://login.example.com/oauth2/{SERVER_ID}", "other_issuers",
         (f"https://login.example.com/oauth2/{SERVER_ID}",)),
        ("OKTA_SCOPES", "openid", "scopes", "openid"),
        ("OKTA_SCOPES", "  openid\tprofile   groups ", "scopes", "openid profile groups"),
        ("DOCUMENTDB_DATABASE", "other_db-1", "documentdb_database", "other_db-1"),
        ("DOCUMENTDB_TLS_CA_FILE", "/opt/ca.pem", "documentdb_tls_ca_file", "/opt/ca.pem"),
        ("SCOPES_SOURCE", "documentdb", "scopes_source", "documentdb"),
        ("SCOPES_FILE", "scopes.yml", "scopes_file", "scopes.yml"),
        ("GATEWAY_URL", "https://gw.example.com/prod", "gateway_url", "https://gw.example.com/prod"),
        ("GATEWAY_URL", "http://localhost:8888", "gateway_url", "http://localhost:8888"),
        ("GATEWAY_SIGNING_KEYS", "a.pem, b.pem", "signing_keys", ("a.pem", "b.pem")),
        ("SESSION_IDLE_SECONDS", "60", "session_idle_seconds", 60),
        ("SESSION_IDLE_SECONDS", "28800", "session_idle_seconds", 28800),
        ("SESSION_MAX_SECONDS", "604800", "session_max_seconds", 604800),
        ("LOGIN_REDIRECTS", "https://app.example.com/in?x=1#y, http://localhost:3000", "login_redirects",
         ("https://app.example.com/in?x=1#y", "http://localhost:3000")),
        ("ALLOWED_ORIGINS", "https://app.example.com,https://b.example.com:8443,http://127.0.0.1:3000",
         "allowed_origins", ("https://app.example.com", "https://b.example.com:8443", "http://127.0.0.1:3000")),
        ("LOG_LEVEL", "debug", "log_level", "DEBUG"),
    ],
)  # fmt: skip
def test_what_passes(name: str, text: str, field: str, value: object) -> None:
    assert getattr(parse(**{name: text}), field) == value


REQUIRED = ["AUTH_PROVIDER", "OKTA_DOMAIN", "OKTA_CLIENT_ID", "OKTA_CLIENT_SECRET", "DOCUMENTDB_URI", "SESSION_KEY"]


@pytest.mark.parametrize("name", [*REQUIRED, "OKTA_AUDIENCE"])
def test_what_is_needed_and_missing_is_told_with_its_meaning(name: str) -> None:
    assert problems(**{name: ""}) == [f"{name} is not set: {BY_NAME[name].meaning}"]


def test_org_mode_needs_a_signing_key() -> None:
    (problem,) = problems(**ORG_MODE | {"GATEWAY_SIGNING_KEYS": ""})
    assert problem == f"GATEWAY_SIGNING_KEYS is not set: {BY_NAME['GATEWAY_SIGNING_KEYS'].meaning}"


BAD: list[tuple[str, str]] = [
    ("AUTH_PROVIDER", "cognito"),
    ("OKTA_DOMAIN", f"https://{DOMAIN}"),
    ("OKTA_DOMAIN", "dev-1-admin.okta.com"),
    ("OKTA_AUTH_SERVER_ID", f"https://{DOMAIN}/oauth2/{SERVER_ID}"),
    ("OKTA_AUTH_SERVER_ID", "../v1"),
    ("OKTA_AUDIENCE", "api://a,,api://b"),
    ("OKTA_ISSUERS", ","),
    ("OKTA_SCOPES", 'openid "groups"'),
    ("OKTA_SCOPES", "openid gröups"),
    ("OKTA_SCOPES", "openid back\\slash"),
    ("OKTA_SCOPES", "   "),
    ("DOCUMENTDB_DATABASE", "a/b"),
    ("SCOPES_SOURCE", "s3"),
    ("GATEWAY_URL", "https://gw.example.com/"),
    ("GATEWAY_URL", "http://gw.example.com"),
    ("GATEWAY_URL", "gw.example.com"),
    ("GATEWAY_SIGNING_KEYS", "a.pem,a.pem"),
    ("SESSION_IDLE_SECONDS", "0"),
    ("SESSION_IDLE_SECONDS", "1h"),
    ("SESSION_IDLE_SECONDS", "-60"),
    ("SESSION_IDLE_SECONDS", "1.5"),
    ("SESSION_MAX_SECONDS", "999999999"),
    ("SESSION_MAX_SECONDS", "٣٦٠٠"),
    ("LOGIN_REDIRECTS", "/in"),
    ("LOGIN_REDIRECTS", "//app.example.com/in"),
    ("LOGIN_REDIRECTS", "http://app.example.com/in"),
    ("LOGIN_REDIRECTS", "javascript:alert(1)"),
    ("LOGIN_REDIRECTS", "https://user@app.example.com/in"),
    ("LOGIN_REDIRECTS", "https://app.example.com\\@evil.example"),
    ("LOGIN_REDIRECTS", "https://app.example.com/a b"),
    ("LOGIN_REDIRECTS", "https://app.example.com/a\nb"),
    ("LOGIN_REDIRECTS", "https://*.example.com/"),
    ("LOGIN_REDIRECTS", "https://app.example.com/in,"),
    ("ALLOWED_ORIGINS", "*"),
    ("ALLOWED_ORIGINS", "null"),
    ("ALLOWED_ORIGINS", "https://app.example.com/"),
    ("ALLOWED_ORIGINS", "https://app.example.com/in"),
    ("ALLOWED_ORIGINS", "https://*.example.com"),
    ("ALLOWED_ORIGINS", "http://app.example.com"),
    ("ALLOWED_ORIGINS", "https://APP.example.com"),
    ("ALLOWED_ORIGINS", "app.example.com"),
    ("ALLOWED_ORIGINS", "https://app.example.com:x"),
    ("LOG_LEVEL", "LOUD"),
    ("OKTA_ALLOW_INSECURE_LOOPBACK", "perhaps"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), BAD)
def test_what_is_refused_is_told_once_with_the_name_the_value_and_the_fix(name: str, text: str) -> None:
    (problem,) = problems(**{name: text})
    start, _, fix = problem.partition(" is not right: ")
    assert start == f"{name}: {text!r}"
    assert fix.startswith(("write", "separate", "the only provider", "this is the address"))


@pytest.mark.parametrize(
    "origin", ["https://app.example.com:443", "http://localhost:80", "https://app.example.com:99999"]
)
@pytest.mark.parametrize("name", ["ALLOWED_ORIGINS", "GATEWAY_URL"])
def test_an_origin_that_no_browser_ever_sends_is_refused(name: str, origin: str) -> None:
    """A browser leaves the scheme's own port out (RFC 6454, section 6.2), and compared is to the letter."""
    (problem,) = problems(**{name: origin})
    assert problem.startswith(f"{name}: {origin!r}")


def test_a_database_that_is_none_is_refused_and_not_shown() -> None:
    (problem,) = problems(DOCUMENTDB_URI=f"postgres://u:{PASSWORD}@db.example.com/")
    assert problem.startswith("DOCUMENTDB_URI: its value is not right: write mongodb://")


def test_a_long_value_may_be_a_key_and_is_not_shown() -> None:
    (problem,) = problems(OKTA_DOMAIN=SECRET * 20)
    assert problem.startswith("OKTA_DOMAIN: its value is not right")


@pytest.mark.parametrize(
    "issuer",
    ["https://evil.example", f"https://login.example.com/oauth2/{SERVER_ID}2", "https://login.example.com/oauth2/default",
     f"http://login.example.com/oauth2/{SERVER_ID}", f"https://{DOMAIN}"],
)  # fmt: skip
def test_an_issuer_of_another_server_is_refused_as_the_authorizer_refuses_it(issuer: str) -> None:
    """Keys and issuer follow the configured server: mixing them must not be possible."""
    (problem,) = problems(OKTA_ISSUERS=issuer)
    assert problem.startswith(f"OKTA_ISSUERS: {issuer!r}")


def test_without_openid_okta_sends_no_id_token() -> None:
    (problem,) = problems(OKTA_SCOPES="profile email")
    assert "openid is missing" in problem
    (problem,) = problems(OKTA_SCOPES="openid2 OpenID")
    assert "openid is missing" in problem


@pytest.mark.parametrize(
    "environ",
    [{"SESSION_IDLE_SECONDS": "28801"}, {"SESSION_MAX_SECONDS": "3599"},
     {"SESSION_IDLE_SECONDS": "2", "SESSION_MAX_SECONDS": "1"}],
)  # fmt: skip
def test_idle_time_is_no_longer_than_the_whole(environ: dict[str, str]) -> None:
    (problem,) = problems(**environ)
    assert "SESSION_IDLE_SECONDS is more than SESSION_MAX_SECONDS" in problem


@pytest.mark.parametrize("domain", ["http://127.0.0.1:8080", "http://localhost:8080"])
def test_a_loopback_okta_is_for_a_laptop_that_asks_for_it(domain: str) -> None:
    (problem,) = problems(OKTA_DOMAIN=domain)
    assert "OKTA_ALLOW_INSECURE_LOOPBACK=true" in problem
    assert parse(OKTA_DOMAIN=domain, **LAPTOP).okta_url == domain
    (problem,) = problems(OKTA_DOMAIN=domain, **LAPTOP, **ON_LAMBDA)
    assert "refused on Lambda" in problem


def test_on_lambda_the_gateway_is_not_on_loopback() -> None:
    """Else cookies would lack `__Host-` and Secure there."""
    (problem,) = problems(GATEWAY_URL="http://localhost:8888", **ON_LAMBDA)
    assert problem.startswith("GATEWAY_URL")


def test_all_problems_are_told_together() -> None:
    told = problems(
        AUTH_PROVIDER="",
        OKTA_DOMAIN="https://x",
        OKTA_CLIENT_SECRET="",
        OKTA_SCOPES="profile",
        DOCUMENTDB_URI=PASSWORD,
        SESSION_KEY="",
        SESSION_IDLE_SECONDS="never",
        LOGIN_REDIRECTS="/in",
        ALLOWED_ORIGINS="*",
        LOG_LEVEL="LOUD",
    )
    assert [problem.replace(":", " ").split()[0] for problem in told] == [
        "AUTH_PROVIDER", "OKTA_DOMAIN", "OKTA_CLIENT_SECRET", "DOCUMENTDB_URI", "SESSION_KEY", "SESSION_IDLE_SECONDS",
        "LOGIN_REDIRECTS", "ALLOWED_ORIGINS", "LOG_LEVEL", "OKTA_SCOPES"]  # fmt: skip


def test_nothing_at_all_names_every_row_that_is_needed() -> None:
    with pytest.raises(ConfigurationInvalid) as failure:
        parse_login_settings({})
    named = [problem.partition(" is not set")[0] for problem in failure.value.problems]
    assert named == [*REQUIRED[:4], "DOCUMENTDB_URI", "SESSION_KEY", "GATEWAY_SIGNING_KEYS"]


def test_settings_hide_themselves() -> None:
    assert repr(parse()) == "LoginSettings(...)"


def read_by_sign_in() -> set[str]:
    environ = Watched(GOOD)
    parse_login_settings(environ)
    return environ.asked & NAMES


@pytest.mark.parametrize("name", sorted(read_by_sign_in() - {"OKTA_ALLOW_INSECURE_LOOPBACK"}))
def test_a_row_that_sign_in_reads_says_so_in_the_table(name: str) -> None:
    wanted = "login" if name in {*REQUIRED, "OKTA_AUDIENCE"} else "login?"
    assert wanted in BY_NAME[name].needed_by.split()


def test_a_row_that_says_login_is_read() -> None:
    said = {setting.name for setting in SETTINGS if {"login", "login?"} & set(setting.needed_by.split())}
    # The secret is read before the settings; powertools reads its own names.
    elsewhere = {"SECRETS_ARN"} | {name for name in NAMES if name.startswith("POWERTOOLS_")}
    assert said - elsewhere <= read_by_sign_in()


def test_secrets_of_sign_in_are_marked() -> None:
    assert {row.name for row in SETTINGS if row.secret} >= {"OKTA_CLIENT_SECRET", "DOCUMENTDB_URI"}
