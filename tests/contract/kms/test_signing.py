"""Tokens signed through KMS: accepted like those of a PEM key, and with one call each."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import jwt
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.login.errors import KeyServiceUnavailable
from okta_gateway.login.gateway_tokens import GatewayTokens
from okta_gateway.login.signing_keys import KmsSigningKey, SigningKey, key_set, signing_keys
from okta_gateway.tokens.verifier import Verifier
from tests.contract.kms.conftest import Kms
from tests.tokens import GATEWAY_URL, gateway_profile, signing_key

SUBJECT = "00u1234567890abcdef"


def issue(keys: Sequence[SigningKey]) -> str:
    return GatewayTokens(keys, issuer=GATEWAY_URL).issue(
        subject=SUBJECT, username="ada", email="ada@example.com", groups=["registry-admins"], client_id="0oa1"
    )[0]


def verify(token: str, published: Sequence[SigningKey]) -> None:
    """By our verifier and by PyJWT."""
    keys = key_set(published)
    claims = Verifier([gateway_profile(json.dumps(keys).encode())]).verify(token).claims
    assert claims["sub"] == SUBJECT
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(jwt.PyJWK(member) for member in keys["keys"] if member["kid"] == kid)
    assert jwt.decode(token, key, algorithms=["RS256"], audience=GATEWAY_URL, issuer=GATEWAY_URL) == claims


def pem_file(folder: Path) -> str:
    path = folder / "key.pem"
    private_key = signing_key("pem").private_key
    path.write_bytes(private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(path)


@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072", "RSA_4096"])
def test_a_token_signed_by_kms_is_accepted(kms: Kms, spec: str) -> None:
    keys = signing_keys([kms.rsa_key(spec)])
    verify(issue(keys), keys)


def test_kms_hashes_the_token_itself(kms: Kms) -> None:
    arn = kms.rsa_key()
    token = issue(signing_keys([arn]))
    (sign,) = [call.parameters for call in kms.calls if call.operation == "Sign"]
    assert sign == {
        "KeyId": arn,
        "Message": token.rpartition(".")[0].encode(),
        "MessageType": "RAW",
        "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
    }


def test_the_public_key_is_fetched_once(kms: Kms) -> None:
    keys = signing_keys([kms.rsa_key()])
    assert kms.calls == []
    for _ in range(3):
        verify(issue(keys), keys)
    assert kms.operations() == ["GetPublicKey", "Sign", "Sign", "Sign"]


@pytest.mark.parametrize(("size", "message_type"), [(4096, "RAW"), (4097, "DIGEST")])
def test_of_a_message_that_is_too_large_for_kms_the_digest_is_signed(kms: Kms, size: int, message_type: str) -> None:
    """AWS KMS API, Sign: messages of up to 4096 bytes. moto hashes a digest again, so the call alone is looked at."""
    message = b"m" * size
    KmsSigningKey(kms.rsa_key()).sign(message)
    sign = kms.calls[-1].parameters
    assert sign["MessageType"] == message_type
    assert sign["Message"] == (message if message_type == "RAW" else hashlib.sha256(message).digest())


def test_a_rotation_from_one_kms_key_to_another_refuses_no_token(kms: Kms) -> None:
    old, new = signing_keys([kms.rsa_key(), kms.rsa_key()])
    assert old.kid != new.kid
    before = issue([old, new])
    after = issue([new, old])
    for published in ([old, new], [new, old]):
        verify(before, published)
        verify(after, published)


def test_a_rotation_from_a_pem_file_to_kms_refuses_no_token(kms: Kms, tmp_path: Path) -> None:
    keys = signing_keys([kms.rsa_key(), pem_file(tmp_path)])
    for signing in (keys, keys[::-1]):
        verify(issue(signing), keys)


@pytest.mark.parametrize(
    ("spec", "usage"),
    [("ECC_NIST_P256", "SIGN_VERIFY"), ("RSA_2048", "ENCRYPT_DECRYPT"), ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")],
    ids=["elliptic curve", "RSA for encryption", "symmetric"],
)
def test_a_kms_key_of_another_kind_says_which_one_to_make(kms: Kms, spec: str, usage: str) -> None:
    arn = kms.rsa_key(spec, usage)
    with pytest.raises(
        ConfigurationInvalid, match=f"GATEWAY_SIGNING_KEYS: {arn} is not an RSA key for signing: make one with"
    ):
        issue(signing_keys([arn]))


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (ClientError({"Error": {"Code": "AccessDeniedException"}}, "Sign"), "with AccessDeniedException: .*kms:Sign"),
        (ClientError({"Error": {"Code": "UnsupportedOperationException"}}, "Sign"), "GATEWAY_SIGNING_KEYS are RSA"),
        (ReadTimeoutError(endpoint_url="https://kms"), "could not be asked .ReadTimeoutError"),
    ],
    ids=["denied", "wrong kind", "slow"],
)
def test_a_kms_that_does_not_answer_is_a_failed_check_and_nothing_is_remembered(
    kms: Kms, failure: Exception, says: str
) -> None:
    arn = kms.rsa_key()
    keys = signing_keys([arn])
    kms.failure = failure
    with pytest.raises(KeyServiceUnavailable, match=f"{arn}: KMS .*{says}"):
        key_set(keys)
    kms.failure = None
    verify(issue(keys), keys)


def test_a_key_that_is_not_there_is_a_failed_check(kms: Kms) -> None:
    arn = kms.rsa_key()[:-12] + "0" * 12
    with pytest.raises(KeyServiceUnavailable, match="get_public_key with NotFoundException: there is no such key"):
        key_set(signing_keys([arn]))
