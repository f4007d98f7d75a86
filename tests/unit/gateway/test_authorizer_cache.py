"""The gateway's cache of authorizer answers, when requests come in many threads and for a long time."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from devkit.gateway.authorizer import Authorizer
from devkit.gateway.functions import InProcessFunction
from devkit.gateway.openapi import AuthorizerDefinition, Integration, Method
from devkit.gateway.request import Request
from devkit.gateway.routes import Match

TOKEN_AUTHORIZER = AuthorizerDefinition("a", "token", ("method.request.header.Authorization",), None, 60.0, "f")
ANYTHING = Match(Method("/{proxy+}", "ANY", TOKEN_AUTHORIZER, Integration()), {})
OPEN = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}}


def allow_everything(_event: object, _context: object) -> dict[str, Any]:
    return {"principalId": "00u1", "policyDocument": OPEN, "context": {}}


def authorizer(handler: Callable[[Any, Any], object], clock: Callable[[], float]) -> Authorizer:
    return Authorizer(TOKEN_AUTHORIZER, InProcessFunction(handler), clock)


def request(token: object) -> Request:
    return Request("GET", "/a", "", (("Authorization", f"Bearer {token}"),), b"", "127.0.0.1", "id")


@pytest.fixture
def threads_that_switch_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("threads_that_switch_often")
def test_of_requests_at_once_every_answer_is_kept() -> None:
    asked: list[object] = []

    def handler(event: object, context: object) -> dict[str, Any]:
        asked.append(event)
        return allow_everything(event, context)

    gate = authorizer(handler, lambda: 0.0)
    with ThreadPoolExecutor(8) as threads:
        for _ in range(2):
            list(threads.map(lambda number: gate.authorize(request(number), ANYTHING), range(1_500)))
    assert len(asked) == 1_500


def test_answers_that_have_ended_are_forgotten() -> None:
    now = [0.0]
    gate = authorizer(allow_everything, lambda: now[0])
    for now[0] in (0.0, 30.0, 60.0, 100.0):
        gate.authorize(request(now[0]), ANYTHING)
    assert len(gate._cache) == 2
