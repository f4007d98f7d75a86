"""The routes: the steps of each, the cookies that come and go with them, and what a request may not do."""

import json
from typing import Any

import pytest

from okta_gateway.errors import OktaGatewayError
from okta_gateway.login.cookies import ATTEMPT_SECONDS, digest
from okta_gateway.login.errors import (
    IssuerMixedUp,
    OriginRefused,
    ParameterInvalid,
    RouteUnknown,
    SessionMissing,
    StateUnknown,
)
from okta_gateway.login.routes import JWKS_SECONDS
from okta_gateway.okta.errors import OktaRefused
from tests.tokens import ISSUER, NOW, FakeClock
from tests.unit.login.reading_pages import read
from tests.unit.login.routing import (
    APP,
    CALLBACK,
    FROM_OUR_PAGE,
    LOGIN,
    LOGOUT,
    SESSION,
    SESSION_COOKIE,
    TOKEN,
    Rig,
    attempt_cookie,
    make_rig,
    request,
    set_cookies,
)
from tests.unit.login.signing_in import (
    DOWN,
    GATEWAY,
    UID,
    id_token,
    token_answer,
)


@pytest.fixture
def rig(clock: FakeClock) -> Rig:
    return make_rig(clock)


def test_the_home_page_says_who_is_there(rig: Rig) -> None:
    assert read(rig.routes.home(request("/oauth2/")).body).inside("h1") == ["Not signed in"]
    facts = dict(read(rig.routes.home(request("/oauth2/", rig.signed_in())).body).facts)
    assert (facts["Okta user id"], facts["Scopes"]) == (UID, "mcp:servers:read")


def test_the_home_page_of_an_ended_session_is_nobodys(rig: Rig) -> None:
    headers = rig.signed_in()
    rig.store.rows.clear()
    assert read(rig.routes.home(request("/oauth2/", headers)).body).inside("h1") == ["Not signed in"]


def test_each_page_has_a_nonce_of_its_own(rig: Rig) -> None:
    answers = [rig.routes.home(request("/oauth2/")) for _ in range(5)]
    nonces = {read(answer.body).all("style")[0]["nonce"] or "" for answer in answers}
    assert len(nonces) == 5
    assert min(map(len, nonces)) >= 22
    for answer in answers:
        nonce = read(answer.body).all("style")[0]["nonce"]
        assert f"style-src 'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]
        assert "form-action 'self' https://dev-123456.okta.com;" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("wanted", "target"),
    [({}, f"{GATEWAY.url}/oauth2/"), ({"redirect_uri": "/api/x"}, f"{GATEWAY.url}/api/x"),
     ({"redirect_uri": f"{APP}/in"}, f"{APP}/in"), ({"redirect_uri": "//evil.example"}, f"{GATEWAY.url}/oauth2/")],
)  # fmt: skip
def test_login_goes_to_okta_with_a_cookie_that_ends_with_the_attempt(
    rig: Rig, wanted: dict[str, Any], target: str
) -> None:
    answer = rig.routes.login(request(LOGIN, **wanted))
    (row,) = rig.pending.rows.values()
    assert (answer.status, row.target) == (302, target)
    assert answer.headers["Location"].startswith(f"{ISSUER}/v1/authorize?")
    (cookie,) = answer.cookies
    assert cookie.startswith("__Host-okta-gateway-login-")
    assert f"Max-Age={ATTEMPT_SECONDS};" in cookie


def test_a_repeated_target_begins_nothing(rig: Rig) -> None:
    with pytest.raises(ParameterInvalid):
        rig.routes.login(request(LOGIN, redirect_uri=["/a", "/b"]))
    assert rig.pending.rows == {}


def test_the_callback_sets_the_session_clears_the_attempt_and_goes_on(rig: Rig) -> None:
    state, headers = rig.begun()
    answer = rig.routes.callback(request(CALLBACK, headers, state=state, code="c"))
    assert (answer.status, answer.headers["Location"]) == (302, f"{GATEWAY.url}/oauth2/")
    cookies = set_cookies(answer)
    assert cookies.keys() == {SESSION_COOKIE, attempt_cookie(state)}
    assert cookies[attempt_cookie(state)] == ""
    assert list(rig.store.rows) == [digest(cookies[SESSION_COOKIE])]
    assert any("Max-Age=28800;" in cookie for cookie in answer.cookies)


