"""The local API Gateway as an ASGI application."""

import base64
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as ClientRequest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from devkit.gateway.authorizer import Authorizer
from devkit.gateway.functions import Function
from devkit.gateway.gateway_responses import Refusal, ResponseType
from devkit.gateway.integration import HttpProxy, mock
from devkit.gateway.lambda_proxy import LambdaProxy
from devkit.gateway.openapi import Api
from devkit.gateway.request import LOCAL_STAGE, Request
from devkit.gateway.routes import Routes

HEAD_BYTES = 10_240  # AWS quotas, REST APIs: "total combined size of request line and header values"
JSON = "application/json"
BODY_BYTES = 10 * 1024 * 1024  # AWS quotas, REST APIs: "payload size"

_log = logging.getLogger(__name__)


def create_app(
    api: Api,
    functions: Mapping[str, Function],
    *,
    clock: Callable[[], float] = time.monotonic,
    new_id: Callable[[], uuid.UUID] = uuid.uuid4,
    transport: httpx.AsyncBaseTransport | None = None,
    stage_in_path: bool = False,
) -> Starlette:
    """Return the gateway of `api`; `functions` are by logical id, `clock` ages the authorizers' cached answers.

    With `stage_in_path` all is below /local, as it is below the stage's name at an execute-api address; without, as
    behind a custom domain.
    What the gateway refuses goes to this module's log with the reason that AWS would write to the execution log.
    """
    app = Starlette()
    # Not a Route: Starlette matches decoded paths, and would not match one with an encoded line break at all.
    gateway = _Gateway(api, functions, clock=clock, new_id=new_id, transport=transport)
    app.router.default = _BelowStage(gateway) if stage_in_path else gateway
    return app


class _BelowStage:
    """Takes the stage's name off the path; for any other stage AWS answers Forbidden."""

    def __init__(self, gateway: ASGIApp) -> None:
        self._gateway = gateway
        self._prefix = f"/{LOCAL_STAGE}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        prefix, slash, rest = scope.get("raw_path", b"").partition(self._prefix)
        if prefix or not slash or rest[:1] not in {b"", b"/"}:
            refusal = Response('{"message":"Forbidden"}', 403, {"x-amzn-ErrorType": "ForbiddenException"}, JSON)
            await refusal(scope, receive, send)
            return
        await self._gateway({**scope, "raw_path": rest or b"/"}, receive, send)


class _Gateway:
    def __init__(
        self,
        api: Api,
        functions: Mapping[str, Function],
        *,
        clock: Callable[[], float],
        new_id: Callable[[], uuid.UUID],
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self._api = api
        self._new_id = new_id
        self._routes = Routes(api.methods)
        self._http_proxy = HttpProxy(api.binary_media_types, transport)
        self._lambda_proxy = LambdaProxy(functions, api.binary_media_types)
        definitions = {method.authorizer.name: method.authorizer for method in api.methods if method.authorizer}
        self._authorizers = {
            name: Authorizer(definition, functions[definition.function], clock)
            for name, definition in definitions.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request_id = self._new_id()
        try:
            request = await _read(ClientRequest(scope, receive), str(request_id))
            response = await self._handled(request)
        except Refusal as refusal:
            _log.warning("%s %s %s", request_id, scope["method"], refusal)
            response = refusal.response(self._api.gateway_responses)
        response.headers["x-amzn-RequestId"] = str(request_id)
        response.headers["x-amz-apigw-id"] = base64.urlsafe_b64encode(request_id.bytes[:11]).decode()
        await response(scope, receive, send)

    async def _handled(self, request: Request) -> Response:
        match = self._routes.find(request.method, request.path)
        if match is None:
            raise Refusal(ResponseType.MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token")
        answer = None
        if match.method.authorizer:
            authorizer = self._authorizers[match.method.authorizer.name]
            answer = await run_in_threadpool(authorizer.authorize, request, match)
        if match.method.integration.mock:
            return mock(match.method.integration.mock)
        proxy = self._lambda_proxy if match.method.integration.function else self._http_proxy
        return await proxy.send(request, match, answer)


async def _read(client: ClientRequest, request_id: str) -> Request:
    scope = client.scope
    request = Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
        body=b"",
        client_ip=client.client.host if client.client else "127.0.0.1",
        request_id=request_id,
    )
    if request.head_bytes > HEAD_BYTES:
        # The text is one that callers of AWS report; the status is (unproven).
        raise Refusal(ResponseType.DEFAULT_4XX, f"HTTP header is larger than {HEAD_BYTES} bytes.", status=431)
    return replace(request, body=await _read_body(client))


async def _read_body(client: ClientRequest) -> bytes:
    body = bytearray()
    async for chunk in client.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise Refusal(ResponseType.REQUEST_TOO_LARGE, f"HTTP content length exceeded {BODY_BYTES} bytes.")
    return bytes(body)
