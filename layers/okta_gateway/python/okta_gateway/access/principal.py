"""Who holds a verified token: a user or a machine, and the groups that the token itself names."""

from typing import Any, NamedTuple

from okta_gateway.errors import UnknownPrincipal
from okta_gateway.tokens.issuer import Kind
from okta_gateway.tokens.verifier import VerifiedToken

USER = "user"
MACHINE = "m2m"


class Principal(NamedTuple):
    """The holder of a verified token."""

    kind: str
    id: str
    """Stable and not chosen by its holder: Okta's user id, or the client id."""
    subject: str
    username: str | None
    client_id: str | None
    groups: tuple[str, ...]
    auth_method: str
    issuer: str
    token_id: str | None
    expires_at: float


def identify(token: VerifiedToken) -> Principal:
    """The principal of a verified token. Raises UnknownPrincipal for one that is neither a user's nor a machine's."""
    claims = token.claims
    if token.kind is Kind.GATEWAY:
        kind, principal_id = USER, claims["sub"]
        username, client_id = _string(claims.get("username")), _string(claims.get("client_id"))
    else:
        kind, principal_id = _okta_principal(claims)
        username, client_id = claims["sub"] if kind == USER else None, claims["cid"]
    return Principal(
        kind=kind,
        id=principal_id,
        subject=claims["sub"],
        username=username,
        client_id=client_id,
        groups=string_list(claims.get("groups")),
        auth_method=token.kind.value,
        issuer=claims["iss"],
        token_id=_string(claims.get("jti")),
        expires_at=float(claims["exp"]),
    )


def _okta_principal(claims: dict[str, Any]) -> tuple[str, str]:
    """Okta binds `uid` to user tokens only; a machine's `sub` is its client id ("ID token and access token claims")."""
    uid, client_id = claims.get("uid"), claims["cid"]
    if isinstance(uid, str) and uid:
        return USER, uid
    if "uid" not in claims and claims["sub"] == client_id:
        return MACHINE, client_id
    raise UnknownPrincipal("the token has no usable uid, and its sub is not its cid")


def string_list(claim: object) -> tuple[str, ...]:
    """The strings of a claim, each once; anything but a list of strings counts as none: it cannot be read safely."""
    if not isinstance(claim, list) or not {type(group) for group in claim} <= {str}:
        return ()
    return tuple(dict.fromkeys(claim))


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
