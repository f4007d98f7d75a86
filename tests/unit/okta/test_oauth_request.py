"""What is sent to Okta's token and revocation endpoints, and what never is."""

from base64 import b64encode
from urllib.parse import parse_qs

import httpx
import pytest

from okta_gateway.okta.errors import OktaUnavailable
from okta_gateway.okta.oauth import OktaOAuth
from tests.unit.okta.asking import (
    ASKING,
    CODE,
    CUSTOM,
    EVERY_METHOD,
    ORG,
    REDIRECT_URI,
    REFRESH_TOKEN,
    SECRET,
    TOKENS,
    VERIFIER,
    Ask,
    Okta,
    asked,
    client,
    tokens,
)


def test_a_code_is_exchanged_with_its_verifier() -> None:
    request, form = asked(ASKING["exchange"])
    assert (request.method, str(request.url)) == ("POST", f"{CUSTOM.issuer}/v1/token")
    assert form == {
        "grant_type": ["authorization_code"],
        "code": [CODE],
        "redirect_uri": [REDIRECT_URI],
        "code_verifier": [VERIFIER],
    }


def test_a_refresh_asks_for_what_was_granted() -> None:
    request, form = asked(ASKING["refresh"])
    assert (request.method, str(request.url)) == ("POST", f"{CUSTOM.issuer}/v1/token")
    assert form == {"grant_type": ["refresh_token"], "refresh_token": [REFRESH_TOKEN]}


def test_a_refresh_token_is_revoked_as_one() -> None:
    request, form = asked(ASKING["revoke"])
    assert (request.method, str(request.url)) == ("POST", f"{CUSTOM.issuer}/v1/revoke")
    assert form == {"token": [REFRESH_TOKEN], "token_type_hint": ["refresh_token"]}


def test_the_org_server_has_its_own_endpoints() -> None:
    assert str(asked(ASKING["exchange"], ORG)[0].url) == "https://dev-123456.okta.com/oauth2/v1/token"
    assert str(asked(ASKING["revoke"], ORG)[0].url) == "https://dev-123456.okta.com/oauth2/v1/revoke"


@EVERY_METHOD
def test_the_client_says_who_it_is_in_the_header_alone(ask: Ask) -> None:
    request, form = asked(ask)
    assert request.headers["Authorization"] == f"Basic {b64encode(f'0oa1:{SECRET}'.encode()).decode()}"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.headers["Accept"] == "application/json"
    assert not {"client_id", "client_secret"}.intersection(form)


@EVERY_METHOD
def test_every_wait_has_a_limit(ask: Ask) -> None:
    request, _ = asked(ask)
    assert request.extensions["timeout"] == {"connect": 3.0, "read": 5.0, "write": 5.0, "pool": 5.0}


def test_what_is_secret_travels_unharmed() -> None:
    okta = Okta(tokens())
    OktaOAuth(CUSTOM, "0oa1", SECRET, transport=okta).exchange_code("a+b/c=&d é", VERIFIER, REDIRECT_URI)
    assert parse_qs(okta.requests[0].content.decode())["code"] == ["a+b/c=&d é"]


def test_nothing_is_tried_twice_and_no_redirect_is_followed() -> None:
    for answer in (httpx.ReadTimeout("slow"), httpx.Response(307, headers={"Location": f"{CUSTOM.issuer}/v1/token"})):
        okta = Okta(answer)
        with pytest.raises(OktaUnavailable):
            OktaOAuth(CUSTOM, "0oa1", SECRET, transport=okta).refresh(REFRESH_TOKEN)
        assert len(okta.requests) == 1


def test_what_okta_sets_as_a_cookie_is_not_sent_back() -> None:
    okta = Okta(httpx.Response(200, json=TOKENS, headers={"Set-Cookie": "JSESSIONID=1; Path=/; Secure"}))
    oauth_client = OktaOAuth(CUSTOM, "0oa1", SECRET, transport=okta)
    oauth_client.refresh(REFRESH_TOKEN)
    oauth_client.refresh(REFRESH_TOKEN)
    assert ["Cookie" in request.headers for request in okta.requests] == [False, False]


def test_tokens_and_secrets_show_in_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    okta = client(tokens())
    answer = okta.exchange_code(CODE, VERIFIER, REDIRECT_URI)
    shown = f"{answer!r} {answer} {okta!r} {vars(okta)['_http']!r} {caplog.text}"
    assert not [secret for secret in (*TOKENS.values(), SECRET, CODE, VERIFIER) if str(secret) in shown]


def test_a_proxy_named_in_the_environment_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    http = vars(OktaOAuth(CUSTOM, "0oa1", SECRET))["_http"]
    assert http._mounts == {}
