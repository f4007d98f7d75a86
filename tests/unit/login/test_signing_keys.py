"""Signing keys in PEM files: their names, what is published of them, and what is said about a file that holds none."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.login.signing_keys import KmsSigningKey, PemSigningKey, key_set, signing_keys, thumbprint
from okta_gateway.tokens.jwks import parse_key_set
from okta_gateway.tokens.jws import decode_base64url
from tests.tokens import signing_key

KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
RFC_7638_MODULUS = (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMst"
    "n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajr"
    "n1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
)


def pem(key: PrivateKeyTypes, encryption: KeySerializationEncryption | None = None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def pem_file(folder: Path, name: str) -> Path:
    """The file of the key that `tests.tokens.signing_key` makes under that name."""
    path = folder / f"{name}.pem"
    path.write_bytes(pem(signing_key(name).private_key))
    return path


def test_a_key_is_named_by_its_thumbprint() -> None:
    """The example of RFC 7638, section 3.1."""
    modulus = int.from_bytes(decode_base64url(RFC_7638_MODULUS.encode(), "modulus"))
    key = RSAPublicNumbers(65537, modulus).public_key()
    assert thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_a_pem_key_signs_with_rs256(tmp_path: Path) -> None:
    signature = PemSigningKey(pem_file(tmp_path, "a")).sign(b"message")
    signing_key("a").private_key.public_key().verify(signature, b"message", PKCS1v15(), SHA256())


def test_what_is_published_is_the_public_key_alone(tmp_path: Path) -> None:
    key = PemSigningKey(pem_file(tmp_path, "a"))
    assert key.public_jwk() == signing_key("a").jwk(kid=key.kid)
    assert set(key.public_jwk()) == {"kty", "use", "alg", "kid", "n", "e"}


def test_all_keys_are_published_in_their_order_and_each_once(tmp_path: Path) -> None:
    old, new = pem_file(tmp_path, "old"), pem_file(tmp_path, "new")
    copy = tmp_path / "copy.pem"
    copy.write_bytes(old.read_bytes())
    keys = signing_keys([str(new), str(old), str(copy)])
    published = key_set(keys)
    assert [member["kid"] for member in published["keys"]] == [keys[0].kid, keys[1].kid]
    parsed = parse_key_set(json.dumps(published).encode())
    for name, key in zip(["new", "old"], keys, strict=False):
        expected = signing_key(name).private_key.public_key().public_numbers()
        assert parsed.get(key.kid).public_numbers() == expected


def test_without_keys_the_key_set_is_empty() -> None:
    assert key_set(signing_keys([])) == {"keys": []}


def test_the_shape_of_a_value_says_where_the_key_is(tmp_path: Path) -> None:
    first, second = signing_keys([KEY_ARN, str(pem_file(tmp_path, "a"))])
    assert isinstance(first, KmsSigningKey)
    assert isinstance(second, PemSigningKey)


def a_public_key() -> bytes:
    return signing_key("a").pem()


def an_encrypted_key() -> bytes:
    return pem(signing_key("a").private_key, BestAvailableEncryption(b"password"))


def an_openssh_key() -> bytes:
    return signing_key("a").private_key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def a_der_key() -> bytes:
    return signing_key("a").private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def a_key_cut_short() -> bytes:
    return pem(signing_key("a").private_key)[:-200]


CONTENTS = {
    "empty": (b"", "no unencrypted PEM private key"),
    "text": (b"s3cret-word", "no unencrypted PEM private key"),
    "public": (a_public_key(), "no unencrypted PEM private key"),
    "encrypted": (an_encrypted_key(), "no unencrypted PEM private key"),
    "OpenSSH": (an_openssh_key(), "no unencrypted PEM private key"),
    "DER": (a_der_key(), "no unencrypted PEM private key"),
    "cut short": (a_key_cut_short(), "no unencrypted PEM private key"),
    "elliptic curve": (pem(ec.generate_private_key(ec.SECP256R1())), "the key is not RSA"),
    "Ed25519": (pem(ed25519.Ed25519PrivateKey.generate()), "the key is not RSA"),
    "1024 bits": (pem(rsa.generate_private_key(65537, 1024)), "the key has 1024 bits, 2048 to 8192 are accepted"),
    "2047 bits": (pem(rsa.generate_private_key(65537, 2047)), "the key has 2047 bits, 2048 to 8192 are accepted"),
}


@pytest.mark.parametrize(("content", "problem"), CONTENTS.values(), ids=CONTENTS.keys())
def test_a_file_without_a_usable_key_says_what_to_do(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    with pytest.raises(ConfigurationInvalid) as refusal:
        signing_keys([str(path)])
    (told,) = refusal.value.problems
    assert told.startswith("GATEWAY_SIGNING_KEYS: ")
    assert problem in told
    assert "make one with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out FILE" in told
    secrets = [line.decode("latin-1") for line in content.splitlines() if len(line) > 8]  # shorter ones stand anywhere
    assert not [line for line in secrets if line in told]


@pytest.mark.parametrize(
    "value",
    [pem(signing_key("a").private_key).decode(), "/nowhere/key.pem", "", "a\x00b", "/"],
    ids=["the key itself", "no such file", "empty", "zero byte", "a folder"],
)
def test_a_value_that_names_no_file_is_not_repeated(value: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="GATEWAY_SIGNING_KEYS: no file that can be read") as refusal:
        signing_keys([value])
    assert len(value) < 2 or value not in str(refusal.value)
    assert "PRIVATE KEY" not in str(refusal.value)


@pytest.mark.parametrize("arn", ["arn:aws:kms:eu-central-1:123456789012:alias/gateway", "arn:aws:s3:::bucket", "arn:"])
def test_what_an_alias_points_to_could_change_so_only_keys_are_taken(arn: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"GATEWAY_SIGNING_KEYS: write the ARN of the key itself.*alias"):
        signing_keys([arn])


def test_all_problems_are_told_at_once_each_with_its_place(tmp_path: Path) -> None:
    values = ["/nowhere/one.pem", str(pem_file(tmp_path, "a")), "arn:aws:s3:::bucket"]
    with pytest.raises(ConfigurationInvalid) as refusal:
        signing_keys(values)
    assert [problem[-13:] for problem in refusal.value.problems] == [" (key 1 of 3)", " (key 3 of 3)"]


def test_the_private_key_shows_in_no_repr(tmp_path: Path) -> None:
    key = PemSigningKey(pem_file(tmp_path, "a"))
    numbers = signing_key("a").private_key.private_numbers()
    secrets = [f"{number:{style}}" for number in (numbers.d, numbers.p, numbers.q) for style in ("d", "x")]
    shown = f"{key!r} {key} {signing_keys([str(tmp_path / 'a.pem')])!r} {key.public_jwk()!r}"
    assert not [secret for secret in secrets if secret in shown]
    assert "PRIVATE" not in shown


def test_public_keys_are_published_as_openssl_reads_them(tmp_path: Path) -> None:
    """The modulus has no leading zero and no padding (RFC 7518, section 6.3.1.1)."""
    key = PemSigningKey(pem_file(tmp_path, "a"))
    published = parse_key_set(json.dumps(key_set([key])).encode()).get(key.kid)
    assert published.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) == signing_key("a").pem()
    assert len(key.public_jwk()["n"]) == 342
