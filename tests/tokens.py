"""Factories that the test suites share: signing keys, tokens good and malformed, key sets, a clock, a key fetch.

Everything is deterministic but the keys, which are generated once per run of pytest, on first use.
"""

import base64
import functools
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from okta_gateway.errors import KeysUnavailable
from okta_gateway.tokens.issuer import GATEWAY_TOKEN_TYPES, OKTA_ACCESS_TOKEN_TYPES, IssuerProfile, Kind
from okta_gateway.tokens.jwks import parse_key_set
from okta_gateway.tokens.key_fetch import KeyDocument, Wait

NOW = 1_800_000_000
"""The moment at which the tests take place, in seconds since 1970; tokens were issued ten seconds before."""
DOMAIN = "dev-123456.okta.com"
SERVER_ID = "aus1234567890abcdef"
ISSUER = f"https://{DOMAIN}/oauth2/{SERVER_ID}"
AUDIENCE = "api://ai-registry"
GATEWAY_URL = "https://gateway.example.com/prod"
USER_CLIENT_ID = "0oa1234567890abcdef"
MACHINE_CLIENT_ID = "0oa0987654321fedcba"
KEYS_URL = f"{ISSUER}/v1/keys"
OKTA_KEY, OKTA_NEXT_KEY, GATEWAY_KEY, STRANGER_KEY = "okta-active", "okta-next", "gateway", "stranger"
"""Names for `signing_key`; nobody publishes the stranger's."""


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Any = _Absent()
"""As the value of a claim or header parameter: leave it out."""


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


class SigningKey:
    """An RSA key pair with a `kid`."""

    def __init__(self, kid: str, private_key: RSAPrivateKey) -> None:
        self.kid = kid
        self.private_key = private_key

    def __call__(self, signing_input: bytes) -> bytes:
        """The RS256 signature over the bytes."""
        return self.private_key.sign(signing_input, PKCS1v15(), SHA256())

    def jwk(self, **overrides: Any) -> dict[str, Any]:
        """The public key as Okta publishes it, with members changed, added or left out (ABSENT)."""
        numbers = self.private_key.public_key().public_numbers()
        members = {
            "kty": "RSA",
            "alg": "RS256",
            "kid": self.kid,
            "use": "sig",
            "e": base64url(numbers.e.to_bytes(3)),
            "n": base64url(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8)),
        }
        return _merged(members, overrides)

    def pem(self) -> bytes:
        """The public key as PEM: what an attacker uses as an HMAC secret (RFC 8725, section 2.1)."""
        return self.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@functools.cache
def signing_key(name: str) -> SigningKey:
    """The key of that name, the same one for the whole run; its `kid` is the name."""
    return SigningKey(name, generate_private_key(65537, 2048))


def hs256(secret: bytes) -> Callable[[bytes], bytes]:
    """Signs with HMAC, for `sign`."""
    return lambda signing_input: hmac.digest(secret, signing_input, hashlib.sha256)


def sign(header: Any, payload: Any, key: Callable[[bytes], bytes] | bytes | None = None) -> str:
    """A compact JWS over exactly this header and payload.

    Bytes are taken as the decoded segment as they are, a string as the segment itself, anything else as JSON. `key`
    makes the signature (default: Okta's active key) or is the signature.
    """
    signing_input = f"{_segment(header)}.{_segment(payload)}"
    signature = (
        key
        if isinstance(key, bytes)
        else (key or signing_key(OKTA_KEY))(signing_input.encode("utf-8", "surrogatepass"))
    )
    return f"{signing_input}.{base64url(signature)}"


def okta_header(**overrides: Any) -> dict[str, Any]:
    """The header of Okta's access tokens."""
    return _merged({"kid": OKTA_KEY, "alg": "RS256"}, overrides)


def user_claims(**overrides: Any) -> dict[str, Any]:
    """The claims of a user's access token of a custom authorization server."""
    claims = {
        "ver": 1,
        "jti": "AT.aUserToken",
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": NOW - 10,
        "exp": NOW + 3590,
        "cid": USER_CLIENT_ID,
        "uid": "00u1234567890abcdef",
        "scp": ["openid", "gateway.access"],
        "auth_time": NOW - 20,
        "sub": "ada@example.com",
        "groups": ["registry-admins"],
    }
    return _merged(claims, overrides)


