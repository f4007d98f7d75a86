"""The token endpoint of every authorization server; so far with client credentials (RFC 6749 section 4.4)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.client_authentication import ClientAuthentication
from devkit.okta_standin.errors import NO_STORE, OAuthRefusal
from devkit.okta_standin.oauth_request import Site, read_form
from devkit.okta_standin.org import USER_SCOPES, App, AuthorizationServer
from devkit.okta_standin.tokens import DEFAULT_LIFETIME, Grant, TokenIssuer

CLIENT_CREDENTIALS = "client_credentials"


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """`POST /oauth2/v1/token` and `POST /oauth2/{server}/v1/token`."""

    site: Site
    clients: ClientAuthentication
    issuer: TokenIssuer
    clock: Callable[[], float]

    async def answer(self, request: Request) -> Response:
        """A machine's access token, or Okta's refusal."""
        server = self.site.server(request)
        form = await read_form(request)
        grant_type = requested_grant_type(form)
        app = self.clients.authenticate(request.headers.get("authorization"), form, self.site.endpoint(request))
        require_allowed(grant_type, app)
        require_key_at_org_server(server, app)
        scopes = granted_scopes(requested_scopes(form, server), server, app)
        lifetime = lifetime_by_policy(server, app, grant_type, scopes)
        grant = Grant(server, app, scopes, grant_type, lifetime=lifetime)
        draft = self.issuer.access_token(grant, self.site.origin(request), int(self.clock()))
        body = {
            "token_type": "Bearer",
            "expires_in": lifetime,
            "access_token": draft.signed(),
            "scope": " ".join(scopes),
        }
        return JSONResponse(body, headers=NO_STORE)


def requested_grant_type(form: Mapping[str, str]) -> str:
    """RFC 6749 section 4.4.2: `grant_type` is required. The wording is ours."""
    if not form.get("grant_type"):
        raise OAuthRefusal(400, "invalid_request", "The `grant_type` parameter is required.")
    return form["grant_type"]


def require_allowed(grant_type: str, app: App) -> None:
    """The grant is one that the app is configured for and that we know."""
    if grant_type in app.grant_types and grant_type == CLIENT_CREDENTIALS:
        return
    if grant_type == CLIENT_CREDENTIALS:
        configured = ", ".join(app.grant_types)
        description = (
            f"The client is not authorized to use the provided grant type. Configured grant types: [{configured}]."
        )
        raise OAuthRefusal(400, "unauthorized_client", description)
    raise OAuthRefusal(400, "unsupported_grant_type", "The grant type in the request isn't supported.")


def require_key_at_org_server(server: AuthorizationServer, app: App) -> None:
    """Okta takes no client secret for client credentials at the org server; the status is not documented."""
    if server.is_org_server and app.client_secret is not None:
        description = (
            "Client Credentials requests to the Org Authorization Server must use the private_key_jwt "
            "token_endpoint_auth_method."
        )
        raise OAuthRefusal(401, "invalid_client", description)


def requested_scopes(form: Mapping[str, str], server: AuthorizationServer) -> tuple[str, ...]:
    """What the client asks for, or the server's default scopes."""
    requested = tuple(dict.fromkeys(form.get("scope", "").split()))
    defaults = tuple(scope.name for scope in server.scopes if scope.default)
    if not requested and not defaults:
        description = (
            "The authorization server resource does not have any configured default scopes, 'scope' must be provided."
        )
        raise OAuthRefusal(400, "invalid_scope", description)
    return requested or defaults


def granted_scopes(requested: tuple[str, ...], server: AuthorizationServer, app: App) -> tuple[str, ...]:
    """Scopes that a machine may have here: custom ones of a custom server, granted okta.* ones of the org server."""
    of_users = [scope for scope in requested if scope in USER_SCOPES]
    if of_users:
        description = f"Cannot request '{' '.join(of_users)}' scopes using client credentials."
        raise OAuthRefusal(400, "invalid_scope", description)
    if server.is_org_server:
        return _okta_scopes(requested, app)
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


def lifetime_by_policy(server: AuthorizationServer, app: App, grant_type: str, scopes: Iterable[str]) -> int:
    """Seconds that the first matching policy rule gives to the token; the org server has no policies."""
    if server.is_org_server:
        return DEFAULT_LIFETIME
    rule = server.rule(app.client_id, grant_type, scopes)
    if rule is None:
        description = "Policy evaluation failed for this request, please check the policy configurations."
        raise OAuthRefusal(400, "access_denied", description)
    return rule.access_token_minutes * 60
