"""Which scopes a request may have, and which policy rule covers them, with Okta's refusals."""

from collections.abc import Iterable, Mapping

from devkit.okta_standin.clients import App
from devkit.okta_standin.errors import OAuthRefusal
from devkit.okta_standin.servers import USER_SCOPES, AuthorizationServer, Rule

AUTHORIZATION_CODE = "authorization_code"
OFFLINE_ACCESS = "offline_access"
ORG_SERVER_RULE = Rule(
    "org server",
    (),
    (),
    access_token_minutes=60,
    refresh_token_minutes=90 * 24 * 60,
    refresh_window_minutes=90 * 24 * 60,
)
"""The org server has no policies; these lifetimes are fixed."""
_OF_OPENID = frozenset({"profile", "email", "address", "phone", "groups"})


def requested_scopes(parameters: Mapping[str, str], server: AuthorizationServer) -> tuple[str, ...]:
    """What the client asks for, or the server's default scopes."""
    requested = tuple(dict.fromkeys(parameters.get("scope", "").split()))
    defaults = tuple(scope.name for scope in server.scopes if scope.default)
    if not requested and not defaults:
        description = (
            "The authorization server resource does not have any configured default scopes, 'scope' must be provided."
        )
        raise OAuthRefusal(400, "invalid_scope", description)
    return requested or defaults


def require_machine_scopes(requested: tuple[str, ...], server: AuthorizationServer, app: App) -> tuple[str, ...]:
    """Scopes that a machine may have here: custom ones of a custom server, granted okta.* ones of the org server."""
    of_users = [scope for scope in requested if scope in USER_SCOPES]
    if of_users:
        description = f"Cannot request '{' '.join(of_users)}' scopes using client credentials."
        raise OAuthRefusal(400, "invalid_scope", description)
    if server.is_org_server:
        return _okta_scopes(requested, app)
    return _configured(requested, server)


def require_user_scopes(requested: tuple[str, ...], server: AuthorizationServer) -> tuple[str, ...]:
    """Scopes that a person's sign-in may ask for here."""
    _configured(requested, server)
    if "openid" not in requested and not _OF_OPENID.isdisjoint(requested):
        description = "Requests for ID tokens or access tokens with OpenID scopes require the `openid` scope."
        raise OAuthRefusal(400, "access_denied", description)
    return requested


def _configured(requested: tuple[str, ...], server: AuthorizationServer) -> tuple[str, ...]:
    if not set(requested) <= {scope.name for scope in server.scopes}:
        raise _unknown_scope()
    return requested


def _okta_scopes(requested: tuple[str, ...], app: App) -> tuple[str, ...]:
    if not all(scope.startswith("okta.") for scope in requested):
        raise _unknown_scope()
    granted = tuple(scope for scope in requested if scope in app.okta_scopes)
    if not granted:
        raise OAuthRefusal(400, "consent_required", "You are not allowed any of the requested scopes.")
    return granted


def _unknown_scope() -> OAuthRefusal:
    description = "One or more scopes are not configured for the authorization server resource."
    return OAuthRefusal(400, "invalid_scope", description)


def require_rule(server: AuthorizationServer, app: App, grant_type: str, scopes: Iterable[str]) -> Rule:
    """The first policy rule that matches; it has to cover every scope. Raises OAuthRefusal when none does."""
    if server.is_org_server:
        return ORG_SERVER_RULE
    rule = server.rule(app.client_id, grant_type, scopes)
    if rule is None:
        description = "Policy evaluation failed for this request, please check the policy configurations."
        raise OAuthRefusal(400, "access_denied", description)
    return rule
