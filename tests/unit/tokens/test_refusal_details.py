"""The private detail of each refusal: the number, name or value that an operator needs, and never more."""

from typing import Any

import pytest

from okta_gateway.errors import TokenMalformed, TokenRefused
from okta_gateway.tokens.jws import decode_base64url, parse
from tests.tokens import ABSENT, AUDIENCE, NOW, base64url, machine_token, okta_profile, okta_token
from tests.unit.tokens.verifying import holder

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
DETAILS: dict[str, tuple[dict[str, Any], str]] = {
    "aud": ({"aud": "api://x"}, "accepted: api://a, api://ai-registry; aud is 'api://x'"),
    "expired": ({"exp": NOW - 100, "iat": NOW - 200}, "exp was 100 s ago"),
    "ahead": ({"nbf": NOW + 100}, "iat or nbf is 100 s ahead"),
    "too long": ({"iat": NOW, "exp": NOW + 90_000}, "90000 s from iat to exp"),
    "no time": ({"exp": "soon"}, "exp is missing or not a time in seconds"),
    "no text": ({"sub": ABSENT}, "sub is missing or not a string with something in it"),
    "client": ({"cid": "x"}, "cid 'x' is not in OKTA_ALLOWED_CLIENT_IDS"),
}


@pytest.mark.parametrize(("claims", "detail"), DETAILS.values(), ids=DETAILS.keys())
def test_a_refusal_says_by_how_much_and_of_what(claims: dict[str, Any], detail: str) -> None:
    allowed = frozenset({okta_profile().kind.value, "0oa1234567890abcdef"})
    profile = okta_profile(audiences=frozenset({AUDIENCE, "api://a"}), allowed_clients=allowed)
    with pytest.raises(TokenRefused) as refusal:
        holder(okta_token(**claims), profile)
    assert refusal.value.detail == detail


def test_who_is_neither_user_nor_machine_is_told_apart_in_the_log() -> None:
    with pytest.raises(TokenRefused) as refusal:
        holder(machine_token(sub="x"))
    assert refusal.value.detail == "the token has no usable uid, and its sub is not its cid"


@pytest.mark.parametrize(
    ("token", "detail"),
    [("a.b", "2 segments instead of three"), ("a.b.c.d", "4 segments instead of three"), ("a.b.c.d.e", "five segments"),
     ("", "1 segments instead of three"), ("a.b.\u00e9", "a character outside ASCII")],
)  # fmt: skip
def test_a_token_of_another_form_is_told_by_its_form(token: str, detail: str) -> None:
    with pytest.raises(TokenRefused) as refusal:
        parse(token)
    assert refusal.value.detail == detail


@pytest.mark.parametrize("length", [2, 3], ids=["one byte", "two bytes"])
def test_of_all_last_characters_only_those_without_stray_bits_pass(length: int) -> None:
    """RFC 4648, section 3.5: 4 of 64 end one byte, 16 of 64 end two."""
    canonical = {base64url(bytes([*range(length - 2), last]))[-1] for last in range(256)}
    passed = set()
    for last in ALPHABET:
        segment = ("AA"[: length - 1] + last).encode()
        try:
            decode_base64url(segment, "segment")
        except TokenMalformed:
            continue
        passed.add(last)
    assert passed == canonical
    assert len(passed) == {2: 4, 3: 16}[length]
