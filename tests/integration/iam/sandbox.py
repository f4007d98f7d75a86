"""The IAM function as Lambda runs it: a cold start, then one request after the other."""

import importlib.util
import io
import itertools
import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from unittest import mock

import pymongo
from aws_lambda_powertools.event_handler import api_gateway
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter

from devkit.gateway.functions import InProcessFunction
from devkit.gateway.proxy_answer import read_answer
from okta_gateway.access.rules import StoredRules
from okta_gateway.iam.audit import AuditTrail
from okta_gateway.iam.m2m_creation import M2MCreation
from okta_gateway.iam.m2m_sync import M2MSync
from okta_gateway.iam_wiring import Iam, UseCases, iam
from okta_gateway.store.audit_entries import AuditEntries
from okta_gateway.store.connection import Document
from okta_gateway.store.leases import Leases
from okta_gateway.store.m2m_registry import M2MRegistry
from tests.integration.iam.requests import ADA, ROOT, Answer, Caller, request_event

SECONDS = 28
"""How long Lambda lets the function run (template.yaml)."""
_ROUTES = "okta_gateway.iam_routes"
"""Its routers belong to one event handler, so that each sandbox has them anew."""
_numbers = itertools.count()
_cold_start = threading.Lock()
"""A module sees the environment of the whole process while it loads."""


class GivenAnswer(NamedTuple):
    """That an answer was given, and with which status."""

    method: str
    path: str
    status: int


answers: list[GivenAnswer] = []
"""All of this process, for the check that the document has them."""
secrets: set[str] = set()
"""The client secrets that were handed out."""
_SECRET = re.compile(r'"client_secret": ?"([^"]+)"')


@dataclass
class Clock:
    """The real time, and what a test has added to it."""

    ahead: float = 0

    def __call__(self) -> float:
        return time.time() + self.ahead

    def pass_by(self, seconds: float) -> None:
        self.ahead += seconds


class Log:
    """What the function wrote: its own log and the audit, one JSON document a line."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def __str__(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in str(self).splitlines() if line.startswith("{")]

    @property
    def audit(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line.get("message") == "audit"]

    def clear(self) -> None:
        self.stream.seek(0)
        self.stream.truncate()


class Sandbox:
    """One instance of the function, from its cold start on: one request at a time, as on Lambda."""

    def __init__(self, handler: Callable[[Any, Any], object]) -> None:
        self._handler = handler
        self._busy = threading.Lock()

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, object] | None = None,
        actor: Caller | None = ADA,
        headers: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
    ) -> Answer:
        """Send a request; `path` as the client encoded it, `body` to be JSON unless it is bytes."""
        event = request_event(method, path, body, query, actor, headers)
        with self._busy:
            answered = read_answer(InProcessFunction(self._handler, _Context(seconds)).invoke(event))
        text = answered.body(as_bytes=True).decode(errors="replace")
        answers.append(GivenAnswer(method, path, answered.status))
        secrets.update(_SECRET.findall(text))
        return Answer(answered.status, {name.lower(): value for name, value in answered.headers}, text)

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """What the handler answers to an event of the test's own. Raises FunctionError."""
        with self._busy:
            return InProcessFunction(self._handler, _Context(SECONDS)).invoke(event)


@contextmanager
def one_request_a_thread() -> Iterator[None]:
    """Until the block ends, event handlers keep the current request by thread; of their own they have one a process."""
    current = threading.local()
    with (
        mock.patch.object(BaseRouter, "current_event", property(lambda _: current.current_event), create=True),
        mock.patch.object(BaseRouter, "lambda_context", property(lambda _: current.lambda_context), create=True),
        mock.patch.object(api_gateway, "BaseRouter", current),
    ):
        yield


def load_iam(
    settings: Mapping[str, str], log: Log, clock: Clock, clients: list[pymongo.MongoClient[Document]]
) -> Callable[[Any, Any], object]:
    """A cold start of the IAM function, by the rig's clock and with the rig's log."""
    client_class = pymongo.MongoClient

    def remembered(*args: Any, **options: Any) -> pymongo.MongoClient[Document]:
        clients.append(client_class(*args, **options))
        return clients[-1]

    with (
        _cold_start,
        mock.patch("okta_gateway.iam_wiring.iam", partial(_built, log=log, clock=clock)),
        mock.patch("okta_gateway.store.connection.MongoClient", remembered),
        mock.patch("okta_gateway.store.connection.SELECTION_MS", 1_000),
        mock.patch("okta_gateway.rules_wiring.StoredRules", partial(StoredRules, clock=clock)),
        mock.patch.dict(os.environ, {name: value for name, value in settings.items() if value}, clear=True),
        redirect_stdout(log.stream),
        redirect_stderr(log.stream),
    ):
        for name in [name for name in sys.modules if name.startswith(_ROUTES)]:
            del sys.modules[name]
        return _load()


def _built(environ: Mapping[str, str], log: Log, clock: Clock) -> Iam:
    """As `iam_wiring.iam`, whose parts of the use cases are made at the first call."""
    built = iam(environ)

    def use_cases() -> UseCases:
        with _cold_start, ExitStack() as stack:
            write = partial(AuditTrail, write=log.stream.write)
            stack.enter_context(mock.patch("okta_gateway.iam_wiring.AuditTrail", write))
            for part in (AuditEntries, Leases, M2MRegistry, M2MCreation, M2MSync):
                by_clock = partial[object](part, clock=clock)
                stack.enter_context(mock.patch(f"okta_gateway.iam_wiring.{part.__name__}", by_clock))
            return built.use_cases()

    return built._replace(use_cases=use_cases)


def _load() -> Callable[[Any, Any], object]:
    path = ROOT / "functions" / "iam_api" / "app.py"
    number = next(_numbers)
    os.environ["POWERTOOLS_SERVICE_NAME"] = f"iam-api-{number}"  # a logger of its own, which keeps this log
    spec = importlib.util.spec_from_file_location(f"iam_api_{number}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Callable[[Any, Any], object] = module.handler
    return handler


@dataclass(frozen=True)
class _Context:
    """What Lambda tells a function about an invocation."""

    seconds: float
    aws_request_id: str = "11111111-2222-3333-4444-555555555555"
    function_name: str = "iam-api"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:iam-api"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)
