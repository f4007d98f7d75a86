"""The keys under which the gateway signs its own tokens: in KMS on AWS, in a PEM file on a laptop.

The first signs and all are published, so that a new key is known before it signs, and an old one until its last token
has expired.
"""

import functools
import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_private_key

from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.login.kms import KEY_ARN_WANTED, KmsKey, is_kms_key_arn
from okta_gateway.tokens.jwks import MAX_RSA_BITS, MIN_RSA_BITS

KMS_ALGORITHM = "RSASSA_PKCS1_V1_5_SHA_256"
"""RS256 (RFC 7518, section 3.3) in KMS's words."""
MAX_RAW_BYTES = 4096
"""KMS hashes messages up to this size itself (AWS KMS API, Sign); of a larger one it takes the digest."""
_NEW_KEY = f"openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{MIN_RSA_BITS} -out FILE"


class SigningKey(Protocol):
    """An RSA key pair that signs with RS256 and does not give its private half away."""

    @property
    def kid(self) -> str:
        """The thumbprint of the public key (RFC 7638): the same key has the same name everywhere."""

    def public_jwk(self) -> dict[str, str]:
        """The public key (RFC 7517, section 4; RFC 7518, section 6.3.1)."""

    def sign(self, message: bytes) -> bytes:
        """The RS256 signature."""


class PemSigningKey:
    """A private key in a PEM file, for development."""

    def __init__(self, path: Path) -> None:
        """Raises ConfigurationInvalid, which repeats nothing of the setting: it could be the key itself."""
        self._private_key = _read_private_key(path)
        self.kid = thumbprint(self._private_key.public_key())

    def public_jwk(self) -> dict[str, str]:
        return _jwk(self._private_key.public_key())

    def sign(self, message: bytes) -> bytes:
        return self._private_key.sign(message, PKCS1v15(), SHA256())


class KmsSigningKey:
    """An RSA key for signing in KMS. Methods raise KeyServiceUnavailable, or ConfigurationInvalid for another key."""

    def __init__(self, arn: str) -> None:
        self._arn = arn
        self._key = KmsKey(arn)

    @property
    def kid(self) -> str:
        return thumbprint(self._public_key)

    def public_jwk(self) -> dict[str, str]:
        return _jwk(self._public_key)

    def sign(self, message: bytes) -> bytes:
        raw = len(message) <= MAX_RAW_BYTES
        answer = self._key.call(
            "sign",
            Message=message if raw else hashlib.sha256(message).digest(),
            MessageType="RAW" if raw else "DIGEST",
            SigningAlgorithm=KMS_ALGORITHM,
        )
        return bytes(answer["Signature"])

    @functools.cached_property
    def _public_key(self) -> RSAPublicKey:
        """Fetched once: the key material of an asymmetric KMS key never changes (AWS KMS, "Rotate AWS KMS keys")."""
        answer = self._key.call("get_public_key")
        signs_rs256 = KMS_ALGORITHM in answer.get("SigningAlgorithms", ())
        key = load_der_public_key(answer["PublicKey"]) if signs_rs256 else None
        if not isinstance(key, RSAPublicKey):
            raise _invalid(f"{self._arn} is not an RSA key for signing: make one with key usage SIGN_VERIFY, RSA_2048")
        return key


def signing_keys(values: Sequence[str]) -> list[SigningKey]:
    """The keys of GATEWAY_SIGNING_KEYS, in its order. Raises ConfigurationInvalid with every problem there is.

    Asks KMS nothing: whether a key there is of the right kind shows at its first use.
    """
    keys: list[SigningKey] = []
    problems: list[str] = []
    for position, value in enumerate(values, start=1):
        try:
            keys.append(_signing_key(value))
        except ConfigurationInvalid as error:
            problems += [f"{problem} (key {position} of {len(values)})" for problem in error.problems]
    if problems:
        raise ConfigurationInvalid(problems)
    return keys


def key_set(keys: Sequence[SigningKey]) -> dict[str, list[dict[str, str]]]:
    """The JSON Web Key Set of the keys (RFC 7517, section 5), each of them once."""
    return {"keys": list({key.kid: key.public_jwk() for key in keys}.values())}


def thumbprint(key: RSAPublicKey) -> str:
    """The SHA-256 thumbprint of a public key (RFC 7638, section 3)."""
    required = json.dumps(_required_members(key), separators=(",", ":"), sort_keys=True)
    return _base64url(hashlib.sha256(required.encode("ascii")).digest())


def _signing_key(value: str) -> SigningKey:
    if not value.startswith("arn:"):
        return PemSigningKey(Path(value))
    if not is_kms_key_arn(value):
        raise _invalid(KEY_ARN_WANTED)
    return KmsSigningKey(value)


def _read_private_key(path: Path) -> RSAPrivateKey:
    try:
        pem = path.read_bytes()
    except (OSError, ValueError):  # ValueError: a zero byte
        raise _invalid("no file that can be read; write ARNs of KMS keys or paths of PEM files") from None
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _invalid(f"the file holds no unencrypted PEM private key; make one with: {_NEW_KEY}") from None
    if not isinstance(key, RSAPrivateKey):
        raise _invalid(f"the key is not RSA; make one with: {_NEW_KEY}")
    if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        fix = f"{MIN_RSA_BITS} to {MAX_RSA_BITS} are accepted; make one with: {_NEW_KEY}"
        raise _invalid(f"the key has {key.key_size} bits, {fix}")
    return key


def _invalid(problem: str) -> ConfigurationInvalid:
    return ConfigurationInvalid([f"GATEWAY_SIGNING_KEYS: {problem}"])


def _jwk(key: RSAPublicKey) -> dict[str, str]:
    return _required_members(key) | {"use": "sig", "alg": "RS256", "kid": thumbprint(key)}


def _required_members(key: RSAPublicKey) -> dict[str, str]:
    """RFC 7638, section 3.2."""
    numbers = key.public_numbers()
    return {"kty": "RSA", "n": _base64url(_to_bytes(numbers.n)), "e": _base64url(_to_bytes(numbers.e))}


def _to_bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
