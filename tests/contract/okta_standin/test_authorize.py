"""The authorization endpoint: its pages, who gets a code, and each refusal as Okta words it."""

import html
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.contract.okta_standin.browser import (
    ADA,
    CALLBACK,
    CHALLENGE,
    PASSWORD,
    PAT,
    REQUEST,
    UMA,
    Browser,
    change_app,
    changed,
    deviate,
    redeem,
    result_of,
)
from tests.contract.okta_standin.openapi import EXAMPLES
from tests.contract.okta_standin.standin_client import AGENT, CUSTOM, Standin

SERVERS = pytest.mark.parametrize("server", ["org", CUSTOM])
NOT_ASSIGNED = ("access_denied", "User is not assigned to the client application.")
NO_POLICY = (
    "access_denied",
    "Policy evaluation failed for this request, please check the policy configurations.",
)
UNKNOWN_SCOPE = (
    "invalid_scope",
    "One or more scopes are not configured for the authorization server resource.",
)
NO_SCOPE = (
    "invalid_scope",
    "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
)
DENIED = ("access_denied", "The resource owner or authorization server denied the request.")
LOGIN_REQUIRED = ("login_required", "The client specified not to prompt, but the user is not logged in.")
RESPONSE_TYPE = tuple(EXAMPLES["OAuthError400UnsupportedResponseType"].values())
RESPONSE_MODE = tuple(EXAMPLES["OAuthError400UnsupportedResponseMode"].values())
NEEDS_OPENID = tuple(EXAMPLES["OAuthError403AccessDenied_NeedOpenidScope"].values())
NO_PKCE = ("invalid_request", "PKCE code challenge is required by the application.")
WRONG_REDIRECT_URI = "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings."
WRONG_CLIENT = "Invalid value for 'client_id' parameter."


def invalid(name: str) -> tuple[str, str]:
    return "invalid_request", f"The authentication request has an invalid '{name}' parameter."


@SERVERS
def test_a_person_who_signs_in_gets_a_code(person: Browser, server: str) -> None:
    page = person.authorize(server)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    result = result_of(person.fill_in(page, user=ADA))
    assert result.keys() == {"code", "state"}
    assert result["state"] == "state-1"


def test_a_person_can_sign_in_with_a_password(person: Browser) -> None:
    assert "code" in result_of(person.fill_in(person.authorize(), login=ADA, password=PASSWORD))


@pytest.mark.parametrize(
    "fields",
    [
        {"login": ADA, "password": "wrong"},
        {"login": ADA, "password": ""},
        {"login": ADA},
        {"login": "nobody@example.com", "password": PASSWORD},
        {"user": "nobody@example.com"},
        {"action": "other"},
    ],
    ids=["wrong password", "empty password", "no password", "unknown login", "unknown user", "nothing"],
)
def test_somebody_who_cannot_prove_who_they_are_sees_the_page_again(person: Browser, fields: dict[str, str]) -> None:
    page = person.fill_in(person.authorize(), **fields)
    assert page.status_code == 403
    assert "Unable to sign in." in page.text
    assert "set-cookie" not in page.headers
    assert "code" in result_of(person.fill_in(page, user=ADA))


def test_a_request_can_be_posted(person: Browser) -> None:
    page = person.http.post(person.okta.endpoint(CUSTOM, "authorize"), data=REQUEST)
    assert "code" in result_of(person.fill_in(page, user=ADA))


@pytest.mark.parametrize(
    ("changes", "error", "description"),
    [
        ({"client_id": "0oaNobody"}, "invalid_client", WRONG_CLIENT),
        ({"client_id": None}, "invalid_client", WRONG_CLIENT),
        ({"redirect_uri": None}, "invalid_request", WRONG_REDIRECT_URI),
        ({"redirect_uri": "https://evil.example.com/"}, "invalid_request", WRONG_REDIRECT_URI),
        ({"redirect_uri": f"{CALLBACK}/"}, "invalid_request", WRONG_REDIRECT_URI),
        ({"redirect_uri": f"{CALLBACK}?a=b"}, "invalid_request", WRONG_REDIRECT_URI),
        ({"redirect_uri": CALLBACK.upper()}, "invalid_request", WRONG_REDIRECT_URI),
        ({"client_id": AGENT}, "invalid_request", WRONG_REDIRECT_URI),
    ],
    ids=["client", "no client", "no URI", "other URI", "trailing slash", "query", "case", "another app's URI"],
)
@SERVERS
def test_a_wrong_client_or_redirect_uri_is_shown_and_never_redirected(
    person: Browser, server: str, changes: dict[str, str | None], error: str, description: str
) -> None:
    page = person.authorize(server, **changes)
    assert page.status_code == 400
    assert "location" not in page.headers
    assert html.escape(description) in page.text
    assert error in page.text
    assert "evil.example.com" not in page.text


