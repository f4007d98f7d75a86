"""The key set that the vectors are held against: two good keys of Okta's, and beside them every kind of bad one."""

import functools
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.tokens import ABSENT, OKTA_KEY, OKTA_NEXT_KEY, SigningKey, base64url, signing_key

E1, E3, BITS_1024, BITS_2047, BITS_3072 = "rsa-e1", "rsa-e3", "rsa-1024", "rsa-2047", "rsa-3072"
CURVE_KEY, SHARED_SECRET = "curve", "secret"
SECRET = b"a secret that somebody published by mistake"

_SIZES = {E3: (3, 2048), BITS_1024: (65537, 1024), BITS_2047: (65537, 2047), BITS_3072: (65537, 3072)}


@functools.cache
def odd_key(name: str) -> SigningKey:
    """An RSA key that is unusual in size or exponent; its `kid` is the name."""
    return SigningKey(name, generate_private_key(*_SIZES[name]))


def signed_by(name: str) -> Callable[[bytes], bytes]:
    """Signs with the key of that name, which is generated when the first token needs it."""

    def sign(signing_input: bytes) -> bytes:
        return (odd_key(name) if name in _SIZES else signing_key(name))(signing_input)

    return sign


@functools.cache
def curve_key() -> EllipticCurvePrivateKey:
    return generate_ec_key(SECP256R1())


def curve_jwk(**overrides: Any) -> dict[str, Any]:
    """The curve's public key (RFC 7518, section 6.2)."""
    numbers = curve_key().public_key().public_numbers()
    members = {"kty": "EC", "crv": "P-256", "kid": CURVE_KEY, "alg": "ES256", "use": "sig"}
    return members | {"x": base64url(numbers.x.to_bytes(32)), "y": base64url(numbers.y.to_bytes(32))} | overrides


def number(value: int) -> str:
    """Base64urlUInt (RFC 7518, section 2)."""
    return base64url(value.to_bytes(max(1, (value.bit_length() + 7) // 8)))


def modulus() -> int:
    """The modulus of Okta's active key."""
    return signing_key(OKTA_KEY).private_key.public_key().public_numbers().n


def _okta(**overrides: Any) -> dict[str, Any]:
    """Okta's active key under another `kid`, with members changed."""
    return signing_key(OKTA_KEY).jwk(**overrides)


# By kid: Okta's own active key, published a second time with something wrong about it, although its signatures fit.
UNFIT: dict[str, Callable[[], dict[str, Any]]] = {
    "kty-lower-case": lambda: _okta(kty="rsa"),
    "kty-missing": lambda: _okta(kty=ABSENT),
    "kty-oct": lambda: _okta(kty="oct", k=base64url(SECRET)),
    "use-enc": lambda: _okta(use="enc"),
    "use-null": lambda: _okta(use=None),
    "use-upper-case": lambda: _okta(use="SIG"),
    "use-list": lambda: _okta(use=["sig"]),
    "alg-rs512": lambda: _okta(alg="RS512"),
    "alg-ps256": lambda: _okta(alg="PS256"),
    "alg-hs256": lambda: _okta(alg="HS256"),
    "alg-none": lambda: _okta(alg="none"),
    "alg-null": lambda: _okta(alg=None),
    "alg-rsa-oaep": lambda: _okta(alg="RSA-OAEP"),
    "ops-sign": lambda: _okta(key_ops=["sign"]),
    "ops-both": lambda: _okta(key_ops=["verify", "encrypt"]),
    "ops-empty": lambda: _okta(key_ops=[]),
    "ops-string": lambda: _okta(key_ops="verify"),
    "ops-null": lambda: _okta(key_ops=None),
    "n-missing": lambda: _okta(n=ABSENT),
    "n-number": lambda: _okta(n=modulus()),
    "n-padded": lambda: _okta(n=number(modulus()) + "=="),
    "n-white-space": lambda: _okta(n=f" {number(modulus())}"),
    "n-base64": lambda: _okta(n="+/" + number(modulus())),
    "n-beyond-ascii": lambda: _okta(n="\u00fc" + number(modulus())),
    "n-empty": lambda: _okta(n=""),
    "n-zero": lambda: _okta(n="AA"),
    "n-list": lambda: _okta(n=[number(modulus())]),
    "n-only-in-x5c": lambda: _okta(n=ABSENT, e=ABSENT, x5c=["MIIB"]),
    "n-of-16384-bits": lambda: _okta(n=number((1 << 16383) | 1)),
    "e-missing": lambda: _okta(e=ABSENT),
    "e-empty": lambda: _okta(e=""),
    "e-zero": lambda: _okta(e=number(0)),
    "e-one": lambda: _okta(e=number(1)),
    "e-two": lambda: _okta(e=number(2)),
    "e-even": lambda: _okta(e=number(65536)),
    "e-above-n": lambda: _okta(e=number(modulus() + 2)),
    "e-number": lambda: _okta(e=65537),
    "curve-as-rsa": lambda: curve_jwk(alg="RS256"),
}

# By kid: keys that may verify, but not these signatures.
FOREIGN: dict[str, Callable[[], dict[str, Any]]] = {
    "same-modulus-e3": lambda: _okta(e=number(3)),
    "even-modulus": lambda: _okta(n=number(modulus() - 1)),
    "e-as-long-as-n": lambda: _okta(e=number(modulus() - 2)),
    "e-of-80-bits-n-of-4096": lambda: _okta(n=number((1 << 4095) | 1), e=number((1 << 79) | 1)),
}

# By kid: Okta's active key in forms that are unusual and right.
FIT: dict[str, Callable[[], dict[str, Any]]] = {
    "same-key-again": _okta,
    "use-missing": lambda: _okta(use=ABSENT),
    "alg-missing": lambda: _okta(alg=ABSENT),
    "ops-verify": lambda: _okta(key_ops=["verify"]),
    "n-with-leading-zeros": lambda: _okta(n=base64url(bytes(3) + modulus().to_bytes(256))),
    "with-unknown-members": lambda: _okta(x5t="abc", ext=True, nbf=0, status="ACTIVE", _links={"self": "x"}),
    "k\u00e9y/\u9375": _okta,
    "k" * 256: _okta,
}

# Members that are no keys with a usable `kid`: passed over (RFC 7517, section 5).
NO_KEYS: list[Any] = [
    None, 7, "key", [], {}, {"kty": "RSA"}, {"kid": "only-a-kid"}, {"kid": 7, "kty": "RSA"}, {"kid": None}, {"kid": ""},
    {"kid": ["list"]}, {"kid": "k" * 257, "kty": "RSA"},
]  # fmt: skip
TWICE = "twice"


@functools.cache
def published() -> bytes:
    """The whole set, as the issuer serves it."""
    named = [make() | {"kid": kid} for table in (UNFIT, FOREIGN, FIT) for kid, make in table.items()]
    odd = [odd_key(name).jwk() for name in _SIZES] + [odd_key(E3).jwk(kid=E1, e=number(1))]
    secret = {"kty": "oct", "kid": SHARED_SECRET, "alg": "RS256", "k": base64url(SECRET)}
    twice = [signing_key(OKTA_KEY).jwk(kid=TWICE), signing_key(OKTA_NEXT_KEY).jwk(kid=TWICE)]
    good = [signing_key(OKTA_KEY).jwk(), signing_key(OKTA_NEXT_KEY).jwk()]
    return json.dumps({"keys": [*NO_KEYS, *good, *named, *odd, secret, curve_jwk(), *twice]}).encode()
