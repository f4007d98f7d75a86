"""Custom authorization servers and their keys: `/api/v1/authorizationServers`."""

from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from devkit.okta_standin.errors import duplicate, feature_missing, not_found, server_not_found, validation_failed
from devkit.okta_standin.management.paging import PageSize, page
from devkit.okta_standin.management.request import Function, ManagementApi, ManagementRequest, answer, no_content
from devkit.okta_standin.management.server_bodies import server_of
from devkit.okta_standin.management.server_document import shown_keys, shown_server
from devkit.okta_standin.new_server import subject_claim, system_scopes
from devkit.okta_standin.org import new_id
from devkit.okta_standin.servers import AuthorizationServer

SERVERS = "/authorizationServers"
SERVER = f"{SERVERS}/{{server}}"
READ, MANAGE = "okta.authorizationServers.read", "okta.authorizationServers.manage"
_PAGE = PageSize(default=200, largest=200)


@dataclass(frozen=True, slots=True)
class ServerEndpoints:
    """What the endpoints of a server and of its parts share."""

    api: ManagementApi

    def licensed(self, function: Function) -> Function:
        """`function` in an org that has API Access Management, and a refusal in another."""

        async def call(request: ManagementRequest) -> Response:
            if not self.api.deviations.api_access_management:
                raise feature_missing()
            return await function(request)

        return call

    def found(self, request: ManagementRequest) -> AuthorizationServer:
        """The server that the path names. Raises OktaRefusal (E0000007)."""
        server = self.api.org.custom_server(request.path_params["server"])
        if server is None:
            raise server_not_found(request.path_params["server"])
        return server

    def save(self, server: AuthorizationServer) -> AuthorizationServer:
        """Put a changed server in its place."""
        changed = replace(server, last_updated=self.api.clock())
        self.api.org.change_server(changed)
        return changed


def server_address(server: AuthorizationServer, request: ManagementRequest) -> str:
    """The absolute URL of a server."""
    return request.url(f"{SERVERS}/{server.id}")


@dataclass(frozen=True, slots=True)
class AuthorizationServers(ServerEndpoints):
    """The endpoints."""

    async def list_all(self, request: ManagementRequest) -> Response:
        """`GET /authorizationServers`: `q` looks for a part of the name or of the audience."""
        word = request.query.get("q", "").casefold()
        found = [
            server
            for server in self.api.org.custom_servers
            if word in server.name.casefold() or word in (server.audience or "").casefold()
        ]
        return page(request, found, lambda server: self._shown(server, request), _PAGE)

    async def create(self, request: ManagementRequest) -> Response:
        """`POST /authorizationServers`: with the scopes that Okta gives to each, and without a policy."""
        server_id, now = new_id("aus"), self.api.clock()
        empty = AuthorizationServer(
            id=server_id,
            audience="",
            scopes=system_scopes(server_id),
            claims=(subject_claim(server_id),),
            created=now,
            last_updated=now,
            last_rotated=now,
        )
        server = server_of(await request.json_object(), empty)
        self._require_free_name(server)
        self.api.keys.add_server(server.id)
        self.api.org.add_server(server)
        return answer(self._shown(server, request), 201)

    async def read(self, request: ManagementRequest) -> Response:
        """`GET /authorizationServers/{id}`."""
        return answer(self._shown(self.found(request), request))

    async def replace(self, request: ManagementRequest) -> Response:
        """`PUT /authorizationServers/{id}`."""
        body = await request.json_object()
        server = server_of(body, self.found(request))
        self._require_free_name(server)
        return answer(self._shown(self.save(server), request))

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE /authorizationServers/{id}`: active or not (recorded both ways)."""
        self.api.org.remove_server(self.found(request))
        return no_content()

    async def activate(self, request: ManagementRequest) -> Response:
        """`POST .../lifecycle/activate`."""
        self.save(replace(self.found(request), active=True))
        return no_content()

    async def deactivate(self, request: ManagementRequest) -> Response:
        """`POST .../lifecycle/deactivate`: its OAuth endpoints are gone until it is activated."""
        self.save(replace(self.found(request), active=False))
        return no_content()

    async def keys(self, request: ManagementRequest) -> Response:
        """`GET .../credentials/keys`."""
        return answer(self._shown_keys(self.found(request), request))

    async def key(self, request: ManagementRequest) -> Response:
        """`GET .../credentials/keys/{kid}`."""
        kid = request.path_params["kid"]
        for key in self._shown_keys(self.found(request), request):
            if key["kid"] == kid:
                return answer(key)
        raise not_found(kid, "JsonWebKey")

    async def rotate(self, request: ManagementRequest) -> Response:
        """`POST .../credentials/lifecycle/keyRotate`: at once."""
        body = await request.json_object()
        server = self.found(request)
        if body.get("use") != "sig":
            raise validation_failed("use", "use: 'sig' is expected")
        self.api.keys.rotate(server.id)
        self.save(replace(server, last_rotated=self.api.clock()))
        return answer(self._shown_keys(server, request))

    def _require_free_name(self, server: AuthorizationServer) -> None:
        others = [other for other in self.api.org.custom_servers if other.id != server.id]
        if any(other.name == server.name for other in others):
            raise duplicate("name")

    def _shown(self, server: AuthorizationServer, request: ManagementRequest) -> dict[str, Any]:
        return shown_server(server, self.api.keys.server(server.id), request)

    def _shown_keys(self, server: AuthorizationServer, request: ManagementRequest) -> list[dict[str, Any]]:
        return shown_keys(self.api.keys.server(server.id), server_address(server, request))


def routes(api: ManagementApi) -> list[BaseRoute]:
    """All routes of servers, but for those of their parts."""
    servers = AuthorizationServers(api)
    endpoints: list[tuple[str, str, str, Function]] = [
        ("GET", SERVERS, READ, servers.list_all),
        ("POST", SERVERS, MANAGE, servers.create),
        ("GET", SERVER, READ, servers.read),
        ("PUT", SERVER, MANAGE, servers.replace),
        ("DELETE", SERVER, MANAGE, servers.delete),
        ("POST", f"{SERVER}/lifecycle/activate", MANAGE, servers.activate),
        ("POST", f"{SERVER}/lifecycle/deactivate", MANAGE, servers.deactivate),
        ("GET", f"{SERVER}/credentials/keys", READ, servers.keys),
        ("GET", f"{SERVER}/credentials/keys/{{kid}}", READ, servers.key),
        ("POST", f"{SERVER}/credentials/lifecycle/keyRotate", MANAGE, servers.rotate),
    ]
    return server_routes(servers, endpoints)


def server_routes(endpoints: ServerEndpoints, table: list[tuple[str, str, str, Function]]) -> list[BaseRoute]:
    """Routes from rows of method, path, permission and function; what changes something needs the licence."""
    return [
        Route(
            path,
            endpoints.api.endpoint(permission, function if method == "GET" else endpoints.licensed(function)),
            methods=[method],
        )
        for method, path, permission, function in table
    ]
