"""The claims of tokens, by server and by kind of principal (as recorded and as Okta documents them)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from devkit.okta_standin import create_app, load_org
from devkit.okta_standin.people import Group
from devkit.okta_standin.servers import Claim, FilterType
from devkit.serving import serve
from tests.contract.okta_standin.standin_client import (
    AGENT,
    CUSTOM,
    KEY_AGENT,
    WEB_APP,
    Standin,
    claims_of,
    header_of,
    verified,
)

ADA = "ada@example.com"
ADA_ID = "00u1ada00000000000a1"
ADA_GROUPS = ["registry-admins", "mcp-book-club"]
VARYING = ("jti", "iat", "exp", "auth_time", "at_hash")
AUDIENCES = {CUSTOM: "api://ai-registry", "default": "api://default"}
USER_SCOPES = ["openid", "profile", "email"]
ID_CLAIMS = {"sub": ADA_ID, "ver": 1, "aud": WEB_APP, "amr": ["pwd"], "idp": "00o1local0000000org1"}
PROFILE = {"name": "Ada Admin", "preferred_username": ADA, "email": ADA, "email_verified": True}

CLAIMS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "custom access, user": (
        {"user": ADA},
        {"ver": 1, "aud": "api://ai-registry", "cid": WEB_APP, "uid": ADA_ID, "sub": ADA, "scp": USER_SCOPES}
        | {"groups": ADA_GROUPS},
    ),
    "custom access, machine": (
        {"client": AGENT},
        {"ver": 1, "aud": "api://ai-registry", "cid": AGENT, "sub": AGENT, "scp": ["gateway.access"]},
    ),
    "custom without a groups claim": (
        {"user": ADA, "server": "default"},
        {"ver": 1, "aud": "api://default", "cid": WEB_APP, "uid": ADA_ID, "sub": ADA, "scp": USER_SCOPES},
    ),
    "custom access, user without groups": (
        {"user": "sam@example.com", "scopes": ["openid"]},
        {"ver": 1, "aud": "api://ai-registry", "cid": WEB_APP, "uid": "00u1sam00000000000s1"}
        | {"sub": "sam@example.com", "scp": ["openid"]},
    ),
    "custom ID": ({"user": ADA, "kind": "id_token"}, ID_CLAIMS | PROFILE | {"groups": ADA_GROUPS}),
    "custom ID, openid only": (
        {"user": ADA, "kind": "id_token", "scopes": ["openid"]},
        ID_CLAIMS | {"groups": ADA_GROUPS},
    ),
    "org access, user": (
        {"user": ADA, "server": "org"},
        {"ver": 1, "aud": "<issuer>", "cid": WEB_APP, "uid": ADA_ID, "sub": ADA, "scp": USER_SCOPES},
    ),
    "org access, machine": (
        {"client": KEY_AGENT, "server": "org", "scopes": ["okta.users.read"]},
        {"ver": 1, "aud": "<issuer>", "cid": KEY_AGENT, "sub": KEY_AGENT, "scp": ["okta.users.read"]},
    ),
    "org ID with the groups scope": (
        {"user": ADA, "server": "org", "kind": "id_token", "scopes": ["openid", "groups"]},
        ID_CLAIMS | {"groups": ADA_GROUPS},
    ),
    "org ID without the groups scope": (
        {"user": ADA, "server": "org", "kind": "id_token"},
        ID_CLAIMS | PROFILE,
    ),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_token_has_the_claims_that_okta_gives_it(okta: Standin, name: str) -> None:
    body, expected = CLAIMS[name]
    claims = claims_of(okta.mint(**body))
    issuer = okta.issuer(body.get("server", CUSTOM))
    expected = {"iss": issuer} | {key: issuer if value == "<issuer>" else value for key, value in expected.items()}
    assert {key: value for key, value in claims.items() if key not in VARYING} == expected
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["jti"].startswith("ID." if body.get("kind") == "id_token" else "AT.")
    assert ("auth_time" in claims) == ("user" in body)
    assert ("at_hash" in claims) == (body.get("kind") == "id_token")


@pytest.mark.parametrize("server", [CUSTOM, "default"])
@pytest.mark.parametrize("principal", [{"user": ADA}, {"client": AGENT}], ids=["user", "machine"])
def test_a_custom_servers_token_verifies_with_its_key_set(
    okta: Standin, server: str, principal: dict[str, str]
) -> None:
    token = okta.mint(server=server, **principal)
    assert verified(token, okta.key_set(server), AUDIENCES[server], okta.issuer(server))
    assert header_of(token) == {"kid": okta.key_set(server)[0]["kid"], "alg": "RS256"}


@pytest.mark.parametrize("server", ["org", CUSTOM])
def test_an_id_token_verifies_with_the_key_set(okta: Standin, server: str) -> None:
    token = okta.mint(server=server, user=ADA, kind="id_token")
    assert verified(token, okta.key_set(server), WEB_APP, okta.issuer(server))
    assert header_of(token) == {"kid": okta.key_set(server)[0]["kid"], "alg": "RS256"}


def test_nobody_can_verify_an_access_token_of_the_org_server(okta: Standin) -> None:
    header = header_of(okta.mint(server="org", user=ADA))
    published = [key["kid"] for server in ("org", CUSTOM, "default") for key in okta.key_set(server)]
    assert header["kid"] not in published
    assert header["typ"] == "application/okta-internal-at+jwt"


def test_no_two_tokens_share_a_jti(okta: Standin) -> None:
    assert claims_of(okta.mint(user=ADA))["jti"] != claims_of(okta.mint(user=ADA))["jti"]


@pytest.mark.parametrize(
    ("filter_type", "value", "matching"),
    [
        (FilterType.STARTS_WITH, "mcp-", ["mcp-a", "mcp-b"]),
        (FilterType.STARTS_WITH, ".*", []),
        (FilterType.EQUALS, "mcp-a", ["mcp-a"]),
        (FilterType.CONTAINS, "-b", ["mcp-b", "sub-book"]),
        (FilterType.REGEX, ".*", ["Everyone", "mcp-a", "mcp-b", "sub-book"]),
        (FilterType.REGEX, "mcp", []),
    ],
    ids=["starts with", "a pattern left on starts with", "equals", "contains", "regex", "regex of the whole name"],
)
def test_a_groups_claim_filters_by_name(filter_type: FilterType, value: str, matching: list[str]) -> None:
    claim = Claim(value, filter_type)
    assert claim.matching(["Everyone", "mcp-a", "mcp-b", "sub-book"]) == matching


@pytest.mark.parametrize(
    ("groups", "grant_type", "status"),
    [(100, "implicit", 200), (101, "implicit", 400), (101, "authorization_code", 200)],
    ids=["a hundred", "more than a hundred", "more, by authorization code"],
)
def test_more_than_a_hundred_matching_groups_fail_the_request(
    key_folder: Path, groups: int, grant_type: str, status: int
) -> None:
    org = load_org()
    member = org.user(ADA)
    assert member is not None
    org.change_user(replace(member, groups=tuple(Group(f"00g{number}", f"mcp-{number}") for number in range(groups))))
    with serve(create_app(org, key_folder=key_folder)) as address:
        response = httpx.post(f"{address}/_standin/tokens", json={"user": ADA, "grant_type": grant_type})
    assert response.status_code == status
    if status == 200:
        assert len(claims_of(response.json()["token"])["groups"]) == groups
    else:
        assert response.json()["error_description"] == (
            "The groups claim matched too many groups and must be configured to match fewer groups"
        )
