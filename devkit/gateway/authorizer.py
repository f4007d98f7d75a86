"""A Lambda authorizer: identity source, result cache, policy.

Source: AWS developer guide, "Use API Gateway Lambda authorizers" and "Configure a Lambda authorizer";
AWS API reference, Authorizer (identitySource, identityValidationExpression, authorizerResultTtlInSeconds).
"""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any
from urllib.parse import parse_qsl

from devkit.gateway.authorizer_answer import Answer, MalformedAnswer, read_answer
from devkit.gateway.events import authorizer_event
from devkit.gateway.functions import Function, FunctionError
from devkit.gateway.gateway_responses import (
    Refusal,
    ResponseType,
    access_denied,
    authorizer_failure,
    authorizer_misconfigured,
    unauthorized,
)
from devkit.gateway.iam_policy import Decision, evaluate
from devkit.gateway.openapi import AuthorizerDefinition
from devkit.gateway.request import Request
from devkit.gateway.routes import Match

METHOD_ARN_BYTES = 1600  # AWS developer guide, "Output from an API Gateway Lambda authorizer": longer is 414


@dataclass(frozen=True)
class _Cached:
    answer: Answer
    until: float


class Authorizer:
    """Decides on requests with one authorizer of the API; `clock` counts seconds."""

    def __init__(self, definition: AuthorizerDefinition, function: Function, clock: Callable[[], float]) -> None:
        self._definition = definition
        self._function = function
        self._clock = clock
        self._cache: dict[tuple[str, ...], _Cached] = {}
        """The oldest first: all stay equally long. Requests come in several threads."""
        self._cache_lock = threading.Lock()

    def authorize(self, request: Request, match: Match) -> Answer:
        """Return the answer that allows this request. Raises Refusal."""
        if len(request.method_arn.encode()) > METHOD_ARN_BYTES:
            raise Refusal(ResponseType.DEFAULT_4XX, "Request URI too long", status=414)
        identity = self._identity(request)
        answer = self._cached(identity) or self._ask(identity, request, match)
        # On every request, cached answer or not: the policy was asked for by one method and is applied to all.
        decision = evaluate(answer.policy, request.method_arn)
        if decision is not Decision.ALLOWED:
            raise access_denied(explicit=decision is Decision.EXPLICITLY_DENIED)
        return answer

    def _identity(self, request: Request) -> tuple[str, ...]:
        values = tuple(_source_value(source, request) for source in self._definition.identity_sources)
        if not all(values):
            raise unauthorized("an identity source is missing or empty")
        expression = self._definition.validation_expression
        if expression and not re.search(expression, values[0]):
            raise unauthorized("the token does not match identityValidationExpression")
        return values

    def _cached(self, identity: tuple[str, ...]) -> Answer | None:
        with self._cache_lock:
            entry = self._cache.get(identity)
        return entry.answer if entry and self._clock() < entry.until else None

    def _ask(self, identity: tuple[str, ...], request: Request, match: Match) -> Answer:
        asked_at = self._clock()
        try:
            answer = read_answer(self._function.invoke(self._event(identity, request, match)))
        except FunctionError as error:
            raise _failed(error) from error
        except MalformedAnswer as error:
            raise authorizer_misconfigured(str(error)) from error
        self._remember(identity, answer, asked_at)
        return answer

    def _remember(self, identity: tuple[str, ...], answer: Answer, asked_at: float) -> None:
        """Keep it for the TTL, be it allow or deny. That an error is not kept is (unproven)."""
        now = self._clock()
        with self._cache_lock:
            self._cache.pop(identity, None)
            self._cache[identity] = _Cached(answer, asked_at + self._definition.ttl_seconds)
            for ended in list(takewhile(lambda key: self._cache[key].until <= now, self._cache)):
                del self._cache[ended]

    def _event(self, identity: tuple[str, ...], request: Request, match: Match) -> Mapping[str, Any]:
        if self._definition.kind == "token":
            return {"type": "TOKEN", "authorizationToken": identity[0], "methodArn": request.method_arn}
        return authorizer_event(request, match)


def _failed(error: FunctionError) -> Refusal:
    if error.message == "Unauthorized":
        return unauthorized("the authorizer says so")
    if error.error_type in {"Sandbox.Timedout", "Runtime.ExitError"}:
        return authorizer_misconfigured(str(error))
    return authorizer_failure(str(error))


def _source_value(source: str, request: Request) -> str:
    if source.startswith("method.request.header."):
        return request.combined(source.removeprefix("method.request.header."))
    if source.startswith("method.request.querystring."):
        return _query(request).get(source.removeprefix("method.request.querystring."), "")
    return {"context.httpMethod": request.method, "context.path": request.path}.get(source, "")


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.query, keep_blank_values=True))