def test_two_tabs_sign_in_side_by_side(rig: Rig) -> None:
    first, of_first = rig.begun()
    second, of_second = rig.begun()
    headers = {"Cookie": of_first["Cookie"] + of_second["Cookie"]}
    assert rig.routes.callback(request(CALLBACK, headers, state=second, code="c")).status == 302
    rig.okta.answer = token_answer(id_token=id_token(nonce=rig.pending.rows[digest(first)].nonce))
    assert rig.routes.callback(request(CALLBACK, headers, state=first, code="c")).status == 302


def test_a_new_sign_in_ends_the_session_from_before(rig: Rig) -> None:
    before = rig.signed_in()
    (old,) = rig.store.rows
    state, headers = rig.begun()
    both = {"Cookie": headers["Cookie"] + before["Cookie"]}
    answer = rig.routes.callback(request(CALLBACK, both, state=state, code="c"))
    assert list(rig.store.rows) == [digest(set_cookies(answer)[SESSION_COOKIE])] != [old]
    assert rig.okta.revoked == ["the-refresh-token"]


@pytest.mark.parametrize("error", [StateUnknown(), OktaRefused("access_denied"), DOWN])
def test_an_attempt_that_failed_is_over_for_the_browser_too(rig: Rig, error: OktaGatewayError) -> None:
    answer = rig.routes.refused(error, request(CALLBACK, state="the-state", code="c"))
    assert set_cookies(answer) == {attempt_cookie("the-state"): ""}


@pytest.mark.parametrize("error", [ParameterInvalid(), IssuerMixedUp()])
def test_a_request_that_answers_no_attempt_clears_nothing(rig: Rig, error: OktaGatewayError) -> None:
    assert rig.routes.refused(error, request(CALLBACK, state="the-state")).cookies == ()


def test_an_attempt_is_over_under_its_path_with_a_slash_too(rig: Rig) -> None:
    """The resolver of powertools takes a slash at the end for the same route."""
    answer = rig.routes.refused(StateUnknown(), request(f"{CALLBACK}/", state="the-state", code="c"))
    assert set_cookies(answer) == {attempt_cookie("the-state"): ""}


@pytest.mark.parametrize("query", [{"state": ["a", "b"], "code": "c"}, {"state": ["a", "b"]}])
def test_a_failure_is_answered_whatever_the_request_was(rig: Rig, query: dict[str, Any]) -> None:
    """The store is asked before the parameters are read, so this error can come with any of them."""
    answer = rig.routes.refused(DOWN, request(CALLBACK, **query))
    assert answer.status == 500


