"""The routes below `/_standin/`, which Okta does not have: mint tokens, rotate keys, hand out keys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.clients import App
from devkit.okta_standin.control_request import ControlError, chosen, chosen_app, chosen_user, read_members
from devkit.okta_standin.keys import Keys, SigningKey
from devkit.okta_standin.oauth_request import Site
from devkit.okta_standin.people import User
from devkit.okta_standin.servers import ORG_SERVER_ID, USER_SCOPES, AuthorizationServer
from devkit.okta_standin.token_endpoint import CLIENT_CREDENTIALS
from devkit.okta_standin.tokens import DEFAULT_LIFETIME, Draft, Grant, TokenIssuer

DEFAULT_USER_SCOPES = ("openid", "profile", "email")
_TOKEN_MEMBERS: dict[str, tuple[type, ...]] = {
    "server": (str,),
    "user": (str,),
    "client": (str,),
    "kind": (str,),
    "client_id": (str,),
    "grant_type": (str,),
    "scopes": (list,),
    "claims": (dict,),
    "header": (dict,),
    "expires_in": (int,),
    "signed_by": (str,),
}


@dataclass(frozen=True, slots=True)
class Control:
    """What a test or a person tells the stand-in to do."""

    site: Site
    keys: Keys
    issuer: TokenIssuer
    clock: Callable[[], float]

    async def mint_token(self, request: Request) -> Response:
        """`POST /_standin/tokens`: a token as Okta would issue it, changed as the body says."""
        body = await read_members(request, _TOKEN_MEMBERS)
        server = self._server(body)
        user, app = self._principal(body)
        expires_in = body.get("expires_in", DEFAULT_LIFETIME)
        grant = Grant(
            server=server,
            app=app,
            scopes=tuple(map(str, body.get("scopes", default_scopes(server, app, user)))),
            grant_type=body.get("grant_type", "authorization_code" if user else CLIENT_CREDENTIALS),
            user=user,
            lifetime=expires_in if expires_in > 0 else DEFAULT_LIFETIME,
        )
        issued_at = int(self.clock()) + expires_in - grant.lifetime
        draft = self._draft(body, grant, self.site.origin(request), issued_at)
        header, key = self._signature(body, draft, server)
        changed = Draft(header, draft.claims, key).changed(body.get("header", {}), body.get("claims", {}))
        return JSONResponse({"token": changed.signed()})

    async def rotate_keys(self, request: Request) -> Response:
        """`POST /_standin/keys/rotate`: what Okta's keyRotate does, at once."""
        keys = self.keys.rotate(self._server(await read_members(request, {"server": (str,)})).id)
        return JSONResponse({"active": keys.active.kid, "next": keys.next.kid})

    async def app_key(self, request: Request) -> Response:
        """`GET /_standin/apps/{client_id}/key`: what the Admin Console shows once under "Generate new key"."""
        app = self._app(request.path_params["client_id"])
        if app.has_secret:
            raise ControlError(f"{app.label} authenticates by client secret and has no key.")
        key = self.keys.app(app.client_id)
        return JSONResponse({"kid": key.kid, "private_key": key.pem()})

    def _server(self, body: Mapping[str, Any]) -> AuthorizationServer:
        servers = {server.id: server for server in self.site.org.servers}
        first_custom = next((name for name in servers if name != ORG_SERVER_ID), ORG_SERVER_ID)
        return servers[chosen(body.get("server", first_custom), servers, "server")]

    def _principal(self, body: Mapping[str, Any]) -> tuple[User | None, App]:
        if ("user" in body) == ("client" in body):
            raise ControlError("Give either `user` (a login) or `client` (a client id).")
        if "client" in body:
            return None, self._app(body["client"])
        user = chosen_user(body["user"], self.site.org)
        web_app = next((app.client_id for app in self.site.org.apps if app.type == "web"), "")
        return user, self._app(body.get("client_id", web_app))

    def _app(self, client_id: str) -> App:
        return chosen_app(client_id, self.site.org)

    def _draft(self, body: Mapping[str, Any], grant: Grant, origin: str, issued_at: int) -> Draft:
        kind = chosen(body.get("kind", "access_token"), ("access_token", "id_token"), "kind")
        if kind == "access_token":
            return self.issuer.access_token(grant, origin, issued_at)
        if grant.user is None:
            raise ControlError("A client alone has no ID token: give `user`.")
        access_token = self.issuer.access_token(grant, origin, issued_at).signed()
        return self.issuer.id_token(grant, origin, issued_at, access_token)

    def _signature(
        self, body: Mapping[str, Any], draft: Draft, server: AuthorizationServer
    ) -> tuple[Mapping[str, Any], SigningKey]:
        match chosen(body.get("signed_by", "active"), ("active", "next", "stranger"), "signed_by"):
            case "stranger":
                return draft.header, self.keys.stranger
            case "next":
                key = self.keys.server(server.id).next
                return {**draft.header, "kid": key.kid}, key
            case _:
                return draft.header, draft.key


def default_scopes(server: AuthorizationServer, app: App, user: User | None) -> tuple[str, ...]:
    """The scopes of a minted token when the request names none."""
    if user:
        return DEFAULT_USER_SCOPES
    if server.is_org_server:
        return app.okta_scopes
    return tuple(
        scope.name for scope in server.scopes if scope.name not in (*USER_SCOPES, "groups") and scope.published
    )
