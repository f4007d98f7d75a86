"""Faults on demand, and a count of the requests per path, in front of everything that Okta has."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from devkit.okta_standin.errors import okta_response, rate_limited, service_unavailable

CONTROL_PREFIX = "/_standin/"


class Target(StrEnum):
    """Which requests a fault is for."""

    KEYS = "keys"
    AUTHORIZE = "authorize"
    TOKEN = "token"  # noqa: S105 - the endpoint's name
    INTROSPECT = "introspect"
    REVOKE = "revoke"
    USERINFO = "userinfo"
    LOGOUT = "logout"
    ALL = "all"

    def covers(self, path: str) -> bool:
        """Whether a request to `path` gets the fault."""
        return self is Target.ALL or path.endswith(f"/v1/{self}")


class Fault(StrEnum):
    """What goes wrong."""

    OUTAGE = "outage"
    SLOW = "slow"
    HTML = "html"
    RATE_LIMIT = "rate_limit"


@dataclass
class Faults:
    """The faults that are switched on, and what has been asked for."""

    clock: Callable[[], float] = time.time
    requests: Counter[str] = field(default_factory=Counter)
    _active: dict[Target, tuple[Fault, float]] = field(default_factory=dict)

    def set(self, target: Target, fault: Fault | None, seconds: float) -> None:
        """Switch a fault on; None switches it off, `all` every one. `seconds` is how long a slow answer takes."""
        if fault is not None:
            self._active[target] = (fault, seconds)
        elif target is Target.ALL:
            self._active.clear()
        else:
            self._active.pop(target, None)

    async def answer(self, path: str) -> Response | None:
        """The faulty answer for `path`, or None where Okta answers itself, perhaps after a while."""
        fault, seconds = next((found for target, found in self._active.items() if target.covers(path)), (None, 0))
        match fault:
            case None:
                return None
            case Fault.SLOW:
                await asyncio.sleep(seconds)
                return None
            case Fault.OUTAGE:
                return okta_response(service_unavailable())
            case Fault.HTML:
                return HTMLResponse("<!DOCTYPE html><html><body><h1>Scheduled maintenance</h1></body></html>")
            case Fault.RATE_LIMIT:
                return okta_response(rate_limited(limit=150, reset=int(self.clock()) + 60))


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
        path = scope["path"]
        self._faults.requests[path] += 1
        answer = await self._faults.answer(path) or self._app
        await answer(scope, receive, send)
