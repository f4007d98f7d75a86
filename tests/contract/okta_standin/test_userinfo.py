"""Userinfo: the claims of the token's scopes, and refusals that are a header and nothing else."""

from typing import Any

import pytest

from tests.contract.okta_standin.browser import ADA, AUTH, Browser, change_user
from tests.contract.okta_standin.openapi import require_schema
from tests.contract.okta_standin.standin_client import AGENT, CUSTOM, Standin

SERVERS = pytest.mark.parametrize("server", ["org", CUSTOM])
ADA_ID = "00u1ada00000000000a1"
ADA_GROUPS = ["registry-admins", "mcp-book-club"]
PROFILE = {"name": "Ada Admin", "given_name": "Ada", "family_name": "Admin", "preferred_username": ADA}
EMAIL = {"email": ADA, "email_verified": True}


@pytest.mark.parametrize(
    ("server", "scope", "claims"),
    [
        ("org", "openid", {}),
        ("org", "openid groups", {"groups": ADA_GROUPS}),
        (CUSTOM, "openid", {"groups": ADA_GROUPS}),
        (CUSTOM, "openid profile email", PROFILE | EMAIL | {"groups": ADA_GROUPS}),
    ],
    ids=["org", "org with groups", "custom", "custom with profile and email"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_userinfo_has_the_claims_of_the_scopes(
    person: Browser, server: str, scope: str, claims: dict[str, Any], method: str
) -> None:
    token = person.tokens(ADA, server, scope=scope)["access_token"]
    url = person.okta.endpoint(server, "userinfo")
    response = person.okta.http.request(method, url, headers={"Authorization": f"Bearer {token}"})
    require_schema(response.json(), "UserInfo")
    assert response.json() == {"sub": ADA_ID} | claims


def refusal(okta: Standin, authorization: str | None, server: str = CUSTOM) -> tuple[int, str]:
    headers = {"Authorization": authorization} if authorization else {}
    response = okta.http.get(okta.endpoint(server, "userinfo"), headers=headers)
    assert response.text == ""
    challenge = response.headers["www-authenticate"]
    assert challenge.startswith(f'Bearer authorization_uri="{okta.endpoint(server, "authorize")}"')
    return response.status_code, challenge.partition('error="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("mint", "expected"),
    [
        ({"user": ADA, "expires_in": -1}, (401, "invalid_token")),
        ({"user": ADA, "server": "org"}, (401, "invalid_token")),
        ({"user": ADA, "signed_by": "stranger"}, (401, "invalid_token")),
        ({"user": ADA, "kind": "id_token"}, (401, "invalid_token")),
        ({"user": ADA, "claims": {"uid": "00uNobody"}}, (401, "invalid_token")),
        ({"client": AGENT}, (401, "invalid_token")),
        ({"user": ADA, "scopes": ["gateway.access"]}, (403, "insufficient_scope")),
    ],
    ids=["expired", "other server", "forged", "ID token", "unknown user", "machine", "no openid"],
)
def test_a_token_that_does_not_open_userinfo_is_refused_by_header(
    okta: Standin, mint: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert refusal(okta, f"Bearer {okta.mint(**mint)}") == expected


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer x", "Basic eDp5"], ids=str)
def test_no_token_is_refused_by_header(okta: Standin, authorization: str | None) -> None:
    assert refusal(okta, authorization) == (401, "invalid_token")


@SERVERS
def test_a_revoked_token_is_refused(person: Browser, server: str) -> None:
    token = person.tokens(ADA, server)["access_token"]
    person.okta.http.post(person.okta.endpoint(server, "revoke"), data={"token": token}, auth=AUTH)
    assert refusal(person.okta, f"Bearer {token}", server) == (401, "invalid_token")


def test_a_minted_token_of_a_deactivated_user_is_refused(own_person: Browser) -> None:
    change_user(own_person.okta, ADA, active=False)
    assert refusal(own_person.okta, f"Bearer {own_person.okta.mint(user=ADA)}") == (401, "invalid_token")
