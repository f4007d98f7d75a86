"""Answers: nothing of them is kept by anybody, and each error has its status, its words and its correlation id."""

import json

import pytest

from okta_gateway.errors import (
    AccessRulesInvalid,
    ConfigurationInvalid,
    KeysUnavailable,
    OktaGatewayError,
    SecretUnavailable,
    StoreDataInvalid,
    StoreUnavailable,
    UnexpectedFailure,
)
from okta_gateway.login import answers
from okta_gateway.login.answers import Answer, error_answer
from okta_gateway.login.browser_request import BrowserRequest
from okta_gateway.login.errors import (
    IdTokenInvalid,
    IssuerMixedUp,
    KeyServiceUnavailable,
    OriginRefused,
    ParameterInvalid,
    RouteUnknown,
    SealBroken,
    SessionMissing,
    StateUnknown,
    TokenMixedUp,
)
from okta_gateway.login.pages import Page, Pages
from okta_gateway.okta.errors import OktaRefused, OktaUnavailable
from tests.unit.login.reading_pages import read
from tests.unit.login.signing_in import GATEWAY, proxy_event

DETAIL = "a s3cret detail"
PAGES = Pages(GATEWAY, "https://dev-123456.okta.com", "the-nonce")
STATUS: list[tuple[OktaGatewayError, int]] = [
    (ParameterInvalid(DETAIL), 400),
    (StateUnknown(DETAIL), 400),
    (IssuerMixedUp(DETAIL), 400),
    (IdTokenInvalid(DETAIL), 401),
    (TokenMixedUp(DETAIL), 401),
    (SessionMissing(DETAIL), 401),
    (OriginRefused(DETAIL), 403),
    (RouteUnknown(DETAIL), 404),
    (OktaUnavailable(DETAIL), 503),
    (SealBroken(DETAIL), 500),
    (KeyServiceUnavailable(DETAIL), 500),
    (KeysUnavailable(DETAIL), 503),
    (StoreUnavailable(DETAIL), 500),
    (StoreDataInvalid(DETAIL), 500),
    (SecretUnavailable(DETAIL), 500),
    (AccessRulesInvalid(DETAIL), 500),
    (ConfigurationInvalid([DETAIL]), 500),
    (UnexpectedFailure(DETAIL), 500),
]
EVERY_ERROR = pytest.mark.parametrize(("error", "status"), STATUS, ids=[error.code for error, _ in STATUS])
RFC_6749_DESCRIPTION = {*range(0x20, 0x22), *range(0x23, 0x5C), *range(0x5D, 0x7F)}


def answered(error: OktaGatewayError, accept: str = "text/html", *, prefers_json: bool = False) -> Answer:
    request = BrowserRequest(proxy_event(headers={"Accept": [accept]}), GATEWAY.url)
    return error_answer(error, request, PAGES, prefers_json=prefers_json)


@EVERY_ERROR
def test_who_asks_for_json_gets_json_as_in_rfc_6749_5_2(error: OktaGatewayError, status: int) -> None:
    answer = answered(error, "application/json")
    body = json.loads(answer.body)
    assert (answer.status, answer.content_type) == (status, "application/json")
    assert body.keys() == {"error", "error_description", "correlation_id"}
    assert (body["error"], body["correlation_id"]) == (error.code, "the-request-id")
    assert set(map(ord, body["error_description"])) <= RFC_6749_DESCRIPTION
    assert "s3cret" not in answer.body


@EVERY_ERROR
def test_anybody_else_gets_a_page(error: OktaGatewayError, status: int) -> None:
    answer = answered(error)
    assert (answer.status, answer.content_type) == (status, "text/html; charset=utf-8")
    assert dict(read(answer.body).facts) == {"Error code": error.code, "Correlation id": "the-request-id"}
    assert "s3cret" not in answer.body
    assert answer.headers["Content-Security-Policy"] == PAGES.error("", "", {}).content_security_policy


@EVERY_ERROR
def test_a_route_for_scripts_answers_in_json_whatever_is_accepted(error: OktaGatewayError, status: int) -> None:
    answer = answered(error, prefers_json=True)
    assert (answer.status, answer.content_type) == (status, "application/json")


@pytest.mark.parametrize(("error", "status"), [(error, status) for error, status in STATUS if status < 500])
def test_a_refusal_says_what_happened(error: OktaGatewayError, status: int) -> None:
    assert error.public in read(answered(error).body).text
    assert error.public in json.loads(answered(error, "application/json").body)["error_description"]


