"""POST routes take requests of the gateway's own pages and of ALLOWED_ORIGINS; CORS answers exactly those."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from tests.integration.login.browser import FORM, JSON, Browser
from tests.integration.login.conftest import Start
from tests.integration.login.rig import CUSTOM, ORG, STAGE, Rig

APP = "https://app.example.com"
POSTS = ("/oauth2/session/token", "/oauth2/logout/okta")
CORS_ROUTES = ("/oauth2/session", "/oauth2/session/token")
CORS_HEADERS = ("access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-methods")

type Headers = list[tuple[str, str]]

REFUSED: dict[str, Headers] = {
    "no origin": [("Content-Type", JSON)],
    "null": [("Origin", "null"), ("Content-Type", JSON)],
    "empty origin": [("Origin", ""), ("Content-Type", JSON)],
    "another host": [("Origin", "https://evil.example"), ("Content-Type", JSON)],
    "look-alike with a suffix": [("Origin", f"{APP}.evil.example"), ("Content-Type", JSON)],
    "look-alike with a prefix": [("Origin", "https://evil-app.example.com"), ("Content-Type", JSON)],
    "sub-domain": [("Origin", "https://x.app.example.com"), ("Content-Type", JSON)],
    "another scheme": [("Origin", "http://app.example.com"), ("Content-Type", JSON)],
    "another port": [("Origin", f"{APP}:8443"), ("Content-Type", JSON)],
    "upper case": [("Origin", APP.upper()), ("Content-Type", JSON)],
    "with a slash": [("Origin", f"{APP}/"), ("Content-Type", JSON)],
    "with a path": [("Origin", f"{APP}/x"), ("Content-Type", JSON)],
    "with a user": [("Origin", "https://app.example.com@evil.example"), ("Content-Type", JSON)],
    "two in one": [("Origin", f"OWN {APP}"), ("Content-Type", JSON)],
    "list": [("Origin", f"OWN, {APP}"), ("Content-Type", JSON)],
    "twice": [("Origin", "OWN"), ("Origin", "https://evil.example"), ("Content-Type", JSON)],
    "twice the same": [("Origin", "OWN"), ("Origin", "OWN"), ("Content-Type", JSON)],
    "okta": [("Origin", "OKTA"), ("Content-Type", JSON)],
    "referer instead": [("Referer", "OWN/oauth2/"), ("Content-Type", JSON)],
    "the host itself as an origin": [
        ("Host", "evil.example"),
        ("Origin", "http://evil.example"),
        ("Content-Type", JSON),
    ],
    "cross-site": [("Origin", "OWN"), ("Sec-Fetch-Site", "cross-site"), ("Content-Type", JSON)],
    "no site": [("Origin", "OWN"), ("Sec-Fetch-Site", "none"), ("Content-Type", JSON)],
    "unknown site": [("Origin", "OWN"), ("Sec-Fetch-Site", "same"), ("Content-Type", JSON)],
    "two sites": [
        *(("Origin", "OWN"), ("Content-Type", JSON)),
        *(("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")),
    ],
    "text": [("Origin", "OWN"), ("Content-Type", "text/plain")],
    "multipart": [("Origin", "OWN"), ("Content-Type", "multipart/form-data; boundary=x")],
    "text that names JSON": [("Origin", "OWN"), ("Content-Type", "text/plain; application/json")],
    "no content type": [("Origin", "OWN")],
    "empty content type": [("Origin", "OWN"), ("Content-Type", "")],
    "two content types": [("Origin", "OWN"), ("Content-Type", JSON), ("Content-Type", "text/plain")],
}
ALLOWED: dict[str, Headers] = {
    "own": [("Origin", "OWN"), ("Content-Type", JSON)],
    "own form": [("Origin", "OWN"), ("Content-Type", FORM)],
    "charset": [("Origin", "OWN"), ("Content-Type", "application/json; charset=utf-8")],
    "type in upper case": [("Origin", "OWN"), ("Content-Type", "Application/JSON")],
    "named": [("Origin", APP), ("Content-Type", JSON)],
    "same-origin": [("Origin", "OWN"), ("Sec-Fetch-Site", "same-origin"), ("Content-Type", JSON)],
    "same-site": [("Origin", APP), ("Sec-Fetch-Site", "same-site"), ("Content-Type", JSON)],
}


def filled_in(rig: Rig, browser: Browser, headers: Headers) -> Headers:
    words = {"OWN": browser.origin, "OKTA": rig.okta.address}
    return [(name, _replaced(value, words)) for name, value in headers]


def _replaced(value: str, words: dict[str, str]) -> str:
    for word, meaning in words.items():
        value = value.replace(word, meaning)
    return value


@pytest.mark.parametrize("mode", [CUSTOM, STAGE])
@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
def test_a_post_of_a_foreign_page_is_refused_and_changes_nothing(rigs: Any, mode: str, headers: Headers) -> None:
    rig: Rig = rigs(mode)
    browser = rig.browser().signed_in()
    for path in POSTS:
        answer = browser.send("POST", path, [*filled_in(rig, browser, headers), ("Accept", JSON)])
        assert (answer.status_code, answer.json().get("error")) == (403, "origin_refused")
        assert "access_token" not in answer.text
        assert browser.get("/oauth2/session").status_code == 200


@pytest.mark.parametrize("headers", ALLOWED.values(), ids=ALLOWED)
def test_a_post_of_an_allowed_page_is_answered(any_rig: Rig, headers: Headers) -> None:
    browser = any_rig.browser().signed_in()
    for path in POSTS:
        assert browser.send("POST", path, filled_in(any_rig, browser, headers)).status_code == 200


@pytest.mark.parametrize("path", POSTS)
def test_the_origin_is_looked_at_before_the_session(rig: Rig, path: str) -> None:
    answer = rig.browser().send("POST", path, [("Origin", "https://evil.example"), ("Content-Type", JSON)])
    assert answer.status_code == 403


def test_without_allowed_origins_only_the_gateways_own_is(start: Start) -> None:
    rig = start(ALLOWED_ORIGINS="")
    browser = rig.browser().signed_in()
    assert browser.post("/oauth2/session/token", origin=APP).status_code == 403
    assert browser.token().status_code == 200


@pytest.mark.parametrize("path", CORS_ROUTES)
@pytest.mark.parametrize("signed_in", [True, False], ids=["answer", "error"])
def test_cors_names_exactly_the_asking_origin(any_rig: Rig, path: str, signed_in: bool) -> None:
    browser = any_rig.browser().signed_in() if signed_in else any_rig.browser()
    for origin in (APP, browser.origin):
        method = "POST" if path.endswith("token") else "GET"
        answer = browser.send(method, path, [("Origin", origin), ("Content-Type", JSON)])
        assert answer.status_code == (200 if signed_in else 401)
        assert answer.headers.get_list("access-control-allow-origin") == [origin]
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "origin" in answer.headers["vary"].lower()


@pytest.mark.parametrize("path", CORS_ROUTES)
@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"{APP}.evil.example", APP.upper(), f"{APP}/", "*", ""]
)
def test_cors_says_nothing_to_other_origins(rig: Rig, path: str, method: str, origin: str) -> None:
    headers = [("Origin", origin), ("Content-Type", JSON), ("Access-Control-Request-Method", "POST")]
    answer = rig.browser().send(method, path, headers)
    assert [name for name in CORS_HEADERS if name in answer.headers] == []
    if method != "OPTIONS":
        assert "origin" in answer.headers.get("vary", "").lower()


@pytest.mark.parametrize("path", CORS_ROUTES)
def test_a_preflight_of_an_allowed_origin_is_answered(any_rig: Rig, path: str) -> None:
    headers = [
        ("Origin", APP),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type"),
    ]
    answer = any_rig.browser().send("OPTIONS", path, headers)
    assert answer.status_code == 204
    assert answer.text == ""
    assert answer.headers["access-control-allow-origin"] == APP
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"].lower() == "content-type"


@pytest.mark.parametrize(
    "path", ["/oauth2/", "/oauth2/login/okta", "/oauth2/callback/okta", "/oauth2/logout/okta", "/oauth2/nowhere"]
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_other_routes_are_for_no_other_origin(rig: Rig, path: str, method: str) -> None:
    answer = rig.browser().send(method, path, [("Origin", APP), ("Access-Control-Request-Method", "POST")])
    assert [name for name in CORS_HEADERS if name in answer.headers] == []


def test_the_answer_is_as_oauth_has_it(any_rig: Rig) -> None:
    answer = any_rig.browser().signed_in().token()
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"
    assert set(answer.json()) == {"access_token", "token_type", "expires_in"}
    assert isinstance(answer.json()["expires_in"], int)


def test_a_live_token_costs_no_request_to_okta(any_rig: Rig) -> None:
    browser = any_rig.browser().signed_in()
    before = any_rig.okta.requests()
    for _ in range(3):
        assert browser.token().status_code == 200
        assert browser.get("/oauth2/session").status_code == 200
    assert any_rig.okta.requests() == before


class Kms:
    """KMS as moto plays it: the operations that were asked for, and whether it answers."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.is_down = False


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kms]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    kms = Kms()
    client_class: Any = BaseClient
    call = client_class._make_api_call

    def recorded(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        kms.calls.append(operation)
        if kms.is_down:
            raise EndpointConnectionError(endpoint_url="https://kms.eu-central-1.amazonaws.com")
        return call(client, operation, parameters)

    monkeypatch.setattr(client_class, "_make_api_call", recorded)
    with mock_aws():
        yield kms


def new_key(**parameters: str) -> str:
    return str(boto3.client("kms", region_name="eu-central-1").create_key(**parameters)["KeyMetadata"]["Arn"])


@pytest.mark.parametrize("mode", [CUSTOM, ORG])
def test_a_live_token_costs_no_call_of_kms(start: Start, kms: Kms, mode: str) -> None:
    keys = {"SESSION_KEY": new_key()}
    if mode == ORG:
        keys["GATEWAY_SIGNING_KEYS"] = new_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    rig = start(mode, **keys)
    browser = rig.browser().signed_in()
    token = browser.access_token()
    assert "GenerateDataKey" in kms.calls
    kms.calls.clear()
    for _ in range(3):
        assert browser.access_token() == token
        assert browser.get("/oauth2/session").status_code == 200
    assert kms.calls == []
    api = rig.browser().get("/api/servers", [("Authorization", f"Bearer {token}")])
    assert api.status_code == 200


def test_signing_out_while_kms_is_down_still_ends_the_session(start: Start, kms: Kms) -> None:
    rig = start(SESSION_KEY=new_key())
    browser = rig.browser().signed_in()
    kms.is_down = True
    rig.sandboxes.restart()
    browser.post("/oauth2/logout/okta")
    assert rig.sessions() == []
    assert browser.session_id is None


@pytest.mark.parametrize("soon", [False, True], ids=["live token", "refresh due"])
def test_an_outage_of_kms_ends_no_session(start: Start, kms: Kms, soon: bool) -> None:
    rig = start(SESSION_KEY=new_key())
    browser = rig.browser().signed_in()
    if soon:
        rig.token_ends_soon()
    kms.is_down = True
    rig.sandboxes.restart()
    assert browser.token().status_code in {500, 503}
    assert browser.get("/oauth2/session").status_code == 200
    kms.is_down = False
    assert browser.access_token()


def test_an_outage_of_kms_between_refresh_and_sealing_loses_no_refresh_token(start: Start, kms: Kms) -> None:
    """The data key is an hour old, so that the refreshed tokens need a new one."""
    rig = start(SESSION_KEY=new_key())
    browser = rig.browser().signed_in()
    rig.token_ends_soon()
    browser.get("/oauth2/session")
    rig.clock.pass_by(40)
    rig.okta.watch.before_answer = lambda: setattr(kms, "is_down", True)
    browser.token()
    kms.is_down = False
    rig.okta.watch.before_answer = lambda: None
    rig.clock.pass_by(60)  # longer than Okta's leeway for a rotated token
    assert browser.access_token()


def test_a_signing_key_that_kms_does_not_use_is_an_outage(start: Start, kms: Kms) -> None:
    rig = start(ORG, GATEWAY_SIGNING_KEYS=new_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY"))
    browser = rig.browser().signed_in()
    rig.token_ends_soon()
    kms.is_down = True
    assert browser.token().status_code in {500, 503}
    kms.is_down = False
    rig.clock.pass_by(60)
    assert browser.access_token()
