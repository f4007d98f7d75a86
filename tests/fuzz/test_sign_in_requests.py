"""Requests of browsers: any path, query and headers get an answer or an error of ours, and no attempt is used up."""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import event, example, given
from hypothesis import strategies as st

from okta_gateway.errors import LoginRefused, OktaGatewayError
from okta_gateway.login.answers import Answer
from okta_gateway.login.browser_request import BrowserRequest
from okta_gateway.login.callback import MAX_PARAMETER_LENGTH
from okta_gateway.login.redirects import safe_target
from tests.fuzz.hostile_text import TEXT, edited
from tests.fuzz.rounds import fuzzed
from tests.tokens import ISSUER, FakeClock
from tests.unit.login.routing import APP, CALLBACK, LOGIN, LOGOUT, SESSION, TOKEN, Rig, make_rig
from tests.unit.login.signing_in import GATEWAY, proxy_event

NAMES = st.sampled_from(["state", "code", "error", "error_description", "iss", "redirect_uri"])
VALUES = TEXT | st.sampled_from(
    [ISSUER, "x" * MAX_PARAMETER_LENGTH, "access_denied", "/", f"{APP}/in", "//evil.example"]
)
QUERIES = st.dictionaries(NAMES | TEXT, st.lists(VALUES, min_size=1, max_size=3), max_size=4)
HEADERS = st.dictionaries(
    st.sampled_from(["Cookie", "Accept", "Origin", "Content-Type", "Sec-Fetch-Site"]) | TEXT,
    st.lists(TEXT | st.sampled_from([GATEWAY.origin, "application/json", "text/html", "null"]), min_size=1, max_size=2),
    max_size=3,
)
PATHS = ["/oauth2/", LOGIN, CALLBACK, SESSION, TOKEN, LOGOUT, "/oauth2/nowhere"]
TARGETS = [
    "/",
    "/a?b#c",
    f"{APP}/in",
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
]


def routes_of(rig: Rig, path: str) -> list[Callable[[BrowserRequest], Answer]]:
    routes = rig.routes
    by_path: dict[str, list[Callable[[BrowserRequest], Answer]]] = {
        "/oauth2/": [routes.home],
        LOGIN: [routes.login],
        CALLBACK: [routes.callback],
        SESSION: [routes.session, routes.preflight],
        TOKEN: [routes.session_token, routes.preflight],
        LOGOUT: [routes.ask_sign_out, routes.sign_out],
    }
    return by_path.get(path, [routes.unknown])


def answered(rig: Rig, route: Callable[[BrowserRequest], Answer], request: BrowserRequest) -> Answer:
    """As functions/oauth_callback does it: any other exception than one of our tree fails the test."""
    try:
        answer = route(request)
    except OktaGatewayError as error:
        event(error.code)
        answer = rig.routes.refused(error, request)
    return answer.with_headers(rig.routes.cors(request))


def look_at(answer: Answer) -> None:
    assert 200 <= answer.status < 600
    for text in [*answer.headers.values(), *answer.cookies]:
        assert not set("\r\n\0").intersection(text)
    assert "<script>" not in answer.body


@fuzzed
@given(st.sampled_from(PATHS), QUERIES, HEADERS)
def test_any_request_gets_an_answer_without_anything_injected(
    path: str, query: Mapping[str, list[str]], headers: Mapping[str, list[str]]
) -> None:
    rig = make_rig(FakeClock())
    for route in routes_of(rig, path):
        look_at(answered(rig, route, BrowserRequest(proxy_event(path, query=query, headers=headers), GATEWAY.url)))
    assert rig.okta.exchanged == []


@fuzzed
@given(QUERIES)
@example({"state": ["\ud800"], "code": ["x"]})
@example({"state": ["x"], "code": ["x"], "iss": [""]})
@example({"state": ["x", "x"], "code": ["x"]})
def test_callback_parameters_are_single_short_and_printable_or_refused(query: dict[str, list[str]]) -> None:
    rig = make_rig(FakeClock())
    callback = rig.routes._sign_in.parts().callback
    try:
        parameters = callback.parse(query)
    except LoginRefused as error:
        event(error.code)
        return
    assert [parameters.state] == query["state"]
    assert query.get("iss", [ISSUER]) == [ISSUER]
    assert bool(parameters.code) != bool(parameters.error)
    for value in (parameters.state, parameters.code, parameters.error, parameters.error_description):
        assert value is None or (value.isprintable() and len(value) <= MAX_PARAMETER_LENGTH)
    assert parameters.state not in repr(parameters) or len(parameters.state) < 19


@fuzzed
@given(QUERIES, st.lists(TEXT, max_size=2))
def test_an_attempt_can_still_be_ended_after_any_number_of_forged_callbacks(
    query: dict[str, Any], cookies: list[str]
) -> None:
    """RFC 9700, section 4.7.1: nobody without the browser's secret uses the state up."""
    rig = make_rig(FakeClock())
    state, headers = rig.begun()
    forged = query | {"state": [state]}
    request = BrowserRequest(
        proxy_event(CALLBACK, query=forged, headers={"Cookie": cookies} if cookies else {}), GATEWAY.url
    )
    assert answered(rig, rig.routes.callback, request).status >= 400
    good = BrowserRequest(proxy_event(CALLBACK, query={"state": [state], "code": ["c"]}, headers=headers), GATEWAY.url)
    assert answered(rig, rig.routes.callback, good).status in {302, 303}


@fuzzed
@given(edited(st.sampled_from(TARGETS)) | TEXT)
def test_a_target_is_ours_or_one_of_the_exact_list(wanted: str) -> None:
    try:
        target = safe_target(wanted, GATEWAY, (f"{APP}/in",))
    except LoginRefused:
        return
    assert target == f"{APP}/in" or target.startswith(f"{GATEWAY.origin}/")
    assert not set("\\\r\n\t\0").intersection(target)
