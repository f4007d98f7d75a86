"""The answer to API Gateway: its shape, and values that nobody can break out of a header with."""

from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_gateway.access.decision import Decision, PrincipalGroups
from okta_gateway.access.principal import Principal, identify
from okta_gateway.access.scopes import MappedScopes
from okta_gateway.apigateway.responses import (
    MAX_CONTEXT_BYTES,
    decision_context,
    header_list,
    header_value,
    policy_answer,
)
from okta_gateway.errors import ContextTooLarge
from okta_gateway.tokens.issuer import Kind
from okta_gateway.tokens.verifier import VerifiedToken
from tests import tokens

POLICY: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}
KEYS = [
    *["sub", "username", "client_id", "groups", "scopes", "auth_method"],
    *["token_type", "groups_source", "issuer", "jti", "exp"],
]


def decision(
    principal: Principal | None = None, groups: tuple[str, ...] = (), scopes: tuple[str, ...] = ()
) -> Decision:
    return Decision(
        principal=principal or identify(VerifiedToken(Kind.OKTA, tokens.user_claims())),
        groups=PrincipalGroups(groups, "token"),
        scopes=MappedScopes(scopes, 0),
        policy=POLICY,
        refusal=None,
        good_until=0,
    )


def test_a_users_answer_has_principal_policy_and_context() -> None:
    answer = policy_answer(decision(groups=("a", "b"), scopes=("r:x", "w:y")))
    assert answer == {
        "principalId": "00u1234567890abcdef",
        "policyDocument": POLICY,
        "context": {
            "sub": "ada@example.com",
            "username": "ada@example.com",
            "client_id": tokens.USER_CLIENT_ID,
            "groups": "a,b",
            "scopes": "r:x w:y",
            "auth_method": "okta",
            "token_type": "user",
            "groups_source": "token",
            "issuer": tokens.ISSUER,
            "jti": "AT.aUserToken",
            "exp": str(tokens.NOW + 3590),
        },
    }


def test_what_there_is_none_of_is_a_dash() -> None:
    machine = identify(VerifiedToken(Kind.OKTA, tokens.machine_claims(jti=tokens.ABSENT)))
    context = decision_context(decision(machine))
    assert [key for key, value in context.items() if value == "-"] == ["username", "groups", "scopes", "jti"]
    assert context["sub"] == context["client_id"] == tokens.MACHINE_CLIENT_ID
    assert context["token_type"] == "m2m"


def test_all_values_are_texts_with_something_in_them() -> None:
    context = decision_context(decision())
    assert list(context) == KEYS
    assert all(type(value) is str and value for value in context.values())


def test_a_fractional_exp_is_told_in_whole_seconds() -> None:
    principal = identify(VerifiedToken(Kind.OKTA, tokens.user_claims(exp=tokens.NOW + 0.25)))
    assert decision_context(decision(principal))["exp"] == str(tokens.NOW)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("registry-admins", "registry-admins", id="a plain name"),
        pytest.param("ada+x@example.com", "ada+x@example.com", id="an address"),
        pytest.param("a/b:c.d~e=f|g_h", "a/b:c.d~e=f|g_h", id="harmless signs"),
        pytest.param("a,b", "a%2Cb", id="a comma"),
        pytest.param("a b", "a%20b", id="a space"),
        pytest.param("a\r\nX-Groups: admin", "a%0D%0AX-Groups:%20admin", id="CR and LF"),
        pytest.param("a\n", "a%0A", id="LF at the end"),
        pytest.param("a\tb\x00", "a%09b%00", id="tab and NUL"),
        pytest.param("\"a'b\\", "%22a%27b%5C", id="quotes and backslash"),
        pytest.param("100%", "100%25", id="percent"),
        pytest.param("a%2Cb", "a%252Cb", id="what looks encoded"),
        pytest.param("caf\u00e9", "caf%C3%A9", id="two bytes"),
        pytest.param("\u20ac\U0001f600", "%E2%82%AC%F0%9F%98%80", id="three and four bytes"),
        pytest.param("a;b<c>{d}", "a%3Bb%3Cc%3E%7Bd%7D", id="brackets"),
        pytest.param("$context.x", "%24context.x", id="what looks like a mapping"),
        pytest.param("", "-", id="empty"),
    ],
)
def test_a_value_is_percent_encoded(text: str, value: str) -> None:
    assert header_value(text) == value


def test_no_value_is_a_dash() -> None:
    assert header_value(None) == "-"
    assert header_list((), ",") == "-"


UNICODE = st.text(st.characters(codec="utf-8"))


@given(UNICODE.filter(bool))
def test_a_value_is_printable_ascii_and_can_be_read_back(text: str) -> None:
    value = header_value(text)
    assert value.isascii()
    assert value.isprintable()
    assert not set(' ,;"').intersection(value)
    assert unquote(value) == text


@given(st.lists(UNICODE.filter(bool), min_size=1))
def test_a_list_can_be_read_back(items: list[str]) -> None:
    assert [unquote(item) for item in header_list(tuple(items), ",").split(",")] == items
    assert [unquote(item) for item in header_list(tuple(items), " ").split(" ")] == items


def test_a_text_that_is_a_dash_is_not_taken_for_none() -> None:
    assert header_value("-") != "-"
    assert unquote(header_value("-")) == "-"


def test_hostile_claims_are_encoded_in_every_key() -> None:
    hostile = 'x",\r\nX-Groups: registry-admins'
    claims = tokens.user_claims(sub=hostile, uid=hostile, cid=hostile, jti=hostile)
    answer = policy_answer(decision(identify(VerifiedToken(Kind.OKTA, claims)), groups=(hostile, hostile)))
    texts = [answer["principalId"], *answer["context"].values()]
    assert not any(set('\r\n" ').intersection(text) for text in texts)
    assert answer["context"]["groups"].count(",") == 1


def test_a_context_may_be_as_large_as_headers_can_be() -> None:
    rest = sum(len(value) for value in decision_context(decision()).values()) - len("-")
    room = MAX_CONTEXT_BYTES - rest
    assert policy_answer(decision(groups=("g" * room,)))
    with pytest.raises(ContextTooLarge, match="8193 bytes about the principal, at most 8192 fit"):
        policy_answer(decision(groups=("g" * (room + 1),)))


def test_the_size_is_that_of_the_encoded_values() -> None:
    with pytest.raises(ContextTooLarge):
        policy_answer(decision(groups=tuple("\u20ac" * 10 for _ in range(100))))
