"""authorization_code: the tokens of a sign-in, and each refusal with Okta's text."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.contract.conftest import Clock
from tests.contract.okta_standin.browser import (
    ADA,
    CALLBACK,
    MAX,
    SAM,
    VERIFIER,
    Browser,
    change_app,
    change_user,
    code_form,
    deviate,
    redeem,
)
from tests.contract.okta_standin.openapi import EXAMPLES, require_schema
from tests.contract.okta_standin.standin_client import (
    AGENT,
    AGENT_SECRET,
    CUSTOM,
    WEB_APP,
    WEB_SECRET,
    Standin,
    claims_of,
    header_of,
    verified,
)

SERVERS = pytest.mark.parametrize("server", ["org", CUSTOM])
ADA_ID = "00u1ada00000000000a1"
ADA_GROUPS = ["registry-admins", "mcp-book-club"]
INVALID_CODE = EXAMPLES["OAuthError400InvalidGrant_InvalidAuthCode"]["error_description"]
OTHER_CLIENT = EXAMPLES["OAuthError400InvalidGrant_MismatchedClient"]["error_description"]
OTHER_URI = "The 'redirect_uri' does not match the redirection URI used in the authorization request."
PKCE = "PKCE verification failed."


@SERVERS
def test_a_code_gets_the_tokens_of_a_sign_in(person: Browser, server: str) -> None:
    response = redeem(person.okta, person.code(ADA, server), server)
    body = response.json()
    require_schema(body, "TokenResponseOrgAs" if server == "org" else "TokenResponseCustomAs")
    assert response.headers["cache-control"] == "no-cache, no-store"
    assert list(body) == ["token_type", "expires_in", "access_token", "scope", "refresh_token", "id_token"]
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert body["scope"] == "openid profile email offline_access"


def test_the_custom_server_issues_an_access_token_for_the_api(person: Browser) -> None:
    okta = person.okta
    claims = verified(person.tokens()["access_token"], okta.key_set(), "api://ai-registry", okta.issuer())
    assert (claims["sub"], claims["uid"], claims["cid"]) == (ADA, ADA_ID, WEB_APP)
    assert claims["scp"] == ["openid", "profile", "email", "offline_access"]
    assert claims["groups"] == ADA_GROUPS


def test_the_org_server_issues_an_access_token_that_nobody_can_verify(person: Browser) -> None:
    token = person.tokens(server="org", scope="openid groups")["access_token"]
    assert header_of(token)["typ"] == "application/okta-internal-at+jwt"
    assert header_of(token)["kid"] not in {key["kid"] for key in person.okta.key_set("org")}
    assert claims_of(token)["aud"] == person.okta.address
    assert "groups" not in claims_of(token)


@SERVERS
def test_the_id_token_belongs_to_the_sign_in_and_to_the_access_token(person: Browser, server: str) -> None:
    tokens = person.tokens(ADA, server)
    claims = verified(tokens["id_token"], person.okta.key_set(server), WEB_APP, person.okta.issuer(server))
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert (claims["sub"], claims["nonce"], claims["amr"]) == (ADA_ID, "nonce-1", ["pwd"])
    assert claims["auth_time"] == claims_of(tokens["access_token"])["auth_time"]
    assert (claims["preferred_username"], claims["email"]) == (ADA, ADA)


@pytest.mark.parametrize(
    ("server", "user", "scope", "groups"),
    [
        ("org", ADA, "openid", None),
        ("org", ADA, "openid groups", ADA_GROUPS),
        (CUSTOM, ADA, "openid", ADA_GROUPS),
        (CUSTOM, SAM, "openid", None),
    ],
    ids=["org without the scope", "org with the groups scope", "custom by its claim", "no groups"],
)
def test_the_id_token_has_groups_where_okta_puts_them(
    person: Browser, server: str, user: str, scope: str, groups: list[str] | None
) -> None:
    assert claims_of(person.tokens(user, server, scope=scope)["id_token"]).get("groups") == groups


def test_the_code_flow_has_no_limit_of_groups(person: Browser) -> None:
    tokens = person.tokens(MAX)
    assert len(claims_of(tokens["access_token"])["groups"]) == 120
    assert len(claims_of(tokens["id_token"])["groups"]) == 120


def test_without_a_nonce_the_id_token_has_none(person: Browser) -> None:
    assert "nonce" not in claims_of(person.tokens(nonce=None)["id_token"])


def test_without_openid_there_is_no_id_token(person: Browser) -> None:
    assert "id_token" not in person.tokens(scope="gateway.access")


def test_auth_time_is_that_of_the_browsers_session(own_person: Browser, clock: Clock) -> None:
    own_person.sign_in(ADA)
    signed_in = int(clock.now)
    clock.now += 600
    tokens = redeem(own_person.okta, own_code(own_person)).json()
    assert claims_of(tokens["id_token"])["auth_time"] == signed_in
    assert claims_of(tokens["access_token"])["auth_time"] == signed_in
    assert claims_of(tokens["id_token"])["iat"] == signed_in + 600


def own_code(person: Browser) -> str:
    """A code of a browser that is signed in already."""
    return httpx.URL(person.authorize().headers["location"]).params["code"]


@SERVERS
@pytest.mark.parametrize(
    ("scope", "grant_types", "given"),
    [
        ("openid offline_access", ["authorization_code", "refresh_token"], True),
        ("openid", ["authorization_code", "refresh_token"], False),
        ("openid offline_access", ["authorization_code"], False),
    ],
    ids=["asked and allowed", "not asked", "not allowed to the app"],
)
def test_a_refresh_token_needs_the_scope_and_the_apps_grant(
    own_person: Browser, server: str, scope: str, grant_types: list[str], given: bool
) -> None:
    change_app(own_person.okta, grant_types=grant_types)
    assert ("refresh_token" in own_person.tokens(ADA, server, scope=scope)) == given


REFUSALS: dict[str, tuple[dict[str, str | None], str, str]] = {
    "no code": ({"code": None}, "invalid_request", "The `code` parameter is required."),
    "unknown code": ({"code": "unknown"}, "invalid_grant", INVALID_CODE),
    "no redirect URI": ({"redirect_uri": None}, "invalid_grant", OTHER_URI),
    "other redirect URI": ({"redirect_uri": f"{CALLBACK}/"}, "invalid_grant", OTHER_URI),
    "no verifier": ({"code_verifier": None}, "invalid_grant", PKCE),
    "other verifier": ({"code_verifier": VERIFIER[::-1]}, "invalid_grant", PKCE),
    "odd verifier": ({"code_verifier": "Prüfer"}, "invalid_grant", PKCE),
}


@pytest.mark.parametrize("name", REFUSALS)
@SERVERS
def test_a_wrong_exchange_is_refused(person: Browser, server: str, name: str) -> None:
    changes, error, description = REFUSALS[name]
    response = redeem(person.okta, person.code(ADA, server), server, **changes)
    require_schema(response.json(), "OAuthError")
    assert response.json() == {"error": error, "error_description": description}
    assert response.status_code == 400


@pytest.mark.parametrize("changes", [{}, {"code_verifier": "other"}, {"redirect_uri": "other"}], ids=str)
def test_a_code_is_used_up_by_the_first_attempt_of_its_app(person: Browser, changes: dict[str, str | None]) -> None:
    code = person.code()
    redeem(person.okta, code, **changes)
    again = redeem(person.okta, code)
    assert (again.status_code, again.json()["error_description"]) == (400, INVALID_CODE)


def test_another_apps_attempt_is_refused_and_leaves_the_code_alone(own_person: Browser) -> None:
    okta = own_person.okta
    change_app(okta, AGENT, grant_types=["authorization_code"])
    code = own_person.code()
    response = okta.request_token(code_form(code), auth=(AGENT, AGENT_SECRET))
    assert response.json() == {"error": "invalid_grant", "error_description": OTHER_CLIENT}
    assert redeem(okta, code).status_code == 200


@pytest.mark.parametrize(("issued", "presented"), [("org", CUSTOM), (CUSTOM, "org"), (CUSTOM, "default")])
def test_a_code_of_another_server_is_unknown(person: Browser, issued: str, presented: str) -> None:
    response = redeem(person.okta, person.code(ADA, issued), presented)
    assert response.json()["error_description"] == INVALID_CODE


@pytest.mark.parametrize(("age", "status"), [(299, 200), (300, 400)])
def test_a_code_lives_five_minutes(own_person: Browser, clock: Clock, age: int, status: int) -> None:
    code = own_person.code()
    clock.now += age
    assert redeem(own_person.okta, code).status_code == status


def test_a_verifier_without_a_challenge_is_refused(own_person: Browser) -> None:
    change_app(own_person.okta, pkce_required=False)
    code = own_person.code(code_challenge=None, code_challenge_method=None)
    assert redeem(own_person.okta, code).json()["error_description"] == PKCE


def test_a_person_who_was_deactivated_meanwhile_gets_no_tokens(own_person: Browser) -> None:
    code = own_person.code()
    change_user(own_person.okta, ADA, active=False)
    assert redeem(own_person.okta, code).json()["error_description"] == INVALID_CODE


@pytest.mark.parametrize(
    ("auth", "status"),
    [(None, 401), ((WEB_APP, "wrong"), 401), ((AGENT, AGENT_SECRET), 400)],
    ids=["no secret", "wrong secret", "an app without the grant"],
)
def test_the_app_has_to_authenticate(person: Browser, auth: tuple[str, str] | None, status: int) -> None:
    options: dict[str, Any] = {"auth": auth} if auth else {}
    code = person.code()
    assert person.okta.request_token(code_form(code), **options).status_code == status
    assert redeem(person.okta, code).status_code == 200


def test_the_secret_may_come_in_the_form(person: Browser) -> None:
    form = code_form(person.code(), client_id=WEB_APP, client_secret=WEB_SECRET)
    assert person.okta.request_token(form).status_code == 200


def test_of_ten_exchanges_at_once_one_gets_tokens(okta: Standin, person: Browser) -> None:
    code = person.code()
    with ThreadPoolExecutor(10) as pool:
        responses = list(pool.map(lambda _: redeem(okta, code), range(10)))
    assert sorted(response.status_code for response in responses) == [200] + [400] * 9
    assert {response.json().get("error_description") for response in responses} == {None, INVALID_CODE}


def test_a_test_can_order_shorter_access_tokens(own_person: Browser) -> None:
    deviate(own_person.okta, access_token_seconds=2)
    tokens = own_person.tokens()
    lifetimes = {name: claims_of(tokens[name]) for name in ("access_token", "id_token")}
    assert tokens["expires_in"] == 2
    assert {name: claims["exp"] - claims["iat"] for name, claims in lifetimes.items()} == {
        "access_token": 2,
        "id_token": 3600,
    }


def test_a_test_can_order_a_refusal(own_person: Browser) -> None:
    ordered = {"error": "server_error", "error_description": "Something broke."}
    code = own_person.code()
    deviate(own_person.okta, refusal={"path": "token"} | ordered)
    assert redeem(own_person.okta, code).json() == ordered
    deviate(own_person.okta, refusal=None)
    assert redeem(own_person.okta, code).status_code == 200
