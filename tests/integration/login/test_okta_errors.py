"""What a person sees when Okta says no: a page with the reason, whom to ask, an error code and a correlation id."""

import re
from html import unescape

import httpx
import pytest

from tests.integration.login.browser import MAX, UMA, Browser
from tests.integration.login.conftest import Start
from tests.integration.login.rig import ORG, Rig
from tests.integration.login.watched_okta import WEB_APP

SCRIPT = "<script>alert(1)</script>\"'&"
TOO_MANY = "The groups claim matched too many groups and must be configured to match fewer groups"
POLICY = "Policy evaluation failed for this request, please check the policy configurations."
UNASSIGNED = "User is not assigned to the client application."
UNKNOWN_SCOPE = "One or more scopes are not configured for the authorization server resource."
LATE = "The authorization code is invalid or has expired."
MISMATCH = "The 'redirect_uri' does not match the redirection URI used in the authorization request."

AT_AUTHORIZE = {  # RFC 6749, section 4.1.2.1, all of it; then OpenID Connect and Okta's own texts
    "invalid_request": ("A parameter is wrong.", 400, "okta_refused", "whoever runs"),
    "unauthorized_client": ("The client is not authorized.", 400, "okta_refused", "whoever runs"),
    "access_denied": ("The resource owner denied the request.", 403, "okta_access_denied", "start again"),
    "unsupported_response_type": ("It isn't supported.", 400, "okta_refused", "whoever runs"),
    "invalid_scope": (UNKNOWN_SCOPE, 400, "okta_scope_missing", "OKTA_SCOPES"),
    "server_error": ("Something broke.", 503, "okta_failed", "start again"),
    "temporarily_unavailable": ("Overloaded.", 503, "okta_busy", "start again"),
    "login_required": ("Not logged in.", 400, "okta_refused", "whoever runs"),
    "never_heard_of": ("What?", 400, "okta_refused", "whoever runs"),
}
AT_TOKEN = {
    "too many groups": ("access_denied", TOO_MANY, 403, "okta_too_many_groups", "administrator"),
    "policy": ("access_denied", POLICY, 403, "okta_policy_refused", "administrator"),
    "code too late": ("invalid_grant", LATE, 400, "okta_invalid_grant", "start again"),
    "redirect mismatch": ("invalid_grant", MISMATCH, 400, "okta_redirect_mismatch", "whoever"),
    "invalid scope": ("invalid_scope", UNKNOWN_SCOPE, 400, "okta_scope_missing", "OKTA_SCOPES"),
    "invalid client": (
        "invalid_client",
        "The client secret supplied is invalid.",
        400,
        "okta_client_refused",
        "OKTA_CLIENT_SECRET",
    ),
    "unauthorized client": ("unauthorized_client", "Not allowed.", 400, "okta_refused", "whoever"),
}


def shown(page: str) -> str:
    """The text of a page."""
    return unescape(re.sub(r"<[^>]+>", " ", page.partition("</style>")[2]))


def assert_readable(answer: httpx.Response, code: str, words: str) -> None:
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    text = shown(answer.text)
    assert code in text
    assert words in text
    assert answer.headers["x-amzn-requestid"] in text
    assert re.search(r"<h1>[^<]+</h1>", answer.text)
    assert "location" not in answer.headers


@pytest.mark.parametrize(("error", "row"), AT_AUTHORIZE.items(), ids=AT_AUTHORIZE)
def test_each_error_of_the_authorization_endpoint_is_a_readable_page(
    any_rig: Rig, error: str, row: tuple[str, int, str, str]
) -> None:
    description, status, code, words = row
    any_rig.okta.refuse("authorize", error, description)
    browser = any_rig.browser()
    answer = browser.sign_in()
    assert answer.status_code == status
    assert_readable(answer, code, words)
    assert f"{error}: {description}" in shown(answer.text)
    assert browser.session_id is None
    assert browser.cookie("login") is None


@pytest.mark.parametrize(("error", "row"), AT_AUTHORIZE.items(), ids=AT_AUTHORIZE)
def test_each_error_of_the_authorization_endpoint_is_json_for_who_asks(
    rig: Rig, error: str, row: tuple[str, int, str, str]
) -> None:
    rig.okta.refuse("authorize", error, row[0])
    browser = rig.browser()
    answer = browser.get(browser.at_okta(browser.begin()), [("Accept", "application/json")])
    assert (answer.status_code, answer.headers["content-type"]) == (row[1], "application/json")
    assert answer.json()["error"] == row[2]
    assert answer.json()["correlation_id"] == answer.headers["x-amzn-requestid"]
    assert row[3] in answer.json()["error_description"]


