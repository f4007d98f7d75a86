"""The signature, and the keys that may have made it."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1

from okta_gateway.errors import KeysUnavailable, KeyUnfit, NoMatchingKey, SignatureInvalid
from okta_gateway.tokens.jwks import parse_key_set
from tests.tokens import (
    ABSENT,
    OKTA_KEY,
    OKTA_NEXT_KEY,
    STRANGER_KEY,
    SigningKey,
    base64url,
    key_set,
    machine_token,
    okta_header,
    okta_profile,
    okta_token,
    sign,
    signing_key,
    user_claims,
)
from tests.unit.tokens.verifying import refuse, verify

OKTA = signing_key(OKTA_KEY)
SIGNATURES: dict[str, Callable[[bytes], bytes]] = {
    "of a stranger": signing_key(STRANGER_KEY),
    "of the next key under the active kid": signing_key(OKTA_NEXT_KEY),
    "of another token": lambda data: OKTA(machine_token().encode()),
    "of the header alone": lambda data: OKTA(data.partition(b".")[0]),
    "of the payload alone": lambda data: OKTA(data.partition(b".")[2]),
    "of the input and one byte": lambda data: OKTA(data + b"\n"),
    "with SHA-1": lambda data: OKTA.private_key.sign(data, PKCS1v15(), SHA1()),
    "cut by one byte": lambda data: OKTA(data)[:-1],
    "without its first byte": lambda data: OKTA(data)[1:],
    "with a byte before": lambda data: b"\0" + OKTA(data),
    "with a byte after": lambda data: OKTA(data) + b"\0",
    "twice": lambda data: OKTA(data) * 2,
    "backwards": lambda data: OKTA(data)[::-1],
    "one byte": lambda data: b"\0",
    "zeros": lambda data: bytes(256),
    "one": lambda data: (1).to_bytes(256),
    "all ones": lambda data: b"\xff" * 256,
    "the modulus": lambda data: OKTA.private_key.public_key().public_numbers().n.to_bytes(256),
    "huge": lambda data: b"\x01" * 6000,
}


@pytest.mark.parametrize("key", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_a_signature_that_the_key_did_not_make_over_this_token_is_refused(key: Callable[[bytes], bytes]) -> None:
    refuse(okta_token(key=key), SignatureInvalid)


def test_each_flipped_bit_of_a_signature_is_noticed() -> None:
    signing_input, _, signature = okta_token().rpartition(".")
    good = int.from_bytes(base64.urlsafe_b64decode(signature + "=="))
    for bit in range(0, 2048, 31):
        flipped = (good ^ 1 << bit).to_bytes(256)
        refuse(f"{signing_input}.{base64url(flipped)}", SignatureInvalid)


@pytest.mark.parametrize("part", [0, 1], ids=["header", "payload"])
def test_a_segment_of_another_good_token_does_not_fit(part: int) -> None:
    segments = okta_token().split(".")
    segments[part] = okta_token(header={"typ": "JWT"}, groups=["other"]).split(".")[part]
    refuse(".".join(segments), SignatureInvalid)


def test_the_same_claims_written_otherwise_need_their_own_signature() -> None:
    signature = sign(okta_header(), user_claims()).rpartition(".")[2]
    other = sign(okta_header(), dict(reversed(user_claims().items())))
    refuse(f"{other.rpartition('.')[0]}.{signature}", SignatureInvalid)


def _number(value: int) -> str:
    return base64url(value.to_bytes(max(1, (value.bit_length() + 7) // 8)))


def _elliptic() -> dict[str, Any]:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "kid": OKTA_KEY, "use": "sig", "alg": "ES256",
            "x": _number(numbers.x), "y": _number(numbers.y)}  # fmt: skip


N = OKTA.private_key.public_key().public_numbers().n
UNFIT: dict[str, dict[str, Any]] = {
    "EC": _elliptic(),
    "EC that says RS256": _elliptic() | {"alg": "RS256"},
    "symmetric": {"kty": "oct", "kid": OKTA_KEY, "k": base64url(b"secret")},
    "kty missing": OKTA.jwk(kty=ABSENT),
    "kty in lower case": OKTA.jwk(kty="rsa"),
    "kty a list": OKTA.jwk(kty=["RSA"]),
    "for encryption": OKTA.jwk(use="enc"),
    "use null": OKTA.jwk(use=None),
    "use a list": OKTA.jwk(use=["sig"]),
    "RS512": OKTA.jwk(alg="RS512"),
    "PS256": OKTA.jwk(alg="PS256"),
    "RSA-OAEP": OKTA.jwk(alg="RSA-OAEP"),
    "alg null": OKTA.jwk(alg=None),
    "to sign": OKTA.jwk(key_ops=["sign"]),
    "to sign and verify": OKTA.jwk(key_ops=["sign", "verify"]),
    "to encrypt": OKTA.jwk(key_ops=["encrypt"]),
    "for no operation": OKTA.jwk(key_ops=[]),
    "key_ops a string": OKTA.jwk(key_ops="verify"),
    "n missing": OKTA.jwk(n=ABSENT),
    "n a number": OKTA.jwk(n=N),
    "n empty": OKTA.jwk(n=""),
    "n padded": OKTA.jwk(n=_number(N) + "=="),
    "n in standard base64": OKTA.jwk(n=_number(N) + "+/"),
    "n not ASCII": OKTA.jwk(n="é" * 342),
    "n zero": OKTA.jwk(n="AA"),
    "n of 2047 bits": OKTA.jwk(n=_number(N >> 1 | 1)),
    "n of 1024 bits in 2048": OKTA.jwk(n=base64url((N >> 1024 | 1).to_bytes(256))),
    "n of 16384 bits": OKTA.jwk(n=_number((1 << 16383) + 1)),
    "e missing": OKTA.jwk(e=ABSENT),
    "e a number": OKTA.jwk(e=65537),
    "e zero": OKTA.jwk(e="AA"),
    "e one": OKTA.jwk(e="AQ"),
    "e two": OKTA.jwk(e="Ag"),
    "e even": OKTA.jwk(e=_number(65536)),
    "e larger than n": OKTA.jwk(e=_number(N + 2)),
    "e as large as n": OKTA.jwk(e=_number(N)),
}


@pytest.mark.parametrize("member", UNFIT.values(), ids=UNFIT.keys())
def test_a_published_key_that_may_not_verify_rs256_is_not_used(member: dict[str, Any]) -> None:
    keys = key_set(member, signing_key(OKTA_NEXT_KEY))
    error = refuse(okta_token(), KeyUnfit, okta_profile(keys))
    assert repr(OKTA_KEY) in error.detail
    verify(okta_token(header={"kid": OKTA_NEXT_KEY}, key=signing_key(OKTA_NEXT_KEY)), okta_profile(keys))


def test_a_modulus_that_no_rsa_key_can_have_verifies_nothing() -> None:
    even = key_set(OKTA.jwk(n=_number(N - 1)), signing_key(OKTA_NEXT_KEY))
    refuse(okta_token(), SignatureInvalid, okta_profile(even))


@pytest.mark.parametrize(
    "member",
    [OKTA.jwk(alg=ABSENT), OKTA.jwk(use=ABSENT), OKTA.jwk(use=ABSENT, alg=ABSENT), OKTA.jwk(key_ops=["verify"]),
     OKTA.jwk(x5c=["anything"], status="ACTIVE", created="2026-01-01", expiresAt=None)],
    ids=["no alg", "no use", "neither", "key_ops", "more members"],
)  # fmt: skip
def test_optional_members_of_a_key_may_be_missing_or_more(member: dict[str, Any]) -> None:
    verify(okta_token(), okta_profile(key_set(member)))


def test_a_key_of_1024_bits_is_not_used() -> None:
    short = SigningKey("short", generate_private_key(65537, 1024))
    token = okta_token(header={"kid": "short"}, key=short)
    error = refuse(token, KeyUnfit, okta_profile(key_set(short, OKTA)))
    assert "1024 bits" in error.detail


@pytest.mark.parametrize("other", [OKTA, signing_key(STRANGER_KEY), None], ids=["same", "stranger", "broken"])
@pytest.mark.parametrize("turn", [1, -1], ids=["before", "after"])
def test_a_kid_that_stands_twice_in_a_key_set_is_not_used(other: SigningKey | None, turn: int) -> None:
    twin = other.jwk(kid=OKTA_KEY) if other else {"kid": OKTA_KEY}
    keys = key_set(signing_key(OKTA_NEXT_KEY), *[OKTA.jwk(), twin][::turn])
    refuse(okta_token(), KeyUnfit, okta_profile(keys))
    refuse(okta_token(key=signing_key(STRANGER_KEY)), KeyUnfit, okta_profile(keys))


def test_a_kid_that_stands_three_times_is_not_used_either() -> None:
    refuse(okta_token(), KeyUnfit, okta_profile(key_set(signing_key(OKTA_NEXT_KEY), OKTA, OKTA, OKTA)))


@pytest.mark.parametrize(
    "member",
    [1, None, "key", [], {}, OKTA.jwk(kid=ABSENT), OKTA.jwk(kid=""), OKTA.jwk(kid=1), OKTA.jwk(kid=[]),
     OKTA.jwk(kid="k" * 257), OKTA.jwk(kid=None)],
    ids=lambda member: repr(member.get("kid", "no kid") if isinstance(member, dict) else member)[:20],
)  # fmt: skip
def test_members_that_are_no_keys_with_a_kid_are_passed_over(member: Any) -> None:
    keys = key_set(member, OKTA)
    verify(okta_token(), okta_profile(keys))
    refuse(okta_token(header={"kid": "other"}), NoMatchingKey, okta_profile(keys))


NO_KEY_SETS: dict[str, bytes] = {
    "empty": b"",
    "HTML": b"<!DOCTYPE html><html><body>Maintenance</body></html>",
    "null": b"null",
    "an array": b"[]",
    "an empty object": b"{}",
    "an Okta error": b'{"errorCode":"E0000022","errorSummary":"Unsupported"}',
    "keys null": b'{"keys":null}',
    "keys an object": b'{"keys":{"keys":[]}}',
    "no keys": b'{"keys":[]}',
    "only unfit keys": key_set(_elliptic(), OKTA.jwk(use="enc", kid="2")),
    "only keys without kid": key_set(OKTA.jwk(kid=ABSENT)),
    "keys twice": b'{"keys":[],' + key_set()[1:],
    "cut short": key_set()[:-20],
    "cut by one byte": key_set()[:-1],
    "byte order mark": b"\xef\xbb\xbf" + key_set(),
    "UTF-16": key_set().decode().encode("utf-16"),
    "Latin-1": key_set()[:-1] + ', "x": "é"}'.encode("latin-1"),
    "NaN": key_set()[:-1] + b', "x": NaN}',
    "nested too deep": b'{"keys":' + b"[" * 200_000,
    "101 keys": key_set(*[OKTA.jwk(kid=str(number)) for number in range(101)]),
}


@pytest.mark.parametrize("body", NO_KEY_SETS.values(), ids=NO_KEY_SETS.keys())
def test_what_is_no_key_set_with_a_usable_key_is_a_failure_of_ours_not_of_the_token(body: bytes) -> None:
    with pytest.raises(KeysUnavailable) as failure:
        parse_key_set(body)
    assert failure.value.status == 500


def test_a_hundred_keys_are_accepted() -> None:
    keys = parse_key_set(key_set(*[OKTA.jwk(kid=str(number)) for number in range(100)]))
    assert len(keys) == 100
