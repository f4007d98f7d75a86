"""Key sets: whatever an issuer's address answers, only our errors leave, and no weak key may verify."""

import json
from typing import Any

from hypothesis import event, example, given
from hypothesis import strategies as st

from okta_gateway.errors import KeysUnavailable, KeyUnfit, NoMatchingKey
from okta_gateway.tokens.jwks import MAX_KEYS, MAX_RSA_BITS, MIN_RSA_BITS, parse_key_set
from tests.fuzz.hostile_text import JSON, edited
from tests.fuzz.rounds import fuzzed
from tests.tokens import OKTA_KEY, OKTA_NEXT_KEY, key_set, signing_key
from tests.vectors.key_sets import SETS
from tests.vectors.published_keys import number, published

MEMBERS = json.loads(published())["keys"]
NAMES = ["kty", "use", "alg", "kid", "key_ops", "n", "e", "d", "x5c", "k"]


def look_at_all_keys(body: bytes) -> None:
    try:
        keys = parse_key_set(body)
    except KeysUnavailable:
        event("unavailable")
        return
    assert len(keys) <= MAX_KEYS
    assert keys.has_usable_key()
    members = json.loads(body)["keys"]
    kids = [member["kid"] for member in members if isinstance(member, dict) and isinstance(member.get("kid"), str)]
    usable = 0
    for kid in {*kids, "", "unknown"}:
        try:
            key = keys.get(kid)
        except (KeyUnfit, NoMatchingKey):
            continue
        usable += 1
        assert MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
        assert key.public_numbers().e >= 3
        assert kids.count(kid) == 1
    assert usable


@fuzzed
@given(st.binary(max_size=300) | edited(st.sampled_from([key_set().decode()])).map(
    lambda text: text.encode("utf-8", "surrogatepass")))  # fmt: skip
def test_any_bytes_and_a_good_set_edited(body: bytes) -> None:
    look_at_all_keys(body)


@fuzzed
@given(st.lists(st.sampled_from(MEMBERS) | JSON, max_size=8))
@example([{"kid": "x", "kty": "RSA", "n": number(2**2047 + 1), "e": number(2**2047)}])
@example([signing_key(OKTA_KEY).jwk(), signing_key(OKTA_KEY).jwk(), signing_key(OKTA_NEXT_KEY).jwk()])
def test_any_members(members: list[Any]) -> None:
    look_at_all_keys(json.dumps({"keys": members}).encode())


@fuzzed
@given(st.sampled_from(NAMES), JSON)
def test_one_member_of_a_key_replaced_by_any_json(name: str, value: Any) -> None:
    odd = signing_key(OKTA_KEY).jwk() | {name: value}
    look_at_all_keys(json.dumps({"keys": [odd, signing_key(OKTA_NEXT_KEY).jwk()]}).encode())


@fuzzed
@given(st.integers(0, 2**9000), st.integers(0, 2**9000))
@example(2**2048 - 1, 3)
@example(2**2047, 65537)
@example(2**8192 - 1, 2**8191 + 1)
@example(2**8192 + 1, 65537)
def test_any_modulus_and_exponent(modulus: int, exponent: int) -> None:
    odd = {"kty": "RSA", "kid": "odd", "n": number(modulus), "e": number(exponent)}
    look_at_all_keys(json.dumps({"keys": [odd, signing_key(OKTA_NEXT_KEY).jwk()]}).encode())


@fuzzed
@given(st.sampled_from(sorted(SETS)), st.integers(0, 2**32))
def test_the_shapes_of_the_table_cut_short(name: str, position: int) -> None:
    body = SETS[name]()
    look_at_all_keys(body[: position % (len(body) + 1)])