def test_the_session_tells_a_page_about_its_user_and_no_secret(rig: Rig) -> None:
    answer = rig.routes.session(request(SESSION, rig.signed_in()))
    assert json.loads(answer.body) == {
        "sub": UID,
        "username": "ada@example.com",
        "groups": ["registry-admins"],
        "scopes": ["mcp:servers:read"],
        "expires_at": NOW + 28800,
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_token_is_answered_as_in_rfc_6749_5_1(rig: Rig) -> None:
    answer = rig.routes.session_token(request(TOKEN, rig.signed_in() | FROM_OUR_PAGE))
    body = {"access_token": "the-first-api-token", "token_type": "Bearer", "expires_in": 3600}
    assert json.loads(answer.body) == body
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")


@pytest.mark.parametrize("path", [TOKEN, LOGOUT])
@pytest.mark.parametrize("change", [{"Origin": ["https://evil.example"]}, {"Origin": []}, {"Origin": ["null"]},
                                    {"Content-Type": ["text/plain"]}, {"Sec-Fetch-Site": ["cross-site"]},
                                    {"Origin": [GATEWAY.origin, GATEWAY.origin]}])  # fmt: skip
def test_a_foreign_page_changes_nothing(rig: Rig, path: str, change: dict[str, list[str]]) -> None:
    headers = rig.signed_in() | FROM_OUR_PAGE | change
    rig.store.calls.clear()
    with pytest.raises(OriginRefused):
        (rig.routes.session_token if path == TOKEN else rig.routes.sign_out)(request(path, headers))
    assert rig.store.calls == []


@pytest.mark.parametrize("route", ["session", "session_token"])
@pytest.mark.parametrize("headers", [{}, {"Cookie": [f"{SESSION_COOKIE}=unknown"]}], ids=["no cookie", "unknown"])
def test_without_a_session_it_is_401_and_a_dead_cookie_goes(rig: Rig, route: str, headers: dict[str, Any]) -> None:
    seen = request(TOKEN, headers | FROM_OUR_PAGE)
    with pytest.raises(SessionMissing) as failure:
        getattr(rig.routes, route)(seen)
    answer = rig.routes.refused(failure.value, seen)
    assert (answer.status, json.loads(answer.body)["error"]) == (401, "session_missing")
    assert set_cookies(answer) == ({SESSION_COOKIE: ""} if headers else {})


def test_signing_out_asks_first_and_changes_nothing_by_a_link(rig: Rig) -> None:
    headers = rig.signed_in()
    page = read(rig.routes.ask_sign_out(request(LOGOUT, headers)).body)
    assert page.all("form") == [{"method": "post", "action": f"{GATEWAY.url}{LOGOUT}"}]
    assert len(rig.store.rows) == 1


def test_signing_out_ends_the_session_at_once(rig: Rig) -> None:
    headers = rig.signed_in() | FROM_OUR_PAGE | {"Content-Type": ["application/x-www-form-urlencoded"]}
    answer = rig.routes.sign_out(request(LOGOUT, headers))
    assert set_cookies(answer) == {SESSION_COOKIE: ""}
    assert read(answer.body).all("form")[0]["action"] == f"{ISSUER}/v1/logout"
    assert rig.okta.revoked == ["the-refresh-token"]
    for route in (rig.routes.session, rig.routes.session_token):
        with pytest.raises(SessionMissing):
            route(request(TOKEN, headers))


def test_signing_out_twice_goes_home(rig: Rig) -> None:
    headers = rig.signed_in() | FROM_OUR_PAGE
    rig.routes.sign_out(request(LOGOUT, headers))
    answer = rig.routes.sign_out(request(LOGOUT, headers))
    assert (answer.status, answer.headers["Location"]) == (302, f"{GATEWAY.url}/oauth2/")
    assert set_cookies(answer) == {SESSION_COOKIE: ""}


def test_public_keys_may_be_kept_for_a_while(rig: Rig) -> None:
    answer = rig.routes.public_keys(request("/.well-known/jwks.json"))
    assert json.loads(answer.body) == {"keys": []}
    assert answer.headers["Cache-Control"] == f"public, max-age={JWKS_SECONDS}"
    assert "Pragma" not in answer.headers


@pytest.mark.parametrize(
    ("path", "answered"),
    [(SESSION, True), (f"{SESSION}/", True), (TOKEN, True), ("/oauth2/", False), (LOGIN, False), (CALLBACK, False),
     (LOGOUT, False), ("/.well-known/jwks.json", False), (f"{SESSION}/other", False)],
)  # fmt: skip
def test_cors_is_for_the_two_routes_that_pages_of_other_origins_use(rig: Rig, path: str, answered: bool) -> None:
    headers = rig.routes.cors(request(path, {"Origin": [APP]}))
    assert (headers.get("Access-Control-Allow-Origin") == APP) is answered
    assert "Access-Control-Allow-Origin" not in rig.routes.cors(request(path, {"Origin": ["https://evil.example"]}))


def test_a_preflight_answers_nothing_and_an_unknown_route_is_404(rig: Rig) -> None:
    assert rig.routes.preflight(request(TOKEN)).status == 204
    with pytest.raises(RouteUnknown) as failure:
        rig.routes.unknown(request("/oauth2/other"))
    assert rig.routes.refused(failure.value, request("/oauth2/other")).status == 404
