"""The routes below `/_standin/`, which Okta does not have: mint tokens, rotate keys, cause faults, count requests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.control_request import ControlError, chosen, read_members
from devkit.okta_standin.faults import Fault, Faults, Target
from devkit.okta_standin.keys import Keys, SigningKey
from devkit.okta_standin.oauth_request import Site
from devkit.okta_standin.org import ORG_SERVER_ID, USER_SCOPES, App, AuthorizationServer, User
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
_FAULT_MEMBERS: dict[str, tuple[type, ...]] = {"path": (str,), "fault": (str, type(None)), "seconds": (int, float)}


@dataclass(frozen=True, slots=True)
class Control:
    """What a test or a person tells the stand-in to do."""

    site: Site
    keys: Keys
    issuer: TokenIssuer
    faults: Faults
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

    async def set_fault(self, request: Request) -> Response:
        """`POST /_standin/faults`: switch a fault on, or off with null."""
        body = await read_members(request, _FAULT_MEMBERS, required=["path", "fault"])
        target = Target(chosen(body["path"], Target, "path"))
        fault = None if body["fault"] is None else Fault(chosen(body["fault"], Fault, "fault"))
        self.faults.set(target, fault, float(body.get("seconds", 5)))
        return JSONResponse({"path": target, "fault": fault})

    async def rotate_keys(self, request: Request) -> Response:
        """`POST /_standin/keys/rotate`: what Okta's keyRotate does, at once."""
        keys = self.keys.rotate(self._server(await read_members(request, {"server": (str,)})).id)
        return JSONResponse({"active": keys.active.kid, "next": keys.next.kid})

    async def count_requests(self, _request: Request) -> Response:
        """`GET /_standin/requests`: how often each path was asked for."""
        return JSONResponse(dict(self.faults.requests))

    async def app_key(self, request: Request) -> Response:
        """`GET /_standin/apps/{client_id}/key`: what the Admin Console shows once under "Generate new key"."""
        app = self._app(request.path_params["client_id"])
        if app.client_secret is not None:
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
        users = {user.login: user for user in self.site.org.users}
        user = users[chosen(body["user"], users, "user")]
        web_app = next((app.client_id for app in self.site.org.apps if app.type == "web"), "")
        return user, self._app(body.get("client_id", web_app))

    def _app(self, client_id: str) -> App:
        apps = {app.client_id: app for app in self.site.org.apps}
        return apps[chosen(client_id, apps, "client")]

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
