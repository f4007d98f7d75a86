"""Who holds a verified token, and which groups the token itself names."""

from typing import Any

import pytest

from okta_gateway.access.principal import MACHINE, USER, identify
from okta_gateway.errors import UnknownPrincipal
from okta_gateway.tokens.issuer import Kind
from okta_gateway.tokens.verifier import VerifiedToken
from tests import tokens
from tests.tokens import ABSENT


def okta(claims: dict[str, Any]) -> VerifiedToken:
    return VerifiedToken(Kind.OKTA, claims)


def test_a_user_is_known_by_the_uid() -> None:
    principal = identify(okta(tokens.user_claims()))
    assert principal == (
        USER,
        "00u1234567890abcdef",
        "ada@example.com",
        "ada@example.com",
        tokens.USER_CLIENT_ID,
        ("registry-admins",),
        "okta",
        tokens.ISSUER,
        "AT.aUserToken",
        tokens.NOW + 3590,
    )


def test_a_machine_is_known_by_its_client_id() -> None:
    principal = identify(okta(tokens.machine_claims()))
    assert principal.kind == MACHINE
    assert principal.id == principal.subject == principal.client_id == tokens.MACHINE_CLIENT_ID
    assert principal.username is None
    assert principal.groups == ()


def test_the_holder_of_a_gateway_token_is_a_user() -> None:
    principal = identify(VerifiedToken(Kind.GATEWAY, tokens.gateway_claims()))
    assert (principal.kind, principal.id, principal.username) == (USER, "00u1234567890abcdef", "ada@example.com")
    assert (principal.client_id, principal.auth_method) == (tokens.USER_CLIENT_ID, "gateway")


def test_the_holder_of_a_gateway_token_is_a_user_even_when_it_looks_like_a_machines() -> None:
    claims = tokens.gateway_claims(sub="x", client_id="x", cid="x", groups=ABSENT)
    assert identify(VerifiedToken(Kind.GATEWAY, claims)).kind == USER


def test_a_token_with_uid_is_a_users_even_when_sub_is_the_client() -> None:
    claims = tokens.user_claims(sub=tokens.USER_CLIENT_ID)
    assert identify(okta(claims)).kind == USER


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param(tokens.user_claims(uid=ABSENT), id="no uid, another sub"),
        pytest.param(tokens.user_claims(uid=""), id="empty uid"),
        pytest.param(tokens.user_claims(uid=None), id="null uid"),
        pytest.param(tokens.user_claims(uid=7), id="numeric uid"),
        pytest.param(tokens.user_claims(uid=["00u1"]), id="uid in a list"),
        pytest.param(tokens.machine_claims(uid=None), id="a machine with null uid"),
        pytest.param(tokens.machine_claims(uid=""), id="a machine with empty uid"),
        pytest.param(tokens.machine_claims(sub="ai-agent-3"), id="a machine whose sub was changed"),
        pytest.param(tokens.machine_claims(sub=tokens.MACHINE_CLIENT_ID.upper()), id="sub in another case"),
    ],
)
def test_neither_user_nor_machine_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(UnknownPrincipal):
        identify(okta(claims))


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        pytest.param(["a", "b"], ("a", "b"), id="a list of strings"),
        pytest.param(["b", "a", "b"], ("b", "a"), id="repeats count once, in order"),
        pytest.param([], (), id="an empty list"),
        pytest.param(ABSENT, (), id="none"),
        pytest.param(None, (), id="null"),
        pytest.param("registry-admins", (), id="a string"),
        pytest.param({"registry-admins": True}, (), id="an object"),
        pytest.param(True, (), id="a boolean"),
        pytest.param(["registry-admins", 7], (), id="a number among strings"),
        pytest.param(["registry-admins", None], (), id="null among strings"),
        pytest.param([["registry-admins"]], (), id="a list in a list"),
    ],
)
def test_only_a_list_of_strings_counts_as_groups(claim: object, groups: tuple[str, ...]) -> None:
    assert identify(okta(tokens.user_claims(groups=claim))).groups == groups


@pytest.mark.parametrize("jti", [ABSENT, None, "", 7, ["x"]], ids=str)
def test_a_jti_that_is_no_text_is_none(jti: object) -> None:
    assert identify(okta(tokens.user_claims(jti=jti))).token_id is None


def test_scp_grants_nothing() -> None:
    with_scopes, without = (identify(okta(tokens.user_claims(scp=scp))) for scp in (["registry:admin:full"], ABSENT))
    assert with_scopes == without
