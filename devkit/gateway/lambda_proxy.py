"""The Lambda proxy integration: the request as an event to a function, its answer as the response.

Source: AWS developer guide, "Set up Lambda proxy integrations in API Gateway" and "Return binary media from a Lambda
proxy integration"; AWS knowledge centre, "Malformed Lambda proxy response" (502).
"""

import asyncio
import json
from collections.abc import Mapping

from starlette.responses import Response

from devkit.gateway.authorizer_answer import Answer
from devkit.gateway.events import proxy_event
from devkit.gateway.functions import Function, FunctionError
from devkit.gateway.gateway_responses import Refusal, ResponseType
from devkit.gateway.headers import returned_headers, trace_id
from devkit.gateway.media_types import is_binary
from devkit.gateway.proxy_answer import MalformedAnswer, ProxyAnswer, read_answer
from devkit.gateway.request import Request
from devkit.gateway.routes import Match

INVOKE_BYTES = 6 * 1024 * 1024  # AWS Lambda quotas, "invocation payload"; the whole event counts, base64 included
ANSWER_BYTES = INVOKE_BYTES + 100  # Z. Charles, "Deep Dive: Lambda's Response Payload Size Limit": measured on AWS


class LambdaProxy:
    """Sends requests to functions, which are by logical id; the API's binary media types say what is base64."""

    def __init__(self, functions: Mapping[str, Function], binary_media_types: tuple[str, ...]) -> None:
        self._functions = functions
        self._binary = binary_media_types

    async def send(self, request: Request, match: Match, answer: Answer | None) -> Response:
        """Return the function's answer, or raise Refusal when there is none."""
        event = proxy_event(request, match, answer, self._binary)
        if len(json.dumps(event).encode()) > INVOKE_BYTES:
            raise Refusal(ResponseType.REQUEST_TOO_LARGE, "Request Too Long")
        integration = match.method.integration
        if integration.function not in self._functions:
            raise _failed(f"{integration.function} does not run", status=500)
        try:
            async with asyncio.timeout(integration.timeout_seconds):
                answered = await asyncio.to_thread(self._functions[integration.function].invoke, event)
        except TimeoutError as error:
            raise Refusal(ResponseType.INTEGRATION_TIMEOUT, "Endpoint request timed out") from error
        except FunctionError as error:
            raise _failed(str(error)) from error
        return self._response(request, answered)

    def _response(self, request: Request, answered: object) -> Response:
        if len(json.dumps(answered, ensure_ascii=False).encode()) > ANSWER_BYTES:
            raise _failed("Function.ResponseSizeTooLarge")
        try:
            answer = read_answer(answered)
            return self._written(request, answer)
        except MalformedAnswer as error:
            raise _failed(f"Malformed Lambda proxy response: {error}") from error

    def _written(self, request: Request, answer: ProxyAnswer) -> Response:
        """The first type that the client accepts decides about base64. Without any, as for */* (unproven)."""
        accepted = request.combined("accept").partition(",")[0] or "*/*"
        response = Response(answer.body(as_bytes=is_binary(accepted, self._binary)), answer.status)
        for name, value in returned_headers(answer.headers):
            response.headers.append(name, value)
        response.headers.setdefault("Content-Type", "application/json")
        response.headers["X-Amzn-Trace-Id"] = trace_id(request)
        return response


def _failed(reason: str, status: int = 502) -> Refusal:
    """The function failed, timed out by itself, or answered what is no response. Its gateway response is (unproven)."""
    return Refusal(ResponseType.DEFAULT_5XX, "Internal server error", reason=reason, status=status)
