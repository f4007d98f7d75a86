"""Verify an ID token (OpenID Connect Core, section 3.1.3.7), with the parser and the claim checks of the authorizer."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from okta_gateway.errors import TokenRefused
from okta_gateway.login.errors import IdTokenInvalid
from okta_gateway.tokens.claims import (
    LEEWAY_SECONDS,
    verify_audience,
    verify_issuer,
    verify_subject,
    verify_times,
    verify_token_id,
)
from okta_gateway.tokens.issuer import AuthorizationServer, IssuerProfile, Kind
from okta_gateway.tokens.jws import JsonObject, parse, verify_signature
from okta_gateway.tokens.verifier import find_key, verify_header


class IdTokenVerifier:
    """Verifies ID tokens of one authorization server for one client.

    Issuer and keys come from the same AuthorizationServer, so that the keys of one server can never serve another's.
    """

    def __init__(
        self,
        server: AuthorizationServer,
        client_id: str,
        key: Callable[[str], RSAPublicKey],
        *,
        clock: Callable[[], float],
    ) -> None:
        self._client_id = client_id
        self._clock = clock
        self._profile = IssuerProfile(
            kind=Kind.OKTA,
            issuers=frozenset({server.issuer}),
            audiences=frozenset({client_id}),
            types=frozenset({None, "JWT"}),
            key=key,
        )

    def verify_first(self, token: str, *, nonce: str, access_token: str, max_age: float | None = None) -> JsonObject:
        """The claims of the ID token of a new sign-in. Raises IdTokenInvalid, or KeysUnavailable."""
        claims = self._verify(token, access_token)
        _verify_nonce(claims, nonce)
        if max_age is not None:
            _verify_age(claims, max_age, self._clock())
        return claims

    def verify_refreshed(self, token: str, *, access_token: str) -> JsonObject:
        """The claims of an ID token that came with a refresh; it has no nonce (OpenID Connect Core, section 12.2)."""
        return self._verify(token, access_token)

    def _verify(self, token: str, access_token: str) -> JsonObject:
        try:
            jws = parse(token)
            verify_header(jws, self._profile)
            verify_signature(jws, find_key(jws, self._profile))
            verify_issuer(jws.payload, self._profile)
            verify_audience(jws.payload, self._profile)
            verify_times(jws.payload, self._clock())
            verify_subject(jws.payload)
            verify_token_id(jws.payload)
        except TokenRefused as error:
            raise IdTokenInvalid(str(error)) from None
        _verify_authorized_party(jws.payload, self._client_id)
        _verify_access_token_hash(jws.payload, access_token)
        return jws.payload


def _verify_authorized_party(claims: JsonObject, client_id: str) -> None:
    """Steps 4 and 5: needed with several audiences, and ours wherever it is."""
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and "azp" not in claims:
        raise IdTokenInvalid("several audiences and no azp")
    if claims.get("azp", client_id) != client_id:
        raise IdTokenInvalid("azp is another client")


def _verify_nonce(claims: JsonObject, nonce: str) -> None:
    """Step 11. Compared without a hint about how much of it was right."""
    found = claims.get("nonce")
    if not isinstance(found, str) or not hmac.compare_digest(found.encode(), nonce.encode()):
        raise IdTokenInvalid("the nonce is not the one of this sign-in")


def _verify_access_token_hash(claims: JsonObject, access_token: str) -> None:
    """Section 3.1.3.6: the left half of the hash of the access token, where the ID token has one."""
    if "at_hash" not in claims:
        return
    left_half = hashlib.sha256(access_token.encode("ascii", "replace")).digest()[:16]
    if claims["at_hash"] != urlsafe_b64encode(left_half).rstrip(b"=").decode("ascii"):
        raise IdTokenInvalid("at_hash is not that of the access token")


def _verify_age(claims: JsonObject, max_age: float, now: float) -> None:
    """Step 13: with max_age, auth_time must be there and recent enough."""
    authenticated_at = claims.get("auth_time")
    if not isinstance(authenticated_at, int | float) or isinstance(authenticated_at, bool):
        raise IdTokenInvalid("auth_time is missing")
    if not -LEEWAY_SECONDS <= now - authenticated_at <= max_age + LEEWAY_SECONDS:
        raise IdTokenInvalid("the person signed in at Okta too long ago, or in the future")
