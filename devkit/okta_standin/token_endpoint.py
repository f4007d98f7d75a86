"""The token endpoint of every authorization server; client credentials (RFC 6749 section 4.4) are answered here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.client_authentication import ClientAuthentication
from devkit.okta_standin.clients import App
from devkit.okta_standin.deviations import Deviations, Refusing
from devkit.okta_standin.errors import NO_STORE, OAuthRefusal
from devkit.okta_standin.oauth_request import Site, read_form
from devkit.okta_standin.scope_rules import (
    AUTHORIZATION_CODE,
    requested_scopes,
    require_machine_scopes,
    require_rule,
)
from devkit.okta_standin.servers import AuthorizationServer
from devkit.okta_standin.tokens import Grant, TokenIssuer
from devkit.okta_standin.user_grants import REFRESH_TOKEN, TokenRequest, UserGrants

CLIENT_CREDENTIALS = "client_credentials"
_MEMBERS = ("token_type", "expires_in", "access_token", "scope", "refresh_token", "id_token")
"""Of a token response, in Okta's order."""


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """`POST /oauth2/v1/token` and `POST /oauth2/{server}/v1/token`."""

    site: Site
    clients: ClientAuthentication
    issuer: TokenIssuer
    user_grants: UserGrants
    deviations: Deviations
    clock: Callable[[], float]

    async def answer(self, request: Request) -> Response:
        """Tokens, or Okta's refusal."""
        server = self.site.server(request)
        form = await read_form(request)
        grant_type = requested_grant_type(form)
        app = self.clients.authenticate(request.headers.get("authorization"), form, self.site.endpoint(request))
        require_allowed(grant_type, app)
        self.deviations.refuse(Refusing.TOKEN)
        tokens = self._tokens(grant_type, TokenRequest(server, app, self.site.origin(request), form))
        return JSONResponse({name: tokens[name] for name in _MEMBERS if name in tokens}, headers=NO_STORE)

    def _tokens(self, grant_type: str, request: TokenRequest) -> dict[str, Any]:
        if grant_type == AUTHORIZATION_CODE:
            return self.user_grants.redeem_code(request)
        if grant_type == REFRESH_TOKEN:
            return self.user_grants.refresh(request)
        return self._machine_token(request)

    def _machine_token(self, request: TokenRequest) -> dict[str, Any]:
        server, app = request.server, request.app
        require_key_at_org_server(server, app)
        scopes = require_machine_scopes(requested_scopes(request.form, server), server, app)
        lifetime = require_rule(server, app, CLIENT_CREDENTIALS, scopes).access_token_minutes * 60
        grant = Grant(server, app, scopes, CLIENT_CREDENTIALS, lifetime=lifetime)
        return {
            "token_type": "Bearer",
            "expires_in": lifetime,
            "access_token": self.issuer.access_token(grant, request.origin, int(self.clock())).signed(),
            "scope": " ".join(scopes),
        }


def requested_grant_type(form: Mapping[str, str]) -> str:
    """RFC 6749 section 4.4.2: `grant_type` is required. The wording is ours."""
    if not form.get("grant_type"):
        raise OAuthRefusal(400, "invalid_request", "The `grant_type` parameter is required.")
    return form["grant_type"]


def require_allowed(grant_type: str, app: App) -> None:
    """The grant is one that we know and that the app is configured for."""
    if grant_type not in (CLIENT_CREDENTIALS, AUTHORIZATION_CODE, REFRESH_TOKEN):
        raise OAuthRefusal(400, "unsupported_grant_type", "The grant type in the request isn't supported.")
    if grant_type not in app.grant_types:
        configured = ", ".join(app.grant_types)
        description = (
            f"The client is not authorized to use the provided grant type. Configured grant types: [{configured}]."
        )
        raise OAuthRefusal(400, "unauthorized_client", description)


def require_key_at_org_server(server: AuthorizationServer, app: App) -> None:
    """Okta takes no client secret for client credentials at the org server; the status is not documented."""
    if server.is_org_server and app.has_secret:
        description = (
            "Client Credentials requests to the Org Authorization Server must use the private_key_jwt "
            "token_endpoint_auth_method."
        )
        raise OAuthRefusal(401, "invalid_client", description)
