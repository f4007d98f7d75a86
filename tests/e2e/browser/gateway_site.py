"""A whole gateway in this process, for a browser to walk through, with one clock for all of its parts."""

import importlib.util
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import httpx

from devkit import okta_standin, sample_backend
from devkit.document_store import document_store
from devkit.gateway.app import create_app
from devkit.gateway.functions import Function, InProcessFunction
from devkit.gateway.request import LOCAL_STAGE
from devkit.gateway.template import load_template
from devkit.serving import serve
from devkit.stack.local_keys import session_key_file, signing_key_file
from devkit.stack.localhost import listen_localhost, port_of, serve_on
from devkit.stack.okta_client import OktaClient
from devkit.stack.seeds import AUDIENCE, AUTH_SERVER_ID, WEB_APP
from okta_gateway import login_wiring
from okta_gateway.access import decision
from okta_gateway.login.signing_keys import key_set, signing_keys
from okta_gateway.store.connection import connect
from okta_gateway.tokens import verifier
from tests.e2e.browser.tls import serve_with_tls

ROOT = Path(__file__).parents[3]
HTTPS_HOST = "gateway.example.com"
"""The browser is told that this host is 127.0.0.1; sessions there have the cookies of a real deployment."""
SESSION_SECONDS = str(30 * 24 * 3600)


@dataclass
class Clock:
    """The time of every part, in seconds since 1970; runs, and can be moved forward."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead

    def forward(self, seconds: float) -> None:
        self.ahead += seconds


@dataclass(frozen=True)
class Plan:
    """What kind of gateway: people sign in at the org's own or a custom server, below a stage or not, by TLS or not."""

    org_server: bool = False
    stage_in_path: bool = False
    https: bool = False
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Site:
    """A gateway that answers at `url`, and its Okta at `okta`, which is another site to a browser."""

    plan: Plan
    url: str
    okta: str
    clock: Clock

    @property
    def origin(self) -> str:
        return "/".join(self.url.split("/")[:3])

    def link(self, path: str) -> str:
        return self.url + path

    def tell_okta(self, route: str, /, **body: object) -> None:
        """Change the stand-in, by one of its control routes."""
        httpx.post(f"{self.okta}/_standin/{route}", json=body).raise_for_status()


@contextmanager
def running_site(folder: Path, plan: Plan) -> Iterator[Site]:
    """Start everything on free ports, its keys in `folder`; end it with the block."""
    clock = Clock()
    with ExitStack() as parts:
        door = parts.enter_context(listen_localhost())
        url = _url(plan, port_of(door))
        org = okta_standin.create_app(okta_standin.load_org(), clock=clock)
        okta = parts.enter_context(serve(org))
        OktaClient(okta, AUTH_SERVER_ID).allow_sign_in(WEB_APP.client_id, url)
        settings = _settings(folder, plan, url, okta, parts.enter_context(document_store(None)))
        functions = {
            "TokenAuthorizer": _authorizer(settings, clock),
            "OauthCallback": _sign_in(parts, settings, clock),
        }
        backend = parts.enter_context(serve(sample_backend.create_app()))
        values = {"BackendUrl": backend, "OktaDomain": "dev-1.okta.com", "StageName": LOCAL_STAGE}
        api = load_template(ROOT / "template.yaml", values).api
        app = create_app(api, functions, clock=clock, stage_in_path=plan.stage_in_path)
        parts.enter_context(serve_with_tls(door, app, folder, HTTPS_HOST) if plan.https else serve_on(door, app))
        yield Site(plan, url, okta, clock)


def _url(plan: Plan, port: int) -> str:
    origin = f"https://{HTTPS_HOST}:{port}" if plan.https else f"http://localhost:{port}"
    return origin + (f"/{LOCAL_STAGE}" if plan.stage_in_path else "")


def _settings(folder: Path, plan: Plan, url: str, okta: str, store: str) -> dict[str, str]:
    signing_key = str(signing_key_file(folder))
    server = {} if plan.org_server else {"OKTA_AUTH_SERVER_ID": AUTH_SERVER_ID, "OKTA_AUDIENCE": AUDIENCE}
    return {
        "AUTH_PROVIDER": "okta",
        "OKTA_DOMAIN": okta,
        "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
        "OKTA_CLIENT_ID": WEB_APP.client_id,
        "OKTA_CLIENT_SECRET": WEB_APP.secret,
        "DOCUMENTDB_URI": store,
        "SCOPES_FILE": str(ROOT / "layers" / "policies" / "scopes.yml"),
        "GATEWAY_URL": url,
        "GATEWAY_SIGNING_KEYS": signing_key,
        "GATEWAY_PUBLIC_KEYS": json.dumps(key_set(signing_keys([signing_key]))),
        "SESSION_KEY": str(session_key_file(folder)),
        # The clock moves by hours; sessions that end by themselves are tested elsewhere.
        "SESSION_IDLE_SECONDS": SESSION_SECONDS,
        "SESSION_MAX_SECONDS": SESSION_SECONDS,
        **server,
        **plan.settings,
    }


def _authorizer(settings: Mapping[str, str], clock: Clock) -> Function:
    with (
        patch.object(verifier, "Verifier", partial(verifier.Verifier, clock=clock)),
        patch.object(decision, "Authorizer", partial(decision.Authorizer, clock=clock)),
    ):
        return _OneAtATime(_loaded("token_authorizer", settings))


def _sign_in(parts: ExitStack, settings: Mapping[str, str], clock: Clock) -> Function:
    def connect_until_the_end(*arguments: Any) -> Any:
        database = connect(*arguments)
        parts.callback(database.client.close)
        return database

    with (
        patch.object(login_wiring, "sign_in", partial(login_wiring.sign_in, clock=clock)),
        patch.object(login_wiring, "connect", connect_until_the_end),
    ):
        return _OneAtATime(_loaded("oauth_callback", settings))


def _loaded(function: str, settings: Mapping[str, str]) -> ModuleType:
    """The function's module, imported anew with these settings, as a new sandbox does it."""
    path = ROOT / "functions" / function / "app.py"
    spec = importlib.util.spec_from_file_location(f"{function}_of_a_site", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    with patch.dict(os.environ, settings, clear=True):
        spec.loader.exec_module(module)
    return module


class _OneAtATime:
    """Invokes a handler as one sandbox of Lambda does: the next event waits for the answer to this one."""

    def __init__(self, module: ModuleType) -> None:
        context = SimpleNamespace(
            aws_request_id="local", function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn"
        )
        self._function = InProcessFunction(module.handler, context)
        self._lock = threading.Lock()

    def invoke(self, event: Mapping[str, Any]) -> object:
        with self._lock:
            return self._function.invoke(event)
