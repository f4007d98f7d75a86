"""Tokens: the rows of the table cut up and put together again; only our errors leave, and PyJWT accepts what we do."""

import functools
import json
from unittest import mock

from hypothesis import event, example, given
from hypothesis import strategies as st

from okta_gateway.access.principal import identify
from okta_gateway.errors import TokenRefused
from okta_gateway.login.errors import IdTokenInvalid
from okta_gateway.tokens import jws
from okta_gateway.tokens.jwks import parse_key_set
from okta_gateway.tokens.jws import MAX_TOKEN_LENGTH
from okta_gateway.tokens.verifier import Verifier
from tests.fuzz.hostile_text import JSON, TEXT, edited
from tests.fuzz.rounds import fuzzed
from tests.tokens import NOW, OKTA_NEXT_KEY, USER_CLIENT_ID, FakeClock, base64url, okta_header, okta_profile, sign
from tests.unit.login.signing_in import ACCESS_TOKEN, NONCE, id_tokens
from tests.vectors.consumers import pyjwt_accepts
from tests.vectors.published_keys import BITS_3072, FIT, FOREIGN, UNFIT, published, signed_by
from tests.vectors.rows import ACCESS_TOKENS, ID_TOKENS, Forge
from tests.vectors.table import WITH_PUBLISHED_KEYS

VERIFIER = Verifier([okta_profile(published())], clock=lambda: NOW)
ID_TOKEN_VERIFIER = id_tokens(FakeClock(), parse_key_set(published()).get)
KIDS = [*UNFIT, *FIT, *FOREIGN, OKTA_NEXT_KEY, BITS_3072]


@functools.cache
def table_of(forge: Forge) -> list[str]:
    """The tokens of the table, but for the very long ones."""
    return [token for token in (row.make(forge) for row in WITH_PUBLISHED_KEYS) if len(token) < 20_000]


# Made by the first test that needs them, not when they are collected.
ACCESS = st.deferred(lambda: st.sampled_from(table_of(ACCESS_TOKENS)))
IDENTITY = st.deferred(lambda: st.sampled_from(table_of(ID_TOKENS)))
ACCESS_SEGMENTS = ACCESS.flatmap(lambda token: st.sampled_from(token.split(".")))
IDENTITY_SEGMENTS = IDENTITY.flatmap(lambda token: st.sampled_from(token.split(".")))


def accepted(token: str) -> bool:
    """Any other exception than a refusal of the token fails the test."""
    try:
        identify(VERIFIER.verify(token))
    except TokenRefused as error:
        event(error.code)
        return False
    event("accepted")
    return True


def compare(token: str) -> None:
    if accepted(token):
        assert pyjwt_accepts(token, published())


def compare_identity(token: str) -> None:
    try:
        ID_TOKEN_VERIFIER.verify_first(token, nonce=NONCE, access_token=ACCESS_TOKEN)
    except IdTokenInvalid:
        return
    assert pyjwt_accepts(token, published(), USER_CLIENT_ID)


@fuzzed
@given(edited(ACCESS))
@example("")
@example("..")
def test_rows_of_the_table_edited(token: str) -> None:
    compare(token)


@fuzzed
@given(edited(IDENTITY))
def test_rows_of_the_table_edited_as_id_tokens(token: str) -> None:
    compare_identity(token)


@fuzzed
@given(ACCESS_SEGMENTS, ACCESS_SEGMENTS, st.sampled_from([None, signed_by(OKTA_NEXT_KEY), signed_by(BITS_3072)]))
def test_segments_of_two_rows_signed_again(header: str, payload: str, key: object) -> None:
    compare(sign(header, payload, key))  # type: ignore[arg-type]


@fuzzed
@given(IDENTITY_SEGMENTS, IDENTITY_SEGMENTS)
def test_segments_of_two_rows_signed_again_as_id_tokens(header: str, payload: str) -> None:
    compare_identity(sign(header, payload))


@fuzzed
@given(st.lists(ACCESS_SEGMENTS | TEXT, max_size=6).map(".".join))
def test_any_segments_behind_one_another(token: str) -> None:
    compare(token)


@fuzzed
@given(edited(st.sampled_from(ACCESS_TOKENS.texts())), edited(st.sampled_from(ACCESS_TOKENS.texts())))
def test_json_edited_and_signed_again(header: str, payload: str) -> None:
    compare(sign(header.encode("utf-8", "surrogatepass"), payload.encode("utf-8", "surrogatepass")))
    compare(sign(okta_header(), payload.encode("utf-8", "surrogatepass")))


@fuzzed
@given(st.sampled_from([*sorted(ACCESS_TOKENS.claims()), "nbf", "nonce", "cnf", "at_hash"]), JSON)
def test_one_claim_replaced_by_any_json(name: str, value: object) -> None:
    claims = json.dumps(ACCESS_TOKENS.claims() | {name: value}).encode()
    compare(sign(okta_header(), claims))


@fuzzed
@given(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5c", "zip", "cty", "x"]), JSON)
def test_one_header_parameter_replaced_by_any_json(name: str, value: object) -> None:
    compare(sign(json.dumps(okta_header() | {name: value}).encode(), ACCESS_TOKENS.claims()))


@fuzzed
@given(st.sampled_from(KIDS), edited(st.sampled_from([ACCESS_TOKENS.texts()[1]])))
def test_any_published_key(kid: str, payload: str) -> None:
    compare(sign(okta_header(kid=kid), payload.encode("utf-8", "surrogatepass")))


@fuzzed
@given(st.integers(MAX_TOKEN_LENGTH, 1_000_000), st.integers(0, 2), st.sampled_from(["AAAA", "e30.", ".", "\u00fc"]))
def test_what_is_too_long_is_not_decoded(length: int, part: int, filling: str) -> None:
    """The work for an oversized token is to look at its length (CVE-2025-61920)."""
    segments = list(ACCESS_TOKENS.segments())
    segments[part] += filling * (length // len(filling) + 1)
    token = ".".join(segments)
    with mock.patch.object(jws, "a2b_base64") as decode, mock.patch.object(jws, "_decoder") as parse:
        assert not accepted(token)
    assert (decode.call_count, parse.decode.call_count) == (0, 0)


@fuzzed
@given(edited(ACCESS) | st.lists(st.sampled_from(["e30", "", "A" * 5000, "."]), max_size=9).map(".".join))
def test_a_token_is_decoded_once_and_asks_for_one_key(token: str) -> None:
    """What is decoded is never more than the token, parsed never more than decoded, and one key is looked up."""
    decoded: list[int] = []
    asked: list[str] = []
    real_decode, real_key = jws.decode_base64url, parse_key_set(published()).get

    def decode(segment: bytes, what: str) -> bytes:
        decoded.append(len(segment))
        return real_decode(segment, what)

    def key(kid: str) -> object:
        asked.append(kid)
        return real_key(kid)

    verifier = Verifier([okta_profile(published(), key=key)], clock=lambda: NOW)
    with mock.patch.object(jws, "decode_base64url", decode):
        try:
            verifier.verify(token)
        except TokenRefused:
            event("refused")
    assert sum(decoded) <= min(len(token), MAX_TOKEN_LENGTH)
    assert len(decoded) <= 3
    assert len(asked) <= 1


@fuzzed
@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=300))
def test_any_bytes_in_the_segments(header: bytes, payload: bytes, signature: bytes) -> None:
    compare(".".join(map(base64url, (header, payload, signature))))
