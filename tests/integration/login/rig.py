"""The whole of sign-in in one process: the real functions behind the local gateway, the stand-in, a store."""

import base64
import importlib.util
import io
import itertools
import os
import queue
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import httpx
import pymongo
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pymongo.database import Database
from starlette.types import ASGIApp

from devkit.gateway.app import create_app
from devkit.gateway.functions import Function, InProcessFunction
from devkit.gateway.template import load_template
from devkit.okta_standin import SEED, load_org
from devkit.okta_standin import create_app as create_okta
from devkit.serving import serve
from okta_gateway.login_wiring import sign_in
from okta_gateway.store.connection import Document
from okta_gateway.tokens.verifier import Verifier
from tests.integration.login.browser import Browser, Rerouted
from tests.integration.login.watched_okta import AUDIENCE, SERVER, WEB_APP, WEB_SECRET, Okta, Watch, WatchedOkta

ROOT = Path(__file__).parents[3]
RULES = ROOT / "layers" / "policies" / "scopes.yml"
PUBLIC_HOST = "https://gateway.example.com"
CUSTOM, ORG, STAGE = "custom", "org", "stage"
MODES = (CUSTOM, ORG, STAGE)
CONTEXT = SimpleNamespace(
    aws_request_id="11111111-2222-3333-4444-555555555555",
    function_name="oauth-callback",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:oauth-callback",
)
_numbers = itertools.count()
_cold_start = threading.Lock()
"""A module sees the environment of the whole process while it loads."""

type Handler = Callable[[Any, Any], dict[str, Any]]


@dataclass
class Clock:
    """The real time, and what a test has added to it: whoever waits for the clock is not kept waiting for ever."""

    ahead: float = 0

    def __call__(self) -> float:
        return time.time() + self.ahead

    def pass_by(self, seconds: float) -> None:
        self.ahead += seconds


class Sandboxes:
    """The sign-in function as Lambda runs it: each sandbox has one request at a time."""

    def __init__(self, load: Callable[[], Handler], count: int = 1) -> None:
        self._load = load
        self._free: queue.Queue[Handler | None] = queue.Queue()
        self.add(count)

    def add(self, count: int) -> None:
        for _ in range(count):
            self._free.put(None)

    def restart(self) -> None:
        """Every sandbox ends; the next request is a cold start."""
        for _ in range(self._free.qsize()):
            self._free.get()
            self._free.put(None)

    def invoke(self, event: Mapping[str, Any]) -> object:
        sandbox = self._free.get(timeout=20)
        try:
            sandbox = sandbox or self._load()
            return InProcessFunction(sandbox, CONTEXT).invoke(event)
        finally:
            self._free.put(sandbox)


@dataclass(frozen=True)
class Rig:
    """A gateway that runs, and all around it."""

    mode: str
    gateway_url: str
    local_url: str
    okta: Okta
    database: Database[Document]
    settings: dict[str, str] = field(repr=False)
    clock: Clock
    sandboxes: Sandboxes
    authorizer: Sandboxes
    log: io.StringIO
    seen: set[str] = field(default_factory=set, repr=False)
    _stack: ExitStack = field(default_factory=ExitStack, repr=False)

    def browser(self) -> Browser:
        """A new browser, without cookies."""
        transport = Rerouted(self.gateway_url, self.local_url)
        http = self._stack.enter_context(httpx.Client(transport=transport, follow_redirects=False, timeout=30))
        return Browser(self.gateway_url, http, self.seen)

    @property
    def server(self) -> str:
        return "org" if self.mode == ORG else SERVER

    @property
    def issuer(self) -> str:
        return self.okta.address if self.mode == ORG else f"{self.okta.address}/oauth2/{SERVER}"

    @property
    def endpoints(self) -> str:
        return f"{self.okta.address}/oauth2/v1" if self.mode == ORG else f"{self.issuer}/v1"

    @property
    def cookie_prefix(self) -> str:
        return "__Host-" if self.gateway_url.startswith("https://") else ""

    def sessions(self) -> list[Document]:
        return list(self.database["oauth_sessions_gateway"].find())

    def pending(self) -> list[Document]:
        return list(self.database["oauth_pending_logins"].find())

    def token_ends_soon(self) -> None:
        """Only seconds are left of every token for the API that was handed out until now."""
        self.clock.pass_by(900 - 30 if self.mode == ORG else 3600 - 30)

    def leaked(self, text: str) -> list[str]:
        """Secrets of this run that a text holds, each only by its beginning."""
        return [f"{secret[:6]}..." for secret in self.secrets() if len(secret) >= 8 and secret in text]

    def secrets(self) -> set[str]:
        key = Path(self.settings["SESSION_KEY"])
        own = {key.read_text().strip()} if key.is_file() else set()
        return self.okta.secrets() | self.seen | own | {"local-store-secret-not-for-production"}


@dataclass(frozen=True)
class Surroundings:
    """What all rigs share."""

    store_uri: str
    backend_url: str
    key_folder: Path
    folder: Path


