"""A running gateway from a template, scripted functions in process, and a backend that echoes what reached it."""

import base64
import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.gateway.app import create_app
from devkit.gateway.functions import FunctionError, InProcessFunction
from devkit.gateway.template import load_template
from devkit.serving import serve

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
API = "arn:aws:execute-api:us-east-1:123456789012:local/local"
TOKEN = "eyJhbGciOiJub25lIn0.e30.c2ln"
BEARER = ("Authorization", f"Bearer {TOKEN}")
CONTEXT = {
    "sub": "00u1",
    "username": "ada@example.com",
    "client_id": "0oa1",
    "groups": "registry-admins,public-mcp-users",
    "scopes": "mcp:servers:read",
    "auth_method": "okta",
}

type Headers = list[tuple[str, str]]


def policy(*allowed: str, denied: tuple[str, ...] = ()) -> dict[str, Any]:
    """A policy document that opens and closes routes such as `GET/api/*`."""
    statements = [("Allow", allowed), ("Deny", denied)]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": effect, "Action": "execute-api:Invoke", "Resource": [f"{API}/{route}" for route in routes]}
            for effect, routes in statements
            if routes
        ],
    }


def answer(*allowed: str, denied: tuple[str, ...] = (), **context: object) -> dict[str, Any]:
    """An authorizer's answer."""
    return {"principalId": "00u1", "policyDocument": policy(*allowed, denied=denied), "context": {**CONTEXT, **context}}


@dataclass
class Handler:
    """A handler that does as it is told, and remembers what it was asked."""

    reply: Callable[[], object]
    events: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, event: dict[str, Any], _: object) -> object:
        self.events.append(event)
        return self.reply()

    def returns(self, value: object) -> None:
        """From now on, answer this."""
        self.reply = lambda: value

    def raises(self, error: Exception) -> None:
        """From now on, fail like this."""

        def fail() -> object:
            raise error

        self.reply = fail


def authorizer() -> Handler:
    """An authorizer that allows everything."""
    return Handler(lambda: answer("*"))


def sign_in() -> Handler:
    """A function behind a proxy integration."""
    return Handler(lambda: {"statusCode": 200})


class Unfinished:
    """A function that Lambda had to end."""

    def __init__(self, error: FunctionError) -> None:
        self._error = error

    def invoke(self, _: Mapping[str, Any]) -> object:
        raise self._error


@dataclass(frozen=True)
class Answered:
    """What a client got."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body's value."""
        return json.loads(self.body)


@dataclass
class Clock:
    """A clock that a test sets."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Rig:
    """A gateway that runs, and all around it."""

    address: str
    authorizer: Handler = field(default_factory=authorizer)
    clock: Clock = field(default_factory=Clock)
    sign_in: Handler = field(default_factory=sign_in)

    def send(self, method: str, target: str, headers: Headers | None = None, body: bytes = b"") -> Answered:
        """Send a request exactly as given; `headers` None stands for a good bearer token."""
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=10)
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in [BEARER] if headers is None else headers:
            connection.putheader(name, value)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        response = connection.getresponse()
        answered = Answered(response.status, response.headers, response.read())
        connection.close()
        return answered


async def _echo(request: Request) -> Response:
    if "x-answer" in request.query_params:
        return _SCRIPTED[request.query_params["x-answer"]]()
    body = base64.b64encode(await request.body()).decode()
    headers = [(name.decode(), value.decode()) for name, value in request.headers.raw]
    target = request.scope["raw_path"].decode() + (f"?{request.url.query}" if request.url.query else "")
    return JSONResponse({"method": request.method, "target": target, "headers": headers, "body": body})


_SCRIPTED: dict[str, Callable[[], Response]] = {
    "binary": lambda: Response(bytes(range(256)), media_type="application/octet-stream"),
    "challenge": lambda: Response(status_code=401, headers={"WWW-Authenticate": "Bearer", "X-Own": "kept"}),
    "redirect": lambda: Response(status_code=302, headers={"Location": "/elsewhere"}),
    "cookies": lambda: Response(headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]),  # type: ignore[arg-type]
    "hop": lambda: Response(headers={"Keep-Alive": "timeout=5", "Proxy-Authenticate": "Basic"}),
}


def backend() -> Starlette:
    """An application that answers every request with what it got."""
    app = Starlette()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        response = await _echo(Request(scope, receive))
        await response(scope, receive, send)

    app.router.default = application
    return app


@contextmanager
def running(template: Path = TEMPLATE, stage_in_path: bool = False, /, **parameters: str) -> Iterator[Rig]:
    """Start backend and gateway; parameters are the template's. Functions that authorize nothing do the sign-in."""
    rig = Rig("")
    with serve(backend()) as backend_url:
        given = {"OktaDomain": "dev-1.okta.com", "BackendUrl": backend_url} if template == TEMPLATE else {}
        loaded = load_template(template, given | parameters)
        authorizers = {method.authorizer.function for method in loaded.api.methods if method.authorizer}
        functions = {
            name: InProcessFunction(rig.authorizer if name in authorizers else rig.sign_in) for name in loaded.functions
        }
        app = create_app(loaded.api, functions, clock=rig.clock, stage_in_path=stage_in_path)
        with serve(app) as address:
            yield replace(rig, address=address)
