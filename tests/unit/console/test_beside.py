"""Beside the gateway: which requests are the console's, and which of the others it notes."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message

from devkit.cli.asked_route import AskedRoute
from devkit.console.beside import BesideGateway
from devkit.gateway.openapi import Api, read_api

FUNCTION = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:F/invocations"
)
SCHEME = {"name": "Authorization", "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": FUNCTION}}
BACKEND = {"x-amazon-apigateway-integration": {"type": "http_proxy", "uri": "http://backend/", "httpMethod": "ANY"}}
SECURED: Mapping[str, Any] = {**BACKEND, "security": [{"okta": []}]}
GATEWAY, CONSOLE = PlainTextResponse("gateway", 207), PlainTextResponse("console")


def api() -> Api:
    paths = {
        "/api/{proxy+}": {"x-amazon-apigateway-any-method": SECURED, "options": {**BACKEND, "security": []}},
        "/oauth2/{proxy+}": {"x-amazon-apigateway-any-method": {**BACKEND, "security": []}},
    }
    return read_api({"paths": paths, "components": {"securitySchemes": {"okta": SCHEME}}})


class Noted:
    """Takes what is noted, in the place of the recent requests."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, int]] = []

    def note(self, route: AskedRoute, authorization: str, status: int) -> None:
        self.requests.append((str(route), authorization, status))


def answered(
    method: str, raw_path: str, *authorizations: str, gateway: ASGIApp = GATEWAY, stage_in_path: bool = False
) -> tuple[str, list[tuple[str, str, int]]]:
    """Who answered, and what was noted."""
    noted, sent = Noted(), []

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))

    scope = {
        "type": "http",
        "method": method,
        "raw_path": raw_path.encode(),
        "headers": [(b"Authorization", value.encode()) for value in authorizations],
    }
    app = BesideGateway(gateway, CONSOLE, noted, api(), stage_in_path=stage_in_path)  # type: ignore[arg-type]
    asyncio.run(app(scope, None, send))  # type: ignore[arg-type]
    return b"".join(sent).decode(), noted.requests


@pytest.mark.parametrize("path", ["/_console", "/_console/", "/_console/recent", "/_console/../api/servers"])
@pytest.mark.parametrize("stage_in_path", [False, True])
def test_the_console_has_its_paths_and_notes_nothing_of_them(path: str, stage_in_path: bool) -> None:
    assert answered("GET", path, "Bearer x", stage_in_path=stage_in_path) == ("console", [])


@pytest.mark.parametrize("path", ["/_consoles", "/%5Fconsole", "/api/_console", "/local/_console", "//_console", ""])
def test_every_other_path_is_the_gateways(path: str) -> None:
    assert answered("GET", path)[0] == "gateway"


@pytest.mark.parametrize(
    ("authorizations", "noted"),
    [((), ""), (("Bearer x",), "Bearer x"), (("Bearer x", "Bearer y"), "Bearer x, Bearer y")],
    ids=["none", "one", "repeated"],
)
def test_a_request_of_an_authorized_route_is_noted_as_the_authorizer_gets_it(
    authorizations: tuple[str, ...], noted: str
) -> None:
    expected = [("POST /api/a%2Fb", noted, 207)]
    assert answered("POST", "/api/a%2Fb", *authorizations) == ("gateway", expected)


@pytest.mark.parametrize(
    ("method", "path"),
    [("OPTIONS", "/api/servers"), ("GET", "/oauth2/login/okta"), ("GET", "/favicon.ico"), ("BREW", "/api/servers")],
)
def test_what_needs_no_authorizer_is_not_noted(method: str, path: str) -> None:
    assert answered(method, path, "Bearer x") == ("gateway", [])


@pytest.mark.parametrize(
    ("path", "noted"),
    [
        ("/local/api/servers", ["GET /api/servers"]),
        ("/api/servers", []),
        ("/prod/api/servers", []),
        ("/localapi/x", []),
    ],
)
def test_below_the_stage_the_request_is_noted_without_it(path: str, noted: list[str]) -> None:
    _, requests = answered("GET", path, stage_in_path=True)
    assert [route for route, _, _ in requests] == noted


def test_a_request_that_nobody_answered_is_not_noted() -> None:
    async def broken(*_: object) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        answered("GET", "/api/servers", gateway=broken)