@pytest.mark.parametrize(("error", "status"), [(error, status) for error, status in STATUS if status >= 500])
def test_a_failure_says_to_come_again(error: OktaGatewayError, status: int) -> None:
    assert "try again in a minute" in read(answered(error).body).text


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (
            OktaRefused("access_denied", "User is not assigned to the client application."),
            403,
            "okta_user_not_assigned",
        ),
        (OktaRefused("access_denied", "Policy evaluation failed for this request."), 403, "okta_policy_refused"),
        (OktaRefused("access_denied"), 403, "okta_access_denied"),
        (OktaRefused("server_error"), 503, "okta_failed"),
        (OktaRefused("temporarily_unavailable"), 503, "okta_busy"),
        (OktaRefused("invalid_scope"), 400, "okta_scope_missing"),
        (OktaRefused("invalid_grant"), 400, "okta_invalid_grant"),
        (OktaRefused("invalid_grant", "redirect_uri"), 400, "okta_redirect_mismatch"),
        (OktaRefused("invalid_client"), 400, "okta_client_refused"),
        (OktaRefused("invalid_request", "The groups claim matched too many groups"), 400, "okta_too_many_groups"),
        (OktaRefused("whatever"), 400, "okta_refused"),
    ],
)
def test_a_refusal_of_okta_has_its_own_code_and_what_okta_said(error: OktaRefused, status: int, code: str) -> None:
    answer = answered(error)
    facts = dict(read(answer.body).facts)
    assert (answer.status, facts["Error code"], facts["Correlation id"]) == (status, code, "the-request-id")
    assert facts["Okta said"] == f"{error.error}: {error.description}".removesuffix(": ")
    body = json.loads(answered(error, "application/json").body)
    assert body["error"] == code
    assert set(map(ord, body["error_description"])) <= RFC_6749_DESCRIPTION


def test_what_okta_said_is_text_and_never_markup() -> None:
    answer = answered(OktaRefused("<script>alert(1)</script>", "\"'><img src=x>: &amp;"))
    page = read(answer.body)
    assert page.scripts == []
    assert dict(page.facts)["Okta said"] == "<script>alert(1)</script>: \"'><img src=x>: &amp;"


ANSWERS = {
    "redirect": answers.redirect("https://gateway.example.com/"),
    "page": answers.page(Page("<p>", "default-src 'none'")),
    "json": answers.json_answer({"a": 1}),
    "nothing": answers.no_content(),
    "error page": answered(SessionMissing()),
    "error in json": answered(SessionMissing(), "application/json"),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_nobody_keeps_or_guesses_an_answer(answer: Answer) -> None:
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Referrer-Policy" in answer.headers


@pytest.mark.parametrize("name", ["page", "error page"])
def test_addresses_do_not_leave_the_site_but_the_forms_of_pages_keep_their_origin(name: str) -> None:
    """Fetch Standard, "append a request Origin header": the form of a no-referrer page is sent with Origin: null.

    Seen in Chromium 156. POST /oauth2/logout/okta, which needs our own Origin, would refuse the page that asks for it.
    """
    assert ANSWERS[name].headers["Referrer-Policy"] in {"same-origin", "strict-origin"}


def test_status_type_and_body_of_each_kind() -> None:
    assert [(answer.status, answer.body) for answer in list(ANSWERS.values())[:4]] == [
        (302, ""), (200, "<p>"), (200, '{"a": 1}'), (204, "")]  # fmt: skip
    assert ANSWERS["redirect"].headers["Location"] == "https://gateway.example.com/"
    assert ANSWERS["json"].headers["Pragma"] == "no-cache"
    assert ANSWERS["page"].headers["Content-Security-Policy"] == "default-src 'none'"


def test_headers_and_cookies_are_added_to_a_new_answer() -> None:
    first = answers.redirect("/")
    second = first.with_cookies("a=s3cret").with_cookies("b=2").with_headers({"Vary": "Origin", "Location": "/x"})
    assert second.cookies == ["a=s3cret", "b=2"]
    assert (second.headers["Vary"], second.headers["Location"]) == ("Origin", "/x")
    assert (first.cookies, first.headers["Location"]) == ((), "/")
    assert "s3cret" not in repr(second)