def test_a_repeated_parameter_is_shown(person: Browser) -> None:
    url = person.okta.endpoint(CUSTOM, "authorize")
    page = person.http.get(url, params=[*REQUEST.items(), ("state", "state-2")])
    assert page.status_code == 400
    assert "more than once" in page.text


REFUSALS: dict[str, tuple[dict[str, str | None], tuple[str, str]]] = {
    "no state": ({"state": None}, invalid("state")),
    "empty state": ({"state": ""}, invalid("state")),
    "no response type": ({"response_type": None}, invalid("response_type")),
    "implicit flow": ({"response_type": "id_token"}, RESPONSE_TYPE),
    "hybrid flow": ({"response_type": "code id_token"}, RESPONSE_TYPE),
    "response mode": ({"response_mode": "pigeon"}, RESPONSE_MODE),
    "unknown scope": ({"scope": "openid nothing"}, UNKNOWN_SCOPE),
    "okta scope": ({"scope": "openid okta.users.read"}, UNKNOWN_SCOPE),
    "profile without openid": ({"scope": "profile"}, NEEDS_OPENID),
    "no PKCE": ({"code_challenge": None, "code_challenge_method": None}, NO_PKCE),
    "plain PKCE": ({"code_challenge_method": "plain"}, invalid("code_challenge_method")),
    "no PKCE method": ({"code_challenge_method": None}, invalid("code_challenge_method")),
    "short challenge": ({"code_challenge": CHALLENGE[1:]}, invalid("code_challenge")),
    "long challenge": ({"code_challenge": f"{CHALLENGE}A"}, invalid("code_challenge")),
    "odd challenge": ({"code_challenge": f"{CHALLENGE[1:]}="}, invalid("code_challenge")),
    "method without challenge": ({"code_challenge": None}, invalid("code_challenge")),
    "unknown prompt": ({"prompt": "select_account"}, invalid("prompt")),
    "none and login": ({"prompt": "none login"}, invalid("prompt")),
    "max_age": ({"max_age": "soon"}, invalid("max_age")),
    "negative max_age": ({"max_age": "-1"}, invalid("max_age")),
    "nobody signed in": ({"prompt": "none"}, LOGIN_REQUIRED),
}


@pytest.mark.parametrize("name", REFUSALS)
@SERVERS
def test_a_wrong_request_is_refused_through_the_redirect_uri(person: Browser, server: str, name: str) -> None:
    changes, (error, description) = REFUSALS[name]
    result = result_of(person.authorize(server, **changes))
    expected = {"error": error, "error_description": description}
    assert result == (expected | {"state": "state-1"} if changed(**changes).get("state") else expected)


@pytest.mark.parametrize("server", ["org", "default"])
def test_who_asks_for_no_scope_is_refused_where_none_is_a_default_scope(person: Browser, server: str) -> None:
    expected = dict(zip(("error", "error_description"), NO_SCOPE, strict=True)) | {"state": "state-1"}
    assert result_of(person.authorize(server, scope=None)) == expected


@pytest.mark.parametrize(
    ("server", "user", "refusal"),
    [("org", UMA, NOT_ASSIGNED), (CUSTOM, UMA, NOT_ASSIGNED), ("default", ADA, NO_POLICY)],
    ids=["unassigned at the org server", "unassigned", "no policy for the app"],
)
def test_a_person_who_may_not_have_a_code_takes_the_reason_to_the_app(
    person: Browser, server: str, user: str, refusal: tuple[str, str]
) -> None:
    expected = dict(zip(("error", "error_description"), refusal, strict=True)) | {"state": "state-1"}
    assert result_of(person.sign_in(user, server)) == expected
    assert result_of(person.authorize(server, prompt="none")) == expected


def test_the_custom_servers_own_scopes_are_unknown_to_the_org_server(person: Browser) -> None:
    assert result_of(person.authorize("org", scope="openid gateway.access"))["error"] == "invalid_scope"
    assert person.authorize(CUSTOM, scope="openid gateway.access").status_code == 200


def test_an_app_without_the_grant_is_refused(own_person: Browser) -> None:
    change_app(own_person.okta, AGENT, redirect_uris=[CALLBACK])
    assert result_of(own_person.authorize(client_id=AGENT))["error"] == "unauthorized_client"


