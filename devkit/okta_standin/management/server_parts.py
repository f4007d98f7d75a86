"""Scopes and claims of authorization servers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from starlette.responses import Response
from starlette.routing import BaseRoute

from devkit.okta_standin.errors import duplicate, not_found
from devkit.okta_standin.management.authorization_servers import (
    MANAGE,
    READ,
    SERVER,
    ServerEndpoints,
    server_address,
    server_routes,
)
from devkit.okta_standin.management.paging import PageSize, page
from devkit.okta_standin.management.request import Function, ManagementApi, ManagementRequest, answer, no_content
from devkit.okta_standin.management.search_expression import parse_search
from devkit.okta_standin.management.server_bodies import claim_of, scope_of
from devkit.okta_standin.management.server_document import shown_claim, shown_scope
from devkit.okta_standin.org import new_id
from devkit.okta_standin.records import Identified
from devkit.okta_standin.servers import AuthorizationServer, Claim, Scope

_SCOPES = PageSize(default=200, largest=200)


def part_with_id[T: Identified](parts: Iterable[T], part_id: str, kind: str) -> T:
    """The part of a server with this id. Raises OktaRefusal (E0000007)."""
    for part in parts:
        if part.id == part_id:
            return part
    raise not_found(part_id, kind)


def with_part[T: Identified](parts: tuple[T, ...], changed: T) -> tuple[T, ...]:
    """`parts` with `changed` in the place of the one with the same id."""
    return tuple(changed if part.id == changed.id else part for part in parts)


def without_part[T: Identified](parts: tuple[T, ...], removed: T) -> tuple[T, ...]:
    """`parts` but for one."""
    return tuple(part for part in parts if part.id != removed.id)


@dataclass(frozen=True, slots=True)
class Scopes(ServerEndpoints):
    """`/authorizationServers/{id}/scopes`."""

    async def list(self, request: ManagementRequest) -> Response:
        """`GET`: `q` looks at the start of names, `filter` at the whole name."""
        server = self.found(request)
        scopes = [scope for scope in server.scopes if scope.name.startswith(request.query.get("q", ""))]
        if expression := request.query.get("filter"):
            matches = parse_search(expression, {"name"})
            scopes = [scope for scope in scopes if matches({"name": scope.name}.get)]
        return page(request, scopes, lambda scope: shown_scope(scope, server_address(server, request)), _SCOPES)

    async def create(self, request: ManagementRequest) -> Response:
        """`POST`."""
        body = await request.json_object()
        server = self.found(request)
        scope = scope_of(body, Scope("", id=new_id("scp")))
        self._require_free_name(scope, server)
        self.save(replace(server, scopes=(*server.scopes, scope)))
        return answer(shown_scope(scope, server_address(server, request)), 201)

    async def read(self, request: ManagementRequest) -> Response:
        """`GET .../{id}`."""
        server = self.found(request)
        return answer(shown_scope(self._scope(server, request), server_address(server, request)))

    async def replace(self, request: ManagementRequest) -> Response:
        """`PUT .../{id}`."""
        body = await request.json_object()
        server = self.found(request)
        scope = scope_of(body, self._scope(server, request))
        self._require_free_name(scope, server)
        self.save(replace(server, scopes=with_part(server.scopes, scope)))
        return answer(shown_scope(scope, server_address(server, request)))

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE .../{id}`."""
        server = self.found(request)
        self.save(replace(server, scopes=without_part(server.scopes, self._scope(server, request))))
        return no_content()

    def _scope(self, server: AuthorizationServer, request: ManagementRequest) -> Scope:
        return part_with_id(server.scopes, request.path_params["scope"], "OAuth2Scope")

    def _require_free_name(self, scope: Scope, server: AuthorizationServer) -> None:
        if any(other.name == scope.name and other.id != scope.id for other in server.scopes):
            raise duplicate("name")


@dataclass(frozen=True, slots=True)
class Claims(ServerEndpoints):
    """`/authorizationServers/{id}/claims`."""

    async def list(self, request: ManagementRequest) -> Response:
        """`GET`: all of them, not paged."""
        server = self.found(request)
        return answer([shown_claim(claim, server_address(server, request)) for claim in server.claims])

    async def create(self, request: ManagementRequest) -> Response:
        """`POST`."""
        body = await request.json_object()
        server = self.found(request)
        claim = claim_of(body, server, Claim("", id=new_id("ocl")))
        self._require_free_name(claim, server)
        self.save(replace(server, claims=(*server.claims, claim)))
        return answer(shown_claim(claim, server_address(server, request)), 201)

    async def read(self, request: ManagementRequest) -> Response:
        """`GET .../{id}`."""
        server = self.found(request)
        return answer(shown_claim(self._claim(server, request), server_address(server, request)))

    async def replace(self, request: ManagementRequest) -> Response:
        """`PUT .../{id}`."""
        body = await request.json_object()
        server = self.found(request)
        claim = claim_of(body, server, self._claim(server, request))
        self._require_free_name(claim, server)
        self.save(replace(server, claims=with_part(server.claims, claim)))
        return answer(shown_claim(claim, server_address(server, request)))

    async def delete(self, request: ManagementRequest) -> Response:
        """`DELETE .../{id}`."""
        server = self.found(request)
        self.save(replace(server, claims=without_part(server.claims, self._claim(server, request))))
        return no_content()

    def _claim(self, server: AuthorizationServer, request: ManagementRequest) -> Claim:
        return part_with_id(server.claims, request.path_params["claim"], "OAuth2Claim")

    def _require_free_name(self, claim: Claim, server: AuthorizationServer) -> None:
        """Claims of access tokens and of ID tokens may share a name."""
        same = [other for other in server.claims if (other.name, other.kind) == (claim.name, claim.kind)]
        if any(other.id != claim.id for other in same):
            raise duplicate("name")


def routes(api: ManagementApi) -> list[BaseRoute]:
    """All routes of scopes and claims."""
    scopes, claims = Scopes(api), Claims(api)
    rows: list[BaseRoute] = []
    parts: list[tuple[Scopes | Claims, str, str]] = [(scopes, "scopes", "{scope}"), (claims, "claims", "{claim}")]
    for part, name, part_id in parts:
        all_of_them, one = f"{SERVER}/{name}", f"{SERVER}/{name}/{part_id}"
        table: list[tuple[str, str, str, Function]] = [
            ("GET", all_of_them, READ, part.list),
            ("POST", all_of_them, MANAGE, part.create),
            ("GET", one, READ, part.read),
            ("PUT", one, MANAGE, part.replace),
            ("DELETE", one, MANAGE, part.delete),
        ]
        rows += server_routes(part, table)
    return rows
