"""Which address the gateway believes to have: GATEWAY_URL or what API Gateway says, never what a client says."""

from collections.abc import Callable, Iterator
from typing import Any

import pymongo
import pytest

from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.store.connection import Document
from tests.integration.login.events import EXECUTE_API, invoke, proxy_event
from tests.integration.login.rig import Handler, Rig, close_all, load_sign_in
from tests.integration.login.watched_okta import SERVER, query

FORGED = [
    ("Host", "evil.example"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-Port", "8443"),
    ("X-Forwarded-Prefix", "/evil"),
    ("X-Forwarded-For", "192.0.2.66"),
    ("X-Original-Url", "/oauth2/evil"),
    ("X-Rewrite-Url", "/oauth2/evil"),
    ("X-Http-Method-Override", "POST"),
    ("Forwarded", "host=evil.example;proto=http"),
    ("X-Amzn-Apigateway-Api-Id", "evil"),
    ("Referer", "https://evil.example/"),
]
PLACES: dict[str, tuple[dict[str, Any], str]] = {
    "execute-api": ({}, f"https://{EXECUTE_API}/prod"),
    "custom domain": ({"domain": "api.example.com"}, "https://api.example.com"),
    "custom domain with a base path": (
        {"domain": "api.example.com", "base_path": "/registry"},
        "https://api.example.com/registry",
    ),
    "custom domain with a long base path": (
        {"domain": "api.example.com", "base_path": "/tools/registry"},
        "https://api.example.com/tools/registry",
    ),
}

type Load = Callable[..., Handler]


@pytest.fixture
def load(rig: Rig) -> Iterator[Load]:
    """The function with other settings, to be invoked without a gateway; the stand-in and the store are the rig's."""
    clients: list[pymongo.MongoClient[Document]] = []

    def load(**changes: str) -> Handler:
        return load_sign_in(rig.settings | changes, rig.clock, rig.log, clients)

    yield load
    close_all(clients)


@pytest.mark.parametrize("path", ["/oauth2/", "/oauth2/logout/okta", "/oauth2/nowhere"])
def test_forged_headers_change_no_link(any_rig: Rig, path: str) -> None:
    plain = any_rig.browser().get(path)
    forged = any_rig.browser().send("GET", path, FORGED)
    assert forged.status_code == plain.status_code
    assert "evil" not in forged.text
    assert f"{any_rig.gateway_url}/oauth2/" in forged.text


def test_forged_headers_change_neither_redirect_nor_cookie(any_rig: Rig) -> None:
    answer = any_rig.browser().send("GET", "/oauth2/login/okta", FORGED)
    assert answer.headers["location"].startswith(f"{any_rig.endpoints}/authorize?")
    assert query(answer.headers["location"])["redirect_uri"] == f"{any_rig.gateway_url}/oauth2/callback/okta"
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith(f"{any_rig.cookie_prefix}okta-gateway-login-")
    assert ("; Secure" in cookie) == (any_rig.cookie_prefix == "__Host-")
    assert "omain" not in cookie


def test_forged_headers_do_not_move_the_callback(any_rig: Rig) -> None:
    browser = any_rig.browser()
    callback = browser.at_okta(browser.begin("/oauth2/?x"))
    answer = browser.get(callback, [header for header in FORGED if header[0] != "Host"])
    assert answer.headers["location"] == f"{any_rig.gateway_url}/oauth2/?x"
    assert "evil" not in str(answer.headers)


@pytest.mark.parametrize(("place", "url"), PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("named", [True, False], ids=["GATEWAY_URL", "request context"])
@pytest.mark.parametrize("path", ["/oauth2", "/oauth2/", "/oauth2/logout/okta"])
def test_pages_work_wherever_the_api_is(load: Load, place: dict[str, Any], url: str, named: bool, path: str) -> None:
    handler = load(GATEWAY_URL=url if named else "")
    answer = invoke(handler, proxy_event(path, **place))
    assert answer["statusCode"] == 200
    assert f'="{url}/oauth2/' in answer["body"]


@pytest.mark.parametrize(("place", "url"), PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("named", [True, False], ids=["GATEWAY_URL", "request context"])
def test_sign_in_begins_wherever_the_api_is(load: Load, place: dict[str, Any], url: str, named: bool) -> None:
    handler = load(GATEWAY_URL=url if named else "")
    answer = invoke(handler, proxy_event("/oauth2/login/okta", headers=FORGED[1:], **place))
    assert answer["statusCode"] == 302
    assert query(answer["headers"]["location"][0])["redirect_uri"] == f"{url}/oauth2/callback/okta"
    assert answer["headers"]["set-cookie"][0].startswith("__Host-okta-gateway-login-")


@pytest.mark.parametrize(("place", "url"), PLACES.values(), ids=PLACES)
def test_errors_and_keys_work_wherever_the_api_is(load: Load, place: dict[str, Any], url: str) -> None:
    handler = load(GATEWAY_URL=url)
    keys = invoke(handler, proxy_event("/.well-known/jwks.json", **place))
    assert keys["statusCode"] == 200
    session = invoke(handler, proxy_event("/oauth2/session", headers=[("Origin", "https://app.example.com")], **place))
    assert session["statusCode"] == 401
    assert session["headers"]["access-control-allow-origin"] == ["https://app.example.com"]
    callback = invoke(handler, proxy_event("/oauth2/callback/okta", query="state=x&code=y", **place))
    assert callback["statusCode"] == 400
    assert "Max-Age=0" in callback["headers"]["set-cookie"][0]


def test_an_address_of_plain_http_is_for_loopback_only(load: Load) -> None:
    for url in ("http://gateway.example.com", "http://10.0.0.1", "http://localhost.example.com", "http://[::1]"):
        with pytest.raises(ConfigurationInvalid, match="GATEWAY_URL"):
            load(GATEWAY_URL=url)


@pytest.mark.parametrize(
    "changes",
    [
        {"OKTA_DOMAIN": f"dev-1.okta.com/oauth2/{SERVER}"},
        {"OKTA_DOMAIN": f"https://dev-1.okta.com/oauth2/{SERVER}"},
        {"OKTA_AUTH_SERVER_ID": "https://dev-1.okta.com/oauth2/default"},
        {"OKTA_AUTH_SERVER_ID": "../v1"},
        {"OKTA_AUDIENCE": ""},
        {"OKTA_AUTH_SERVER_ID": "", "GATEWAY_SIGNING_KEYS": ""},
        {"OKTA_SCOPES": "profile email"},
        {"ALLOWED_ORIGINS": "*"},
        {"ALLOWED_ORIGINS": "null"},
        {"ALLOWED_ORIGINS": "https://*.example.com"},
        {"ALLOWED_ORIGINS": "https://app.example.com/"},
        {"ALLOWED_ORIGINS": "http://app.example.com"},
        {"LOGIN_REDIRECTS": "//evil.example"},
        {"LOGIN_REDIRECTS": "javascript:alert(1)"},
        {"LOGIN_REDIRECTS": "https://*"},
        {"LOGIN_REDIRECTS": "http://app.example.com/"},
        {"SESSION_KEY": ""},
        {"SESSION_KEY": "/no/such/file"},
        {"GATEWAY_SIGNING_KEYS": "/no/such/file"},
        {"SESSION_IDLE_SECONDS": "0"},
        {"SESSION_MAX_SECONDS": "60"},
        {"OKTA_CLIENT_SECRET": ""},
        {"OKTA_CLIENT_ID": ""},
        {"AUTH_PROVIDER": "keycloak"},
    ],
    ids=lambda changes: " ".join(f"{name}={value}" for name, value in changes.items()),
)
def test_settings_that_cannot_be_meant_are_refused_at_start(load: Load, changes: dict[str, str]) -> None:
    with pytest.raises(ConfigurationInvalid) as refused:
        load(**changes)
    text = str(refused.value)
    assert any(name in text for name in changes)
    assert "secret-not-for-production" not in text


def test_an_issuer_of_the_settings_never_takes_the_keys_elsewhere(load: Load) -> None:
    """OKTA_ISSUERS names the same server on another host; endpoints and keys stay those of OKTA_DOMAIN."""
    handler = load(OKTA_ISSUERS=f"https://login.example.com/oauth2/{SERVER}")
    answer: Any = invoke(handler, proxy_event("/oauth2/login/okta"))
    assert f"/oauth2/{SERVER}/v1/authorize?" in answer["headers"]["location"][0]
    assert "login.example.com" not in answer["headers"]["location"][0]


@pytest.mark.parametrize(
    "issuers",
    ["https://login.example.com", "https://login.example.com/oauth2/default", "http://login.example.com/oauth2/x"],
)
def test_issuers_of_another_server_are_refused_at_start(load: Load, issuers: str) -> None:
    """As in the authorizer: mixing servers must be impossible."""
    with pytest.raises(ConfigurationInvalid, match="OKTA_ISSUERS"):
        load(OKTA_ISSUERS=issuers)
