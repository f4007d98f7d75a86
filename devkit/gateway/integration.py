"""Integrations without a function: an HTTP proxy with parameter mapping, and a mock.

Source: AWS developer guide, "Parameter mapping for REST APIs", "Set up HTTP integrations" and "Important notes".
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx
from starlette.responses import Response

from devkit.gateway.authorizer_answer import Answer
from devkit.gateway.gateway_responses import Refusal, ResponseType
from devkit.gateway.headers import NOT_PASSED_ON, forwarding_headers, returned_headers
from devkit.gateway.intrinsics import LOCAL_API_ID
from devkit.gateway.media_types import is_binary
from devkit.gateway.openapi import Integration, MockResponse, literal
from devkit.gateway.request import Request
from devkit.gateway.routes import Match

_NOT_PASSED_ON = NOT_PASSED_ON | {"host"}
_HEADER_PREFIX = "integration.request.header."
_PATH_PREFIX = "integration.request.path."
_API_ID = ("X-Amzn-Apigateway-Api-Id", LOCAL_API_ID)


class HttpProxy:
    """Sends requests on to backends; a connection lasts for one request, so that there is nothing to close."""

    def __init__(self, binary_media_types: tuple[str, ...], transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._binary = binary_media_types
        self._client = httpx.AsyncClient(
            limits=httpx.Limits(max_keepalive_connections=0),
            transport=transport,
            follow_redirects=False,
            trust_env=False,
        )

    async def send(self, request: Request, match: Match, answer: Answer | None) -> Response:
        """Return the backend's answer, or raise Refusal when there is none."""
        integration = match.method.integration
        outgoing = self._outgoing(request, match, answer)
        outgoing.extensions["timeout"] = httpx.Timeout(integration.timeout_seconds).as_dict()
        try:
            incoming = await self._client.send(outgoing, stream=True)
            try:
                body = b"".join([chunk async for chunk in incoming.aiter_raw()])
            finally:
                await incoming.aclose()
        except httpx.TimeoutException as error:
            raise Refusal(ResponseType.INTEGRATION_TIMEOUT, "Endpoint request timed out", reason=str(error)) from error
        except httpx.LocalProtocolError as error:
            raise Refusal(ResponseType.API_CONFIGURATION_ERROR, "Internal server error", reason=str(error)) from error
        except httpx.TransportError as error:
            message = "Network error communicating with endpoint"
            raise Refusal(ResponseType.INTEGRATION_FAILURE, message, reason=str(error)) from error
        return self._answer(incoming, body)

    def _outgoing(self, request: Request, match: Match, answer: Answer | None) -> httpx.Request:
        integration = match.method.integration
        url, target = _url(integration, match, request.query)
        mapped = _mapped_headers(integration, request, answer)
        kept = [
            (name, value)
            for name, value in request.headers
            if name.lower() not in _NOT_PASSED_ON and name.lower() not in mapped
        ]
        headers = [*kept, *mapped.items(), *forwarding_headers(request), _API_ID]
        method = request.method if integration.method == "ANY" else integration.method
        content = self._passed(request.body, request.combined("content-type"))
        return httpx.Request(
            method,
            url,
            headers=[(name.encode(), value.encode()) for name, value in headers],
            content=content or None,
            # The path goes on as the client wrote it: httpx would remove "." and ".." and encode anew.
            extensions={"target": target.encode()},
        )

    def _answer(self, incoming: httpx.Response, body: bytes) -> Response:
        response = Response(
            self._passed(body, incoming.headers.get("content-type", "")), status_code=incoming.status_code
        )
        for name, value in returned_headers(incoming.headers.multi_items()):
            response.headers.append(name, value)
        return response

    def _passed(self, body: bytes, content_type: str) -> bytes:
        """A body that is not of a binary type is treated as text in UTF-8, and what is not UTF-8 is lost.

        Source: AWS developer guide, "Content type conversions in API Gateway".
        """
        return body if is_binary(content_type, self._binary) else body.decode(errors="replace").encode()


def mock(response: MockResponse) -> Response:
    """Return a mock integration's answer."""
    return Response(status_code=response.status, headers=dict(response.headers))


def _url(integration: Integration, match: Match, query: str) -> tuple[str, str]:
    """The address to connect to, and the request target to send."""
    uri = integration.uri
    for target, source in integration.request_parameters.items():
        if target.startswith(_PATH_PREFIX):
            name = source.removeprefix("method.request.path.")
            uri = uri.replace(f"{{{target.removeprefix(_PATH_PREFIX)}}}", match.parameters[name])
    address = urlsplit(uri)
    path = uri.removeprefix(f"{address.scheme}://{address.netloc}")
    return f"{address.scheme}://{address.netloc}", f"{path}?{query}" if query else path


def _mapped_headers(integration: Integration, request: Request, answer: Answer | None) -> dict[str, str]:
    """The headers that replace the client's, by name in lower case.

    A mapping without a value replaces nothing here, so that the client's own header would get through: what AWS does
    then is (unproven), and this is the worse case for whoever trusts the header.
    """
    mapped = {}
    for target, source in integration.request_parameters.items():
        if target.startswith(_HEADER_PREFIX) and (value := _source_value(source, request, answer)):
            mapped[target.removeprefix(_HEADER_PREFIX).lower()] = value
    return mapped


def _source_value(source: str, request: Request, answer: Answer | None) -> str:
    if source.startswith("'"):
        return literal(source)
    if source.startswith("method.request.header."):
        return request.combined(source.removeprefix("method.request.header."))
    context: Mapping[str, str] = {"context.requestId": request.request_id, "context.httpMethod": request.method}
    if answer:
        context = {
            **context,
            "context.authorizer.principalId": answer.principal_id,
            **{f"context.authorizer.{key}": value for key, value in answer.context.items()},
        }
    return context.get(source, "")
