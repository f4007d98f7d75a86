"""Tokens with the claims that Okta puts into them, by server and by grant."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jwt.algorithms import RSAAlgorithm

from devkit.okta_standin.clients import App
from devkit.okta_standin.errors import OAuthRefusal
from devkit.okta_standin.expressions import evaluate
from devkit.okta_standin.keys import Keys, SigningKey, base64url
from devkit.okta_standin.people import User
from devkit.okta_standin.servers import AuthorizationServer, Claim, TokenKind

ORG_ACCESS_TOKEN_TYPE = "application/okta-internal-at+jwt"  # noqa: S105 - a media type (recorded answers)
DEFAULT_LIFETIME = 3600
"""Seconds; fixed for ID tokens and for the org server's access tokens."""
GROUPS_LIMIT = 100
UNLIMITED_GRANTS = frozenset({"authorization_code"})
"""Okta exempts the authorization code flow from the limit of 100 groups, and says nothing of refresh tokens (its guide
on authorization servers; support article on the error)."""
IDENTITY_PROVIDER = "00o1local0000000org1"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is issued for: no user means that a machine acts for itself."""

    server: AuthorizationServer
    app: App
    scopes: tuple[str, ...]
    grant_type: str
    user: User | None = None
    lifetime: int = DEFAULT_LIFETIME
    auth_time: int | None = None
    """When the user signed in, if that was not just now."""
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A token before it is signed. Its content is free, so that tests can have hostile ones."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    key: SigningKey

    def changed(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> "Draft":
        """A draft with members replaced; None removes one."""
        return replace(self, header=_merged(self.header, header), claims=_merged(self.claims, claims))

    def signed(self) -> str:
        """The token, signed with RS256 whatever `alg` its header claims."""
        parts = (json.dumps(part, separators=(",", ":")) for part in (self.header, self.claims))
        message = ".".join(base64url(part.encode()) for part in parts)
        signature = RSAAlgorithm(RSAAlgorithm.SHA256).sign(message.encode("ascii"), self.key.private)
        return f"{message}.{base64url(signature)}"


def _merged(members: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**members, **changes}.items() if value is not None}


class TokenIssuer:
    """Drafts the tokens of all servers; `new_id` gives the random part of a `jti`."""

    def __init__(self, keys: Keys, new_id: Callable[[], str] = secrets.token_urlsafe) -> None:
        self._keys = keys
        self._new_id = new_id

    def access_token(self, grant: Grant, origin: str, issued_at: int) -> Draft:
        """An access token. Raises OAuthRefusal when a groups claim matches more than 100 groups."""
        server, user = grant.server, grant.user
        issuer = server.issuer(origin)
        key = self._keys.server(server.id).access_token_key
        claims: dict[str, Any] = {
            "ver": 1,
            "jti": f"AT.{self._new_id()}",
            "iss": issuer,
            "aud": server.audience or issuer,
            "iat": issued_at,
            "exp": issued_at + grant.lifetime,
            "cid": grant.app.client_id,
            "scp": list(grant.scopes),
            "sub": user.login if user else grant.app.client_id,
        }
        if user:
            claims |= {"uid": user.id, "auth_time": signed_in_at(grant, issued_at)}
        header = {"kid": key.kid, "alg": "RS256"}
        if server.is_org_server:
            header["typ"] = ORG_ACCESS_TOKEN_TYPE
        return Draft(header, claims | _custom(grant, "access_token"), key)

    def id_token(self, grant: Grant, origin: str, issued_at: int, access_token: str) -> Draft:
        """An ID token as it comes with `access_token`. Raises ValueError without a user, else as access_token."""
        if grant.user is None:
            raise ValueError("There is no ID token without a user.")
        key = self._keys.server(grant.server.id).active
        claims: dict[str, Any] = {
            "sub": grant.user.id,
            "ver": 1,
            "iss": grant.server.issuer(origin),
            "aud": grant.app.client_id,
            "iat": issued_at,
            "exp": issued_at + grant.lifetime,
            "jti": f"ID.{self._new_id()}",
            "amr": ["pwd"],
            "idp": IDENTITY_PROVIDER,
            "auth_time": signed_in_at(grant, issued_at),
            "at_hash": base64url(hashlib.sha256(access_token.encode("ascii")).digest()[:16]),
        }
        if grant.nonce is not None:
            claims["nonce"] = grant.nonce
        claims |= _profile(grant) | _custom(grant, "id_token", thin=True)
        return Draft({"kid": key.kid, "alg": "RS256"}, claims, key)


def signed_in_at(grant: Grant, issued_at: int) -> int:
    """The `auth_time` of a token."""
    return issued_at if grant.auth_time is None else grant.auth_time


def identity_claims(grant: Grant) -> dict[str, Any]:
    """The set-up claims of userinfo. Raises OAuthRefusal when one matches more than 100 groups."""
    return _custom(grant, "id_token")


def _profile(grant: Grant) -> dict[str, Any]:
    user = grant.user
    claims: dict[str, Any] = {}
    if user and "profile" in grant.scopes:
        claims |= {"name": f"{user.first_name} {user.last_name}", "preferred_username": user.login}
    if user and "email" in grant.scopes:
        claims |= {"email": user.email, "email_verified": True}
    return claims


def _custom(grant: Grant, kind: TokenKind, *, thin: bool = False) -> dict[str, Any]:
    """The claims that an administrator has set up; a thin token has only those that are always included."""
    claims: dict[str, Any] = {}
    for claim in _claims(grant):
        if claim.applies(kind, grant.scopes) and (claim.always or not thin):
            value = _value(claim, grant)
            if value not in (None, []):
                claims[claim.name] = value
    return claims


def _value(claim: Claim, grant: Grant) -> object:
    if claim.filter_type is None:
        return evaluate(claim.value, grant.app, grant.user)
    if grant.user is None:
        return None  # a GROUPS claim is about a user; Okta leaves it out of a machine's token
    groups = claim.matching(grant.user.all_groups)
    _require_few(groups, grant.grant_type)
    return groups


def _claims(grant: Grant) -> tuple[Claim, ...]:
    if not grant.server.is_org_server:
        return grant.server.claims
    return (grant.app.groups_claim,) if grant.app.groups_claim else ()


def _require_few(groups: list[str], grant_type: str) -> None:
    if len(groups) > GROUPS_LIMIT and grant_type not in UNLIMITED_GRANTS:
        description = "The groups claim matched too many groups and must be configured to match fewer groups"
        raise OAuthRefusal(400, "access_denied", description)