def test_an_app_that_needs_no_pkce_may_leave_it_out(own_person: Browser) -> None:
    change_app(own_person.okta, pkce_required=False)
    code = own_person.code(code_challenge=None, code_challenge_method=None)
    assert redeem(own_person.okta, code, code_verifier=None).status_code == 200


def test_a_cancel_is_access_denied(person: Browser) -> None:
    result = result_of(person.fill_in(person.authorize(), action="cancel"))
    assert (result["error"], result["error_description"], result["state"]) == (*DENIED, "state-1")
    assert not person.is_signed_in()


def test_a_login_hint_fills_in_the_page(person: Browser) -> None:
    assert f'value="{PAT}"' in person.authorize(login_hint=PAT).text.partition("Or without a password")[0]


@pytest.mark.parametrize("name", ["login_hint", "state", "nonce"])
def test_a_parameter_cannot_write_html_into_a_page(person: Browser, name: str) -> None:
    page = person.authorize(**{name: '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text
    assert "code" in result_of(person.fill_in(page, user=ADA))


def test_the_answer_can_go_into_the_fragment(person: Browser) -> None:
    location = person.sign_in(ADA, response_mode="fragment").headers["location"]
    assert location.startswith(f"{CALLBACK}#")
    assert dict(parse_qsl(urlsplit(location).fragment)).keys() == {"code", "state"}


@pytest.mark.parametrize("user", [ADA, UMA], ids=["code", "error"])
def test_the_answer_can_be_posted_by_a_form(person: Browser, user: str) -> None:
    page = person.sign_in(user, response_mode="form_post")
    assert page.status_code == 200
    assert f'<form method="post" action="{CALLBACK}">' in page.text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    assert fields["state"] == "state-1"
    assert fields.keys() == ({"code", "state"} if user == ADA else {"error", "error_description", "state"})


@pytest.mark.parametrize(
    ("mode", "policy"), [("query", "no-referrer"), ("fragment", "no-referrer"), ("form_post", None)]
)
def test_no_answer_is_cached_and_a_redirect_does_not_tell_where_it_comes_from(
    person: Browser, mode: str, policy: str | None
) -> None:
    response = person.sign_in(ADA, response_mode=mode)
    assert response.headers["cache-control"] == "no-cache, no-store"
    assert response.headers.get("referrer-policy") == policy


def test_a_redirect_uri_keeps_its_query(own_person: Browser) -> None:
    address = "http://localhost:9/cb?tenant=1"
    change_app(own_person.okta, redirect_uris=[address])
    location = own_person.sign_in(ADA, redirect_uri=address).headers["location"]
    assert location.startswith(f"{address}&code=")


def test_a_page_loads_nothing_from_elsewhere_and_every_field_has_a_label(person: Browser) -> None:
    page = person.authorize()
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"\b(src|href)=", page.text)
    assert not re.search(r'action="[^"]*&(?!amp;)', page.text)
    fields = re.findall(r'<input id="(\w+)"', page.text)
    assert fields == re.findall(r'<label for="(\w+)"', page.text) == ["login", "password"]


@SERVERS
@pytest.mark.parametrize("user", [ADA, UMA], ids=["code", "error"])
def test_iss_is_sent_only_when_a_test_asks_for_it(own_person: Browser, server: str, user: str) -> None:
    okta = own_person.okta
    metadata = okta.http.get(f"{okta.issuer(server)}/.well-known/openid-configuration").json()
    assert "authorization_response_iss_parameter_supported" not in metadata
    for ordered, sent in (
        (None, None),
        ("right", okta.issuer(server)),
        ("https://evil.example.com", "https://evil.example.com"),
    ):
        deviate(okta, issuer_parameter=ordered)
        own_person.http.cookies.clear()
        assert result_of(own_person.sign_in(user, server)).get("iss") == sent


def test_an_unknown_server_is_not_found(okta: Standin) -> None:
    assert okta.http.get("/oauth2/ausUnknown/v1/authorize", params=REQUEST).json()["errorCode"] == "E0000007"


def test_an_ordered_refusal_is_answered_to_valid_requests(own_person: Browser) -> None:
    ordered = {"error": "temporarily_unavailable", "error_description": "Try again later."}
    deviate(own_person.okta, refusal={"path": "authorize"} | ordered)
    assert result_of(own_person.authorize()) == ordered | {"state": "state-1"}
    assert result_of(own_person.authorize(prompt="odd"))["error"] == "invalid_request"
    deviate(own_person.okta, refusal=None)
    assert own_person.authorize().status_code == 200
