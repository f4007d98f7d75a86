"""Who makes a request: what the authorizer found out, as API Gateway hands it on."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, cast
from urllib.parse import unquote

from okta_gateway.apigateway.responses import NONE
from okta_gateway.errors import EventMalformed
from okta_gateway.iam.answers import WhoAmI
from okta_gateway.iam.errors import NotAdministrator


class Actor(NamedTuple):
    """A verified caller; `id` is Okta's user id, or the client id of a machine."""

    id: str
    kind: Literal["user", "m2m"]
    subject: str | None
    username: str | None
    client_id: str | None
    groups: tuple[str, ...]
    groups_source: str
    scopes: tuple[str, ...]
    auth_method: str
    issuer: str | None
    expires_at: float
    request_id: str

    @property
    def is_user(self) -> bool:
        return self.kind == "user"

    @property
    def name(self) -> str:
        """For people: the login of a user, else the client id."""
        return self.username or self.id

    def require(self, scope: str) -> None:
        """Raise NotAdministrator unless the caller has the scope. The authorizer's policy has asked already."""
        if scope not in self.scopes:
            raise NotAdministrator(f"{self.name} has the scopes: {' '.join(self.scopes) or 'none'}; needed is {scope}")


def actor_of(event: Mapping[str, Any]) -> Actor:
    """Read the authorizer's context (`apigateway.responses`). Raises EventMalformed where there is none."""
    request = event.get("requestContext") or {}
    context = request.get("authorizer") or {}
    try:
        kind = context["token_type"]
        if kind not in {"user", "m2m"}:
            raise EventMalformed(f"token_type is {kind!r}")
        return Actor(
            id=_text(context["principalId"]) or "",
            kind=cast("Literal['user', 'm2m']", kind),
            subject=_text(context["sub"]),
            username=_text(context["username"]),
            client_id=_text(context["client_id"]),
            groups=_list(context["groups"], ","),
            groups_source=context["groups_source"],
            scopes=_list(context["scopes"], " "),
            auth_method=context["auth_method"],
            issuer=_text(context["issuer"]),
            expires_at=float(context["exp"]),
            request_id=str(request.get("requestId", "")),
        )
    except ValueError:
        raise EventMalformed("exp of the authorizer's context is no number") from None
    except KeyError as error:
        raise EventMalformed(
            f"the authorizer's context lacks {error.args[0]}: the route must have the authorizer"
        ) from None


def who_am_i(actor: Actor, admin_scope: str) -> WhoAmI:
    """The caller, told to the caller."""
    return WhoAmI(
        subject=actor.subject,
        id=actor.id,
        kind=actor.kind,
        username=actor.username,
        client_id=actor.client_id,
        groups=list(actor.groups),
        groups_source=actor.groups_source,
        scopes=list(actor.scopes),
        administrator=admin_scope in actor.scopes,
        auth_method=actor.auth_method,
        issuer=actor.issuer,
        expires_at=datetime.fromtimestamp(actor.expires_at, UTC).isoformat().replace("+00:00", "Z"),
    )


def _text(value: str) -> str | None:
    return None if value == NONE else unquote(value)


def _list(value: str, separator: str) -> tuple[str, ...]:
    return () if value == NONE else tuple(unquote(item) for item in value.split(separator))