@pytest.mark.parametrize(("error", "description", "status", "code", "words"), AT_TOKEN.values(), ids=AT_TOKEN)
def test_each_error_of_the_token_endpoint_is_a_readable_page(
    both_servers: Rig, error: str, description: str, status: int, code: str, words: str
) -> None:
    both_servers.okta.refuse("token", error, description)
    browser = both_servers.browser()
    answer = browser.sign_in()
    assert answer.status_code == status
    assert_readable(answer, code, words)
    assert browser.session_id is None


@pytest.mark.parametrize("where", ["authorize", "token"])
def test_what_okta_says_is_escaped(any_rig: Rig, where: str) -> None:
    any_rig.okta.refuse(where, "access_denied", SCRIPT)
    answer = any_rig.browser().sign_in()
    assert answer.status_code == 403
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


def test_an_error_code_with_markup_is_escaped(rig: Rig) -> None:
    browser = rig.browser()
    state = browser.begin().state
    answer = browser.get("/oauth2/callback/okta", state=state, error=f"x{SCRIPT}", error_description=SCRIPT)
    assert answer.status_code == 400
    assert "<script>" not in answer.text


def test_an_error_with_the_state_of_nobody_shows_nothing_of_it(rig: Rig) -> None:
    answer = rig.browser().get("/oauth2/callback/okta", state="x" * 43, error="phish", error_description="Call 0800")
    assert answer.status_code == 400
    assert "Call 0800" not in answer.text
    assert "phish" not in answer.text


def test_a_person_who_is_not_assigned_is_told_so(any_rig: Rig) -> None:
    answer = any_rig.browser().sign_in(UMA)
    assert answer.status_code == 403
    assert_readable(answer, "okta_user_not_assigned", "Okta administrator")


def test_who_cancels_at_okta_may_start_again(rig: Rig) -> None:
    browser = rig.browser()
    page = browser.http.get(browser.begin().location)
    answer = browser.get(browser.submit(page, "sign-in", action="cancel").headers["location"])
    assert_readable(answer, "okta_access_denied", "start again")
    assert browser.sign_in().status_code == 302


def test_a_scope_that_the_server_does_not_have_is_explained(start: Start) -> None:
    rig = start(OKTA_SCOPES="openid profile email offline_access nonsense")
    assert_readable(rig.browser().sign_in(), "okta_scope_missing", "OKTA_SCOPES")


def test_a_person_in_many_groups_signs_in_as_okta_allows_it_in_the_code_flow(both_servers: Rig) -> None:
    assert len(both_servers.browser().signed_in(MAX).get("/oauth2/session").json()["groups"]) == 120


def test_too_many_groups_at_a_refresh_are_explained(both_servers: Rig) -> None:
    """Okta's limit of 100 spares the code flow only: an hour later the person must learn why they are out."""
    browser = both_servers.browser().signed_in(MAX)
    both_servers.token_ends_soon()
    answer = browser.token()
    assert answer.status_code in {401, 403}
    assert "groups" in answer.text


def test_wrong_credentials_of_the_gateway_are_explained(start: Start) -> None:
    rig = start(OKTA_CLIENT_SECRET="wrong-secret-that-protects-nothing")
    answer = rig.browser().sign_in()
    assert_readable(answer, "okta_client_refused", "OKTA_CLIENT_SECRET")
    assert "wrong-secret" not in answer.text + rig.log.getvalue()


@pytest.mark.parametrize("fault", ["outage", "html", "rate_limit"])
def test_sign_in_while_okta_is_down_asks_to_try_again(both_servers: Rig, fault: str) -> None:
    browser = both_servers.browser()
    callback = browser.at_okta(browser.begin())
    both_servers.okta.fault("token", fault)
    answer = browser.get(callback)
    assert answer.status_code == 503
    assert_readable(answer, "okta_unavailable", "try again")
    assert browser.session_id is None
    both_servers.okta.fault("token", None)
    assert browser.sign_in().status_code == 302


def test_keys_that_cannot_be_fetched_are_oktas_outage_too(start: Start) -> None:
    rig = start(ORG)
    rig.okta.fault("keys", "outage")
    answer = rig.browser().sign_in()
    assert answer.status_code == 503
    rig.okta.fault("keys", None)
    assert rig.browser().sign_in().status_code == 302


def test_an_app_without_refresh_tokens_still_signs_in(start: Start) -> None:
    rig = start()
    rig.okta.control(f"apps/{WEB_APP}", grant_types=["authorization_code"])
    browser = rig.browser().signed_in()
    assert browser.access_token()


def test_an_error_page_offers_a_new_start(any_rig: Rig) -> None:
    browser: Browser = any_rig.browser()
    page = browser.get("/oauth2/callback/okta", state="x" * 43, code="y" * 43)
    assert f'href="{any_rig.gateway_url}/oauth2/login/okta"' in page.text