def machine_claims(**overrides: Any) -> dict[str, Any]:
    """The claims of a client-credentials token of a custom authorization server: no user, hence no groups."""
    machine = {"cid": MACHINE_CLIENT_ID, "sub": MACHINE_CLIENT_ID, "scp": ["gateway.access"], "jti": "AT.aMachineToken"}
    claims = user_claims(uid=ABSENT, auth_time=ABSENT, groups=ABSENT, **machine)
    return _merged(claims, overrides)


def gateway_claims(**overrides: Any) -> dict[str, Any]:
    """The claims of a token that the gateway issued at sign-in."""
    claims = {
        "iss": GATEWAY_URL,
        "aud": GATEWAY_URL,
        "sub": "00u1234567890abcdef",
        "username": "ada@example.com",
        "email": "ada@example.com",
        "groups": ["registry-admins"],
        "client_id": USER_CLIENT_ID,
        "jti": "a-gateway-token",
        "iat": NOW - 10,
        "exp": NOW + 890,
    }
    return _merged(claims, overrides)


def okta_token(
    *, header: Mapping[str, Any] | None = None, key: Callable[[bytes], bytes] | None = None, **claims: Any
) -> str:
    """A user's access token, really signed; `header` and `claims` change, add or leave out (ABSENT) single values."""
    return sign(okta_header(**(header or {})), user_claims(**claims), key)


def machine_token(
    *, header: Mapping[str, Any] | None = None, key: Callable[[bytes], bytes] | None = None, **claims: Any
) -> str:
    """A machine's access token."""
    return sign(okta_header(**(header or {})), machine_claims(**claims), key)


def gateway_token(
    *, header: Mapping[str, Any] | None = None, key: Callable[[bytes], bytes] | None = None, **claims: Any
) -> str:
    """A token of the gateway's own."""
    own = {"kid": GATEWAY_KEY, "typ": "at+jwt"} | dict(header or {})
    return sign(okta_header(**own), gateway_claims(**claims), key or signing_key(GATEWAY_KEY))


def key_set(*members: SigningKey | dict[str, Any]) -> bytes:
    """The JSON Web Key Set of these keys; default: Okta's active and next key."""
    keys = members or (signing_key(OKTA_KEY), signing_key(OKTA_NEXT_KEY))
    return json.dumps({"keys": [key.jwk() if isinstance(key, SigningKey) else key for key in keys]}).encode()


def okta_profile(keys: bytes | None = None, **fields: Any) -> IssuerProfile:
    """The profile of the custom authorization server that the tokens above come from."""
    profile = IssuerProfile(
        kind=Kind.OKTA,
        issuers=frozenset({ISSUER}),
        audiences=frozenset({AUDIENCE}),
        types=OKTA_ACCESS_TOKEN_TYPES,
        key=parse_key_set(keys or key_set()).get,
    )
    return profile._replace(**fields)


def gateway_profile(keys: bytes | None = None, **fields: Any) -> IssuerProfile:
    """The profile of the gateway's own tokens."""
    profile = IssuerProfile(
        kind=Kind.GATEWAY,
        issuers=frozenset({GATEWAY_URL}),
        audiences=frozenset({GATEWAY_URL}),
        types=GATEWAY_TOKEN_TYPES,
        key=parse_key_set(keys or key_set(signing_key(GATEWAY_KEY))).get,
    )
    return profile._replace(**fields)


class FakeClock:
    """Wall-clock seconds that only the test moves."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class FakeFetch:
    """Stands for `start_fetch`: answers each fetch with `answer`, which the test may change at any time.

    `answer` is a key set's bytes or None for an issuer that does not answer; `started` counts the fetches.
    """

    def __init__(self, answer: bytes | None = None, *, max_age: int | None = None) -> None:
        self.answer = answer
        self.max_age = max_age
        self.started = 0

    def __call__(self, url: str) -> Wait:
        self.started += 1
        return self.wait

    def wait(self) -> KeyDocument:
        if self.answer is None:
            raise KeysUnavailable("the issuer does not answer")
        return KeyDocument(self.answer, self.max_age)


def _segment(part: Any) -> str:
    if isinstance(part, str):
        return part
    return base64url(part if isinstance(part, bytes) else json.dumps(part).encode("utf-8"))


def _merged(values: dict[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (values | dict(overrides)).items() if value is not ABSENT}