@contextmanager
def running(around: Surroundings, mode: str, **changes: str) -> Iterator[Rig]:
    """Start everything; `changes` are further settings of the sign-in function, empty to leave one out."""
    watch, clock, log = Watch(), Clock(), io.StringIO()
    folder = around.folder / f"rig-{next(_numbers)}"
    keys = shutil.copytree(around.key_folder, folder / "okta-keys")
    with ExitStack() as stack:
        app = WatchedOkta(create_okta(load_org(SEED), key_folder=keys, clock=clock), watch)
        address = stack.enter_context(serve(app))
        okta = Okta(address, watch, stack.enter_context(httpx.Client(timeout=30)))
        settings: dict[str, str] = {}  # complete once the gateway's address is known, before the first cold start
        clients: list[pymongo.MongoClient[Document]] = []
        stack.callback(close_all, clients)
        sandboxes = Sandboxes(partial(load_sign_in, settings, clock, log, clients))
        authorizer = Sandboxes(partial(load_authorizer, settings, clock, log))
        functions: dict[str, Function] = {"OauthCallback": sandboxes, "TokenAuthorizer": authorizer}
        local = stack.enter_context(serve(_gateway(around, functions, stage_in_path=mode == STAGE)))
        gateway_url = f"{PUBLIC_HOST}/local" if mode == STAGE else local
        okta.register(gateway_url)
        name = f"login_{next(_numbers)}"
        settings |= _settings(around, mode, okta, gateway_url, folder) | {"DOCUMENTDB_DATABASE": name} | changes
        database = stack.enter_context(pymongo.MongoClient[Document](around.store_uri))[name]
        yield Rig(mode, gateway_url, local, okta, database, settings, clock, sandboxes, authorizer, log, _stack=stack)


def _gateway(around: Surroundings, functions: Mapping[str, Function], *, stage_in_path: bool) -> ASGIApp:
    parameters = {"BackendUrl": around.backend_url, "OktaDomain": "x.okta.com", "AuthorizerResultTtl": "0"}
    return create_app(load_template(ROOT / "template.yaml", parameters).api, functions, stage_in_path=stage_in_path)


def _settings(around: Surroundings, mode: str, okta: Okta, gateway_url: str, folder: Path) -> dict[str, str]:
    server = {} if mode == ORG else {"OKTA_AUTH_SERVER_ID": SERVER, "OKTA_AUDIENCE": AUDIENCE}
    return server | {
        "AUTH_PROVIDER": "okta",
        "OKTA_DOMAIN": okta.address,
        "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
        "OKTA_CLIENT_ID": WEB_APP,
        "OKTA_CLIENT_SECRET": WEB_SECRET,
        "DOCUMENTDB_URI": around.store_uri,
        "SCOPES_FILE": str(RULES),
        "GATEWAY_URL": gateway_url,
        "GATEWAY_SIGNING_KEYS": str(new_signing_key(folder)),
        "SESSION_KEY": str(new_session_key(folder)),
        "ALLOWED_ORIGINS": "https://app.example.com",
        "LOGIN_REDIRECTS": "https://app.example.com/signed-in,https://app.example.com/signed-in?tab=1",
        "LOG_LEVEL": "DEBUG",
    }


def new_session_key(folder: Path) -> Path:
    file = folder / f"session-{next(_numbers)}.key"
    file.write_text(base64.b64encode(os.urandom(32)).decode())
    return file


def new_signing_key(folder: Path) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = folder / f"signing-{next(_numbers)}.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


def load_sign_in(
    settings: Mapping[str, str], clock: Clock, log: io.StringIO, clients: list[pymongo.MongoClient[Document]]
) -> Handler:
    """A cold start of the sign-in function, by the rig's clock."""
    client_class = pymongo.MongoClient

    def remembered(*args: Any, **options: Any) -> pymongo.MongoClient[Document]:
        clients.append(client_class(*args, **options))
        return clients[-1]

    with (
        _cold_start,
        mock.patch("okta_gateway.login_wiring.sign_in", partial(sign_in, clock=clock)),
        mock.patch("okta_gateway.store.connection.MongoClient", remembered),
        mock.patch("okta_gateway.store.connection.SELECTION_MS", 1_000),
    ):
        return _load("oauth_callback", settings, log)


def load_authorizer(settings: Mapping[str, str], clock: Clock, log: io.StringIO) -> Handler:
    """A cold start of the authorizer, whose tokens expire by the rig's clock."""
    own = {name: value for name, value in settings.items() if name != "DOCUMENTDB_URI"}
    with _cold_start, mock.patch("okta_gateway.tokens.verifier.Verifier", partial(Verifier, clock=clock)):
        return _load("token_authorizer", own, log)


def close_all(clients: list[pymongo.MongoClient[Document]]) -> None:
    for client in clients:
        client.close()


def _load(function: str, settings: Mapping[str, str], log: io.StringIO) -> Handler:
    number = next(_numbers)
    environ = {name: value for name, value in settings.items() if value}
    environ["POWERTOOLS_SERVICE_NAME"] = f"{function}-{number}"  # a logger of its own, which keeps this log
    path = ROOT / "functions" / function / "app.py"
    spec = importlib.util.spec_from_file_location(f"{function}_{number}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    with mock.patch.dict(os.environ, environ, clear=True), redirect_stdout(log), redirect_stderr(log):
        spec.loader.exec_module(module)
    handler: Handler = module.handler
    return handler
