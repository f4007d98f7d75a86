"""Logout: the browser's session at Okta ends, and the browser comes back to an address of the app."""

import httpx
import pytest

from tests.contract.conftest import Clock
from tests.contract.okta_standin.browser import (
    ADA,
    AFTER_LOGOUT,
    PAT,
    Browser,
    browser,
    change_app,
    redeem,
    refresh,
    result_of,
)
from tests.contract.okta_standin.standin_client import AGENT, CUSTOM

SERVERS = pytest.mark.parametrize("server", ["org", CUSTOM])
METHODS = pytest.mark.parametrize("method", ["GET", "POST"])
INVALID_HINT = "Invalid value for &#x27;id_token_hint&#x27; parameter."
INVALID_URI = (
    "The &#x27;post_logout_redirect_uri&#x27; parameter must be a Logout redirect URI in the client app settings."
)


def log_out(person: Browser, server: str = CUSTOM, method: str = "POST", **parameters: str) -> httpx.Response:
    url = person.okta.endpoint(server, "logout")
    if method == "GET":
        return person.http.get(url, params=parameters)
    return person.http.post(url, data=parameters)


def id_token(person: Browser, user: str = ADA, server: str = CUSTOM) -> str:
    return str(person.tokens(user, server)["id_token"])


@SERVERS
@METHODS
def test_a_logout_ends_the_session_and_returns_to_the_app(person: Browser, server: str, method: str) -> None:
    hint = id_token(person, ADA, server)
    response = log_out(
        person, server, method, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT, state="state-9"
    )
    assert result_of(response, AFTER_LOGOUT) == {"state": "state-9"}
    assert len(response.headers.get_list("set-cookie")) == 2
    assert not person.http.cookies
    assert not person.is_signed_in(server)


def test_the_session_is_gone_even_if_the_browser_keeps_its_cookies(person: Browser) -> None:
    hint = id_token(person)
    sid = person.http.cookies["sid"]
    log_out(person, id_token_hint=hint)
    person.http.cookies.set("sid", sid)
    assert not person.is_signed_in()


def test_without_a_state_none_is_sent(person: Browser) -> None:
    response = log_out(person, id_token_hint=id_token(person), post_logout_redirect_uri=AFTER_LOGOUT)
    assert response.headers["location"] == AFTER_LOGOUT


def test_without_an_address_a_page_says_so(person: Browser) -> None:
    response = log_out(person, id_token_hint=id_token(person))
    assert (response.status_code, "signed out" in response.text) == (200, True)
    assert not person.is_signed_in()


def test_tokens_outlive_the_session(person: Browser) -> None:
    tokens = person.tokens()
    log_out(person, id_token_hint=tokens["id_token"])
    assert person.okta.introspect(tokens["access_token"])["active"] is True
    assert refresh(person.okta, tokens["refresh_token"]).status_code == 200


@METHODS
@pytest.mark.parametrize(
    "address",
    ["https://evil.example.com/", AFTER_LOGOUT[:-1], f"{AFTER_LOGOUT}?a=b", ""],
    ids=["other", "no trailing slash", "query", "empty"],
)
def test_an_address_that_is_not_registered_is_shown_and_the_session_stays(
    person: Browser, method: str, address: str
) -> None:
    hint = id_token(person)
    page = log_out(person, CUSTOM, method, id_token_hint=hint, post_logout_redirect_uri=address)
    assert page.status_code == 400
    assert INVALID_URI in page.text
    assert "location" not in page.headers
    assert person.is_signed_in()


@pytest.mark.parametrize("what", ["missing", "empty", "no token", "access token", "other server's", "forged"])
def test_a_wrong_hint_is_shown_and_the_session_stays(person: Browser, what: str) -> None:
    tokens = person.tokens()
    hints = {
        "empty": "",
        "no token": "x",
        "access token": tokens["access_token"],
        "other server's": id_token_of_the_org_server(person),
        "forged": person.okta.mint(user=ADA, kind="id_token", signed_by="stranger"),
    }
    parameters = {"id_token_hint": hints[what]} if what in hints else {}
    page = log_out(person, post_logout_redirect_uri=AFTER_LOGOUT, **parameters)
    assert page.status_code == 400
    assert INVALID_HINT in page.text
    assert person.is_signed_in()


def id_token_of_the_org_server(person: Browser) -> str:
    code = result_of(person.authorize("org"))["code"]
    return str(redeem(person.okta, code, "org").json()["id_token"])


def test_an_expired_hint_is_good_enough_for_its_own_session(own_person: Browser, clock: Clock) -> None:
    hint = id_token(own_person)
    clock.now += 3601
    assert own_person.is_signed_in()
    assert log_out(own_person, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT).status_code == 302
    assert log_out(own_person, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT).status_code == 400


def test_a_hint_about_somebody_else_does_not_end_the_session(person: Browser) -> None:
    hint = id_token(person, ADA)
    with browser(person.okta) as other:
        other.sign_in(PAT)
        assert log_out(other, id_token_hint=hint).status_code == 400
        assert other.is_signed_in()


def test_a_backend_cannot_sign_a_browser_out(person: Browser) -> None:
    hint = id_token(person)
    with browser(person.okta) as backend:
        response = log_out(backend, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT)
    assert response.status_code == 302
    assert person.is_signed_in()


def test_the_address_has_to_be_one_of_the_app_that_the_hint_is_for(person: Browser) -> None:
    hint = person.okta.mint(user=ADA, kind="id_token", client_id=AGENT)
    page = log_out(person, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT)
    assert (page.status_code, INVALID_URI in page.text) == (400, True)


def test_an_address_can_be_registered(own_person: Browser) -> None:
    address = "http://127.0.0.1:9/oauth2/"
    change_app(own_person.okta, post_logout_redirect_uris=[address])
    hint = id_token(own_person)
    response = log_out(own_person, id_token_hint=hint, post_logout_redirect_uri=address)
    assert response.headers["location"] == address
