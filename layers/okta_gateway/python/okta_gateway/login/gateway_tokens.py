"""The gateway's own access tokens, for orgs whose access tokens nobody but Okta can verify (DESIGN, section 5)."""

import json
import secrets
import time
from collections.abc import Callable, Sequence

from jwt import PyJWK, PyJWS
from jwt.algorithms import RSAAlgorithm

from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.login.signing_keys import SigningKey

LIFETIME_SECONDS = 900


class GatewayTokens:
    """Issues access tokens (RFC 9068 in shape) for users whose sign-in has been verified."""

    def __init__(
        self,
        keys: Sequence[SigningKey],
        *,
        issuer: str,
        lifetime_seconds: int = LIFETIME_SECONDS,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        """The first of `keys` signs; `issuer` is GATEWAY_URL. Raises ConfigurationInvalid without a key."""
        if not keys:
            raise ConfigurationInvalid(
                ["GATEWAY_SIGNING_KEYS is not set: write ARNs of RSA keys in KMS, or paths of PEM files"]
            )
        self._key = keys[0]
        self._issuer = issuer
        self._lifetime_seconds = lifetime_seconds
        self._clock = clock
        self._new_id = new_id
        self._jws = PyJWS(algorithms=[])
        self._jws.register_algorithm("RS256", _Rs256(self._key))

    def issue(
        self, *, subject: str, username: str, email: str | None, groups: Sequence[str], client_id: str
    ) -> tuple[str, float]:
        """A token, and when it expires in seconds since 1970.

        `subject` is Okta's user id, `client_id` the application that the user signed in to. Raises KeysUnavailable
        when KMS does not sign.
        """
        issued_at = int(self._clock())
        expires_at = issued_at + self._lifetime_seconds
        claims = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": subject,
            "username": username,
            "email": email,
            "groups": list(groups),
            "client_id": client_id,
            "jti": self._new_id(),
            "iat": issued_at,
            "exp": expires_at,
        }
        return self._sign({name: value for name, value in claims.items() if value is not None}), float(expires_at)

    def _sign(self, claims: dict[str, object]) -> str:
        payload = json.dumps(claims, separators=(",", ":")).encode("ascii")
        public_key = PyJWK(self._key.public_jwk())
        return self._jws.encode(payload, public_key, "RS256", headers={"typ": "at+jwt", "kid": self._key.kid})


class _Rs256(RSAAlgorithm):
    """RS256 for PyJWT, signed by a SigningKey instead of the key that PyJWT holds, which is its public half."""

    def __init__(self, signing_key: SigningKey) -> None:
        super().__init__(RSAAlgorithm.SHA256)
        self._signing_key = signing_key

    def sign(self, msg: bytes, key: object) -> bytes:  # noqa: ARG002 the public half
        return self._signing_key.sign(msg)
