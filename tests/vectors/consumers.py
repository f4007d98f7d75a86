"""Who reads tokens here: the authorizer's handler, the callback of sign-in, the local gateway; beside them PyJWT."""

import importlib.util
import io
import itertools
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from datetime import datetime, tzinfo
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import jwt

from devkit.gateway.app import create_app
from devkit.gateway.functions import InProcessFunction
from devkit.gateway.template import load_template
from devkit.serving import LOOPBACK, serve
from okta_gateway.access.decision import Authorizer
from okta_gateway.errors import OktaGatewayError
from okta_gateway.login.authorization_request import CALLBACK, AuthorizationRequests
from okta_gateway.login.callback import Callback, CallbackParameters
from okta_gateway.login.errors import IdTokenInvalid
from okta_gateway.login.session import BrowserSessions
from okta_gateway.tokens.key_cache import KeyCache
from okta_gateway.tokens.verifier import Verifier
from tests.integration.authorizer.invocation import APP, SCOPES, token_event
from tests.integration.gateway.rig import TEMPLATE, backend
from tests.tokens import AUDIENCE, ISSUER, NOW, SERVER_ID, FakeClock
from tests.unit.login.signing_in import (
    ACCESS_TOKEN,
    GATEWAY,
    NONCE,
    SERVER,
    PendingInMemory,
    ScriptedOkta,
    SessionsInMemory,
    TransparentSealer,
    id_tokens,
    okta_api_tokens,
    token_answer,
)
from tests.vectors.rows import ACCEPTED

type Handler = Callable[[object, object], dict[str, Any]]

KEYS_PATH = f"/oauth2/{SERVER_ID}/v1/keys"
_numbers = itertools.count()


@contextmanager
def serving_keys(body: bytes) -> Iterator[str]:
    """Serve a key set where the authorization server's should be; yield the address of the org."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == KEYS_PATH
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Keys)
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def load_authorizer(okta: str) -> Handler:
    """A cold start of the token authorizer, as the guide sets it up, at `tests.tokens.NOW`.

    The org is served on loopback; OKTA_ISSUERS names the issuer that tokens really have.
    """
    clock = FakeClock()
    environ = {
        "AUTH_PROVIDER": "okta",
        "OKTA_DOMAIN": okta,
        "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
        "OKTA_AUTH_SERVER_ID": SERVER_ID,
        "OKTA_ISSUERS": ISSUER,
        "OKTA_AUDIENCE": AUDIENCE,
        "SCOPES_FILE": str(SCOPES),
    }
    with (
        mock.patch("okta_gateway.tokens.verifier.Verifier", partial(Verifier, clock=clock)),
        mock.patch("okta_gateway.access.decision.Authorizer", partial(Authorizer, clock=clock)),
        mock.patch.dict(os.environ, environ, clear=True),
    ):
        return _loaded(APP)


def _loaded(app: Path) -> Handler:
    spec = importlib.util.spec_from_file_location(f"vectors_{next(_numbers)}", app)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Handler = module.handler
    return handler


def ask_authorizer(handler: Handler, token: str) -> str:
    """The answer to a TOKEN event with the token, no part of which may be in the log line."""
    answer, line = _asked(handler, token_event(token))
    assert not any(len(part) > 16 and part in line for part in token.split("."))
    return answer


def ask_event(handler: Handler, event: object) -> str:
    """The answer to any event: ACCEPTED, or the code of the log line, which what the caller is told must fit."""
    return _asked(handler, event)[0]


def _asked(handler: Handler, event: object) -> tuple[str, str]:
    output = io.StringIO()
    public = ACCEPTED
    with redirect_stdout(output):
        try:
            handler(event, SimpleNamespace(aws_request_id="req-1"))
        except Exception as error:  # noqa: BLE001 whatever Lambda would make of it
            public = f"{type(error).__name__}: {error}"
    line = json.loads(output.getvalue())
    told = {
        "allowed": ACCEPTED,
        "no_rights": ACCEPTED,
        "refused": "Exception: Unauthorized",
        "failed": f"RuntimeError: {line['code']}",
    }
    assert public == told[line["outcome"]]
    return ACCEPTED if public == ACCEPTED else str(line["code"]), output.getvalue()


@contextmanager
def serving_gateway(authorizer: Handler) -> Iterator[str]:
    """Serve the local gateway from the real template, with this authorizer and an echo behind it."""
    with serve(backend()) as backend_url:
        template = load_template(TEMPLATE, {"OktaDomain": "dev-1.okta.com", "BackendUrl": backend_url})
        functions = {name: InProcessFunction(authorizer) for name in template.functions}
        with serve(create_app(template.api, functions)) as address:
            yield address


class CallbackConsumer:
    """The callback of sign-in, whose ID tokens come from a scripted Okta and whose keys are really fetched."""

    def __init__(self, okta: str) -> None:
        self._clock = FakeClock()
        self._keys = KeyCache(f"{okta}{KEYS_PATH}", clock=self._clock)

    def ask(self, token: str) -> str:
        """ACCEPTED, or why sign-in ended."""
        pending = PendingInMemory()
        begun = AuthorizationRequests(
            SERVER, "client", "openid", pending, clock=self._clock, new_secret=lambda: NONCE
        ).begin("/", GATEWAY)
        sessions = BrowserSessions(
            SessionsInMemory(self._clock), TransparentSealer(), idle_seconds=60, max_seconds=60, clock=self._clock
        )
        okta = ScriptedOkta(token_answer(id_token=token, access_token=ACCESS_TOKEN))
        verifier = id_tokens(self._clock, self._keys.get)
        callback = Callback(SERVER, pending, okta, verifier, okta_api_tokens(self._clock), sessions)
        try:
            callback.handle(CallbackParameters(begun.state, "code", None, ""), begun.browser_secret, GATEWAY)
        except IdTokenInvalid as error:
            return error.detail
        except OktaGatewayError as error:
            return str(error)
        assert okta.exchanged[0][2] == GATEWAY.link(CALLBACK)
        return ACCEPTED


class _Now(datetime):
    """PyJWT has no clock to set: it asks `datetime.now`."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "_Now":
        return cls.fromtimestamp(NOW, tz)


def pyjwt_accepts(token: str, keys: bytes, audience: str = AUDIENCE) -> bool:
    """Whether PyJWT takes the token, by the published key that its header names, at `tests.tokens.NOW`."""
    members = [key for key in json.loads(keys)["keys"] if isinstance(key, Mapping)]
    try:
        kid = jwt.get_unverified_header(token)["kid"]
        (member,) = (key for key in members if key.get("kid") == kid)
        with mock.patch("jwt.api_jwt.datetime", _Now):
            jwt.decode(
                token,
                jwt.PyJWK(dict(member), algorithm="RS256"),
                algorithms=["RS256"],
                audience=audience,
                issuer=ISSUER,
                leeway=60,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
    except (jwt.PyJWTError, KeyError, ValueError):
        return False
    return True
