"""Authorization servers: where their endpoints are, and what a token of theirs must look like."""

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    # A cold start derives the key set's address before it imports cryptography.
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


class AuthorizationServer(NamedTuple):
    """Addresses of one Okta authorization server, derived from the org's URL and the server's id."""

    issuer: str
    endpoints: str

    @property
    def authorization_endpoint(self) -> str:
        return f"{self.endpoints}/authorize"

    @property
    def token_endpoint(self) -> str:
        return f"{self.endpoints}/token"

    @property
    def userinfo_endpoint(self) -> str:
        return f"{self.endpoints}/userinfo"

    @property
    def jwks_uri(self) -> str:
        return f"{self.endpoints}/keys"

    @property
    def revocation_endpoint(self) -> str:
        return f"{self.endpoints}/revoke"

    @property
    def end_session_endpoint(self) -> str:
        return f"{self.endpoints}/logout"


def authorization_server(okta_url: str, server_id: str | None) -> AuthorizationServer:
    """The custom server `server_id` of the org at `okta_url`, or its org server (Okta: "Authorization servers")."""
    issuer = f"{okta_url}/oauth2/{server_id}" if server_id else okta_url
    return AuthorizationServer(issuer, f"{issuer}/v1" if server_id else f"{okta_url}/oauth2/v1")


class Kind(Enum):
    """Who issued a token."""

    OKTA = "okta"
    GATEWAY = "gateway"


OKTA_ACCESS_TOKEN_TYPES: frozenset[str | None] = frozenset({None, "JWT", "at+jwt", "application/at+jwt"})
"""Okta sends no `typ`; the others are RFC 7519's and RFC 9068's."""
GATEWAY_TOKEN_TYPES: frozenset[str | None] = frozenset({"at+jwt"})


class IssuerProfile(NamedTuple):
    """What makes a token of one issuer acceptable here."""

    kind: Kind
    issuers: frozenset[str]
    audiences: frozenset[str]
    types: frozenset[str | None]
    """Accepted values of the header's `typ`; None stands for a header without it."""
    key: "Callable[[str], RSAPublicKey]"
    """The signing key by its `kid`. Raises NoMatchingKey, KeyUnfit or KeysUnavailable."""
    allowed_clients: frozenset[str] = frozenset()
    """Client ids that may call; empty for all."""


def explain_foreign_issuer(issuer: object, profile: IssuerProfile) -> str:
    """Say which authorization server a token names in its `iss`, where that is not the configured one, and what to set.

    The setup guide's most common mistake: a token of one server, the settings of another. For the log only.
    """
    configured = ", ".join(sorted(profile.issuers))
    if isinstance(issuer, str) and issuer in profile.issuers:
        return "its iss is the configured issuer"
    return f"its iss is {issuer!r}, the configured issuer is {configured}: {_fix(issuer, profile)}"


def _fix(issuer: object, profile: IssuerProfile) -> str:
    if profile.kind is Kind.GATEWAY:
        return "in org mode only tokens that the gateway issued at sign-in are accepted, or set OKTA_AUTH_SERVER_ID"
    host, _, server_id = issuer.partition("/oauth2/") if isinstance(issuer, str) else ("", "", "")
    if host not in {configured.partition("/oauth2/")[0] for configured in profile.issuers}:
        return "check OKTA_DOMAIN, or name the issuer in OKTA_ISSUERS if it is the same server under another domain"
    if server_id:
        return f"set OKTA_AUTH_SERVER_ID to {server_id!r}, or ask the configured server for the token"
    return "the org authorization server issued it, whose access tokens no API can verify; ask the configured server"
