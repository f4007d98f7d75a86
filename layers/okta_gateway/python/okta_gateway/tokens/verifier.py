"""Verify a token: shape, header, key, signature, claims, in this order."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from okta_gateway.errors import (
    AlgorithmRefused,
    CriticalHeaderRefused,
    KeyIdMalformed,
    NoMatchingKey,
    OrgServerToken,
    TokenTypeRefused,
)
from okta_gateway.tokens.claims import verify_claims
from okta_gateway.tokens.issuer import IssuerProfile, Kind, explain_foreign_issuer
from okta_gateway.tokens.jwks import MAX_KEY_ID_LENGTH
from okta_gateway.tokens.jws import JsonObject, Jws, parse, verify_signature

_ORG_SERVER_TYPE = "application/okta-internal-at+jwt"


class VerifiedToken(NamedTuple):
    """The claims of a token that is genuine and for us."""

    kind: Kind
    claims: JsonObject

    def __repr__(self) -> str:
        return "VerifiedToken(...)"


class Verifier:
    """Verifies access tokens of the given issuers (RFC 9068, section 4; Okta: "Validate access tokens").

    Does not look at what the token's holder may do.
    """

    def __init__(self, profiles: Sequence[IssuerProfile], *, clock: Callable[[], float] = time.time) -> None:
        self.profiles = profiles
        self._clock = clock

    def verify(self, token: str) -> VerifiedToken:
        """Raises a TokenRefused for each thing that can be wrong with a token, KeysUnavailable for none of them."""
        jws = parse(token)
        profile = self.profile_of(jws)
        verify_header(jws, profile)
        key = find_key(jws, profile)
        verify_signature(jws, key)
        verify_claims(jws.payload, profile, self._clock())
        return VerifiedToken(profile.kind, jws.payload)

    def profile_of(self, jws: Jws) -> IssuerProfile:
        """The profile to hold the token to, by its claimed issuer; the claim itself is verified with the others."""
        issuer = jws.payload.get("iss")
        if isinstance(issuer, str):
            for profile in self.profiles:
                if issuer in profile.issuers:
                    return profile
        return self.profiles[0]


def verify_header(jws: Jws, profile: IssuerProfile) -> None:
    """The header parameters of RFC 7515, section 4.1; `jwk`, `jku` and `x5u` are never looked at."""
    header = jws.header
    if header.get("alg") != "RS256":
        raise AlgorithmRefused(f"alg is {header.get('alg')!r}")
    if "crit" in header or "b64" in header:
        raise CriticalHeaderRefused("the header has crit or b64")
    verify_type(jws, profile)
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KEY_ID_LENGTH:
        raise KeyIdMalformed(f"kid is missing or not a string of 1 to {MAX_KEY_ID_LENGTH} characters")


def find_key(jws: Jws, profile: IssuerProfile) -> RSAPublicKey:
    """The key that the header names, among the issuer's published keys only."""
    try:
        return profile.key(jws.header["kid"])
    except NoMatchingKey as error:
        raise NoMatchingKey(f"{error.detail}; {explain_foreign_issuer(jws.payload.get('iss'), profile)}") from None


def verify_type(jws: Jws, profile: IssuerProfile) -> None:
    """Explicit typing (RFC 8725, section 3.11): a token made for another purpose must not pass for an access token."""
    typ = jws.header.get("typ")
    if typ == _ORG_SERVER_TYPE:
        raise OrgServerToken("typ says that the org authorization server issued the token")
    acceptable = isinstance(typ, str) and typ in profile.types
    if not acceptable and not ("typ" not in jws.header and None in profile.types):
        raise TokenTypeRefused(f"typ is {typ!r}; {explain_foreign_issuer(jws.payload.get('iss'), profile)}")
