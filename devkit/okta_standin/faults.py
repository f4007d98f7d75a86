"""Faults on demand, and a count of the requests per path, in front of everything that Okta has."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from devkit.okta_standin.errors import okta_response, rate_limited, service_unavailable

CONTROL_PREFIX = "/_standin/"
MANAGEMENT_PREFIX = "/api/v1/"


class Target(StrEnum):
    """Which requests a fault is for, besides those to a path or below it."""

    KEYS = "keys"
    AUTHORIZE = "authorize"
    TOKEN = "token"  # noqa: S105 - the endpoint's name
    INTROSPECT = "introspect"
    REVOKE = "revoke"
    USERINFO = "userinfo"
    LOGOUT = "logout"
    MANAGEMENT = "management"
    ALL = "all"


class Fault(StrEnum):
    """What goes wrong; the two with "after" happen when the request has had its effect."""

    OUTAGE = "outage"
    SLOW = "slow"
    HTML = "html"
    RATE_LIMIT = "rate_limit"
    OUTAGE_AFTER = "outage_after"
    CUT_AFTER = "cut_after"


@dataclass
class FaultRule:
    """A fault that is switched on: for whom, how often, and after how many requests that are let through."""

    path: str
    """A Target, or the start of a path."""
    method: str | None
    fault: Fault
    seconds: float = 5
    """How long a slow answer takes."""
    skip: int = 0
    times: int | None = None

    def covers(self, method: str, path: str) -> bool:
        """Whether a request is one of those that the fault is for."""
        if self.method not in (None, method):
            return False
        if self.path.startswith("/"):
            return path == self.path or path.startswith(self.path.rstrip("/") + "/")
        if self.path == Target.MANAGEMENT:
            return path.startswith(MANAGEMENT_PREFIX)
        return self.path == Target.ALL or path.endswith(f"/v1/{self.path}")

    def hits(self) -> bool:
        """Count a request that the fault covers; whether it is hit."""
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    @property
    def is_over(self) -> bool:
        """Whether the fault has happened often enough."""
        return self.times == 0


@dataclass
class Faults:
    """The faults that are switched on, and what has been asked for."""

    clock: Callable[[], float] = time.time
    requests: Counter[str] = field(default_factory=Counter)
    _rules: list[FaultRule] = field(default_factory=list)

    def switch_on(self, rule: FaultRule) -> None:
        """Switch a fault on in the place of the one for the same path and method."""
        self.switch_off(rule.path, rule.method)
        self._rules.append(rule)

    def switch_off(self, path: str, method: str | None) -> None:
        """Switch the faults of a path off, or with `all` every one."""
        off = [rule for rule in self._rules if path == Target.ALL or (rule.path, rule.method) == (path, method)]
        self._rules = [rule for rule in self._rules if rule not in off]

    def next_fault(self, method: str, path: str) -> FaultRule | None:
        """The fault that a request meets, if any."""
        hit = next((rule for rule in self._rules if rule.covers(method, path) and rule.hits()), None)
        self._rules = [rule for rule in self._rules if not rule.is_over]
        return hit


class FaultMiddleware:
    """Counts requests and answers with the fault that is switched on; the control routes are left alone."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        self._faults.requests[scope["path"]] += 1
        rule = self._faults.next_fault(scope["method"], scope["path"])
        if rule is None:
            await self._app(scope, receive, send)
            return
        if rule.fault in (Fault.OUTAGE_AFTER, Fault.CUT_AFTER):
            await self._app(scope, receive, _to_nobody)
        if rule.fault is Fault.CUT_AFTER:
            await cut_connection(receive)
            return
        if rule.fault is Fault.SLOW:
            await asyncio.sleep(rule.seconds)
        answer = self._answer(rule.fault) or self._app
        await answer(scope, receive, send)

    def _answer(self, fault: Fault) -> Response | None:
        """The faulty answer, or None where Okta answers itself."""
        match fault:
            case Fault.OUTAGE | Fault.OUTAGE_AFTER:
                return okta_response(service_unavailable())
            case Fault.HTML:
                return HTMLResponse("<!DOCTYPE html><html><body><h1>Scheduled maintenance</h1></body></html>")
            case Fault.RATE_LIMIT:
                return okta_response(rate_limited(limit=150, reset=int(self._faults.clock()) + 60))
            case _:
                return None


async def _to_nobody(_message: Message) -> None:
    """The answer of a request whose client is not to see it."""


async def cut_connection(receive: Receive) -> None:
    """Close the client's connection without an answer. ASGI has no word for that, so uvicorn's own transport is used.

    Raises TypeError under another server.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if not isinstance(transport, asyncio.Transport):
        raise TypeError("A connection can be cut under uvicorn only.")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass  # until uvicorn has noticed, or it would answer with status 500
