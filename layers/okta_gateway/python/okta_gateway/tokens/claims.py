"""The claims of an access token, checked one by one in the order of DESIGN 3.2. Each check raises its own error."""

from okta_gateway.errors import (
    AudienceMismatch,
    ClaimMalformed,
    ClientNotAllowed,
    IdTokenRefused,
    IssuerMismatch,
    SenderConstrainedToken,
    TokenExpired,
    TokenLifetimeRefused,
    TokenNotYetValid,
)
from okta_gateway.tokens.issuer import IssuerProfile, Kind
from okta_gateway.tokens.jws import JsonObject

LEEWAY_SECONDS = 60
MAX_LIFETIME_SECONDS = 24 * 3600
"""The longest lifetime that Okta lets anyone configure for an access token."""
_LATEST_TIME = 2**53


def verify_claims(claims: JsonObject, profile: IssuerProfile, now: float) -> None:
    """Verify the claims of a token whose signature is good, at `now` in seconds since 1970 (RFC 7519, section 4.1).

    Does not look at `scp`, which grants nothing here, nor at groups.
    """
    refuse_id_token(claims)
    refuse_sender_constrained(claims)
    verify_issuer(claims, profile)
    verify_audience(claims, profile)
    verify_times(claims, now)
    verify_subject(claims)
    verify_token_id(claims)
    verify_client(claims, profile)


def refuse_id_token(claims: JsonObject) -> None:
    """`nonce` and `at_hash` belong to ID tokens (OpenID Connect Core, section 2); Okta's `jti` starts with `ID.`."""
    jti = claims.get("jti")
    if "nonce" in claims or "at_hash" in claims or (isinstance(jti, str) and jti.startswith("ID.")):
        raise IdTokenRefused("the token has nonce or at_hash, or its jti starts with ID.")


def refuse_sender_constrained(claims: JsonObject) -> None:
    """RFC 9449, section 7.1: a bound token must not be accepted as a bearer token."""
    if "cnf" in claims:
        raise SenderConstrainedToken("the token has cnf")


def verify_issuer(claims: JsonObject, profile: IssuerProfile) -> None:
    issuer = claims.get("iss")
    if not isinstance(issuer, str) or issuer not in profile.issuers:
        raise IssuerMismatch(f"accepted: {', '.join(sorted(profile.issuers))}; iss is {issuer!r}")


def verify_audience(claims: JsonObject, profile: IssuerProfile) -> None:
    """RFC 7519, section 4.1.3: a string or an array of strings, one of which must be ours."""
    audience = claims.get("aud")
    if not (audience in profile.audiences if isinstance(audience, str) else _names_one(audience, profile.audiences)):
        raise AudienceMismatch(f"accepted: {', '.join(sorted(profile.audiences))}; aud is {audience!r}")


def verify_times(claims: JsonObject, now: float) -> None:
    """RFC 7519, sections 4.1.4 to 4.1.6, with 60 s leeway, and at most 24 h between `iat` and `exp`."""
    expires_at, issued_at = _time(claims, "exp"), _time(claims, "iat")
    not_before = _time(claims, "nbf") if "nbf" in claims else issued_at
    if now >= expires_at + LEEWAY_SECONDS:
        raise TokenExpired(f"exp was {now - expires_at:.0f} s ago")
    if max(issued_at, not_before) > now + LEEWAY_SECONDS:
        raise TokenNotYetValid(f"iat or nbf is {max(issued_at, not_before) - now:.0f} s ahead")
    if not 0 < expires_at - issued_at <= MAX_LIFETIME_SECONDS:
        raise TokenLifetimeRefused(f"{expires_at - issued_at:.0f} s from iat to exp")


def verify_subject(claims: JsonObject) -> None:
    _non_empty_string(claims, "sub")


def verify_token_id(claims: JsonObject) -> None:
    """RFC 7519, section 4.1.7: `jti` is optional, and a string."""
    if "jti" in claims:
        _non_empty_string(claims, "jti")


def verify_client(claims: JsonObject, profile: IssuerProfile) -> None:
    """Okta: a resource server must confirm that aud and cid match what it expects ("API access management")."""
    if profile.kind is Kind.GATEWAY:
        return
    client_id = _non_empty_string(claims, "cid")
    if profile.allowed_clients and client_id not in profile.allowed_clients:
        raise ClientNotAllowed(f"cid {client_id!r} is not in OKTA_ALLOWED_CLIENT_IDS")


def _names_one(audience: object, accepted: frozenset[str]) -> bool:
    """Whether it is an array of strings, one of which is accepted."""
    if not isinstance(audience, list) or not all(isinstance(value, str) for value in audience):
        return False
    return not accepted.isdisjoint(audience)


def _time(claims: JsonObject, name: str) -> float:
    """A NumericDate (RFC 7519, section 2): a JSON number, within what a float counts exactly."""
    value = claims.get(name)
    # Not isinstance: bool is a number to Python, not to JSON.
    if (type(value) is not int and type(value) is not float) or not 0 <= value < _LATEST_TIME:
        raise ClaimMalformed(f"{name} is missing or not a time in seconds")
    return float(value)


def _non_empty_string(claims: JsonObject, name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise ClaimMalformed(f"{name} is missing or not a string with something in it")
    return value
