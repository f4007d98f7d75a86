"""The Okta stand-in behind a script: single answers that the stand-in has no reason to give."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass
class Scripted:
    """An answer to each request whose method and whole path match, as long as there is some of it left."""

    method: str
    path: re.Pattern[str]
    status: int
    body: object
    headers: Mapping[str, str]
    times: int


@dataclass
class Script:
    """The answers that are to come."""

    answers: list[Scripted] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of those to the management API, oldest first."""
    before_each: Callable[[str, str], None] = field(default=lambda _method, _path: None)
    """Called in Okta's event loop with each of them, before anything is done."""

    def take(self, method: str, path: str) -> Scripted | None:
        for answer in self.answers:
            if answer.times > 0 and answer.method == method and answer.path.fullmatch(path):
                answer.times -= 1
                return answer
        return None


class ScriptedOkta:
    """ASGI middleware in front of the stand-in."""

    def __init__(self, app: ASGIApp, script: Script) -> None:
        self._app = app
        self._script = script

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scripted = None
        if scope["type"] == "http":
            method, path = scope["method"], scope["path"]
            if path.startswith("/api/v1/"):
                self._script.requests.append((method, path))
                self._script.before_each(method, path)
            scripted = self._script.take(method, path)
        answer = JSONResponse(scripted.body, scripted.status, scripted.headers) if scripted else self._app
        await answer(scope, receive, send)


def okta_error(code: str, *causes: str) -> dict[str, object]:
    """An error document of Okta's management API."""
    return {
        "errorCode": code,
        "errorSummary": causes[0] if causes else "Something is wrong.",
        "errorLink": code,
        "errorId": "oaeLocalErrorId0000000001",
        "errorCauses": [{"errorSummary": cause} for cause in causes],
    }
