"""A backend behind the local gateway: a small list of MCP servers, and an echo of the identity that reached it."""

import json
from itertools import count

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

IDENTITY_HEADERS = ("X-User", "X-Username", "X-Client-Id", "X-Groups", "X-Scopes", "X-Auth-Method")
CREDENTIAL_HEADERS = ("Authorization", "Cookie")
ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

type Server = dict[str, str]

SEED: tuple[Server, ...] = (
    {"id": "weather", "name": "Weather", "description": "Forecasts and warnings by place"},
    {"id": "tickets", "name": "Tickets", "description": "Search and file support tickets"},
    {"id": "wiki", "name": "Wiki", "description": "Read the company wiki"},
)


def create_app() -> Starlette:
    """The backend with its own list of servers, in memory.

    Every answer carries `you`: the identity headers as they arrived, and whether the caller's credentials came along
    (the gateway replaces both by `-`).
    """
    backend = _Backend()
    return Starlette(
        routes=[
            Route("/api/servers", backend.list_servers, methods=["GET"]),
            Route("/api/servers", backend.add_server, methods=["POST"]),
            Route("/api/servers/{id}", backend.show_server, methods=["GET"]),
            Route("/api/servers/{id}", backend.delete_server, methods=["DELETE"]),
            Route("/{path:path}", _anything, methods=ANY_METHOD),
        ]
    )


class _Backend:
    def __init__(self) -> None:
        self._servers = {server["id"]: server for server in SEED}
        self._numbers = count(1)

    async def list_servers(self, request: Request) -> JSONResponse:
        return _answer(request, 200, servers=list(self._servers.values()))

    async def show_server(self, request: Request) -> JSONResponse:
        server = self._servers.get(request.path_params["id"])
        return _answer(request, 200, server=server) if server else _not_found(request)

    async def add_server(self, request: Request) -> JSONResponse:
        try:
            wanted = json.loads(await request.body())
        except ValueError:
            wanted = None
        if not isinstance(wanted, dict) or not isinstance(wanted.get("name"), str):
            return _answer(request, 400, error='Send a JSON object with a name, such as {"name": "Search"}.')
        server = {
            "id": f"server-{next(self._numbers)}",
            "name": wanted["name"],
            "description": str(wanted.get("description", "")),
        }
        self._servers[server["id"]] = server
        return _answer(request, 201, server=server)

    async def delete_server(self, request: Request) -> JSONResponse:
        server = self._servers.pop(request.path_params["id"], None)
        return _answer(request, 200, deleted=server["id"]) if server else _not_found(request)


async def _anything(request: Request) -> JSONResponse:
    return _answer(request, 200, method=request.method, path=request.url.path)


def _not_found(request: Request) -> JSONResponse:
    return _answer(request, 404, error="There is no server with this id.")


def _answer(request: Request, status: int, **content: object) -> JSONResponse:
    return JSONResponse({**content, "you": _identity(request)}, status)


def _identity(request: Request) -> dict[str, object]:
    seen: dict[str, object] = {name: _value(request, name) for name in IDENTITY_HEADERS}
    for name in CREDENTIAL_HEADERS:
        seen[f"{name} reached me"] = _value(request, name) not in (None, "-")
    return seen


def _value(request: Request, name: str) -> str | None:
    # A header that arrived twice shows twice: a smuggled value must not hide behind the gateway's own.
    values = request.headers.getlist(name)
    return ", ".join(values) if values else None
