"""What runs on a laptop, in this order: Okta, store, backend, authorizer, gateway; ended the other way round."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from devkit import okta_standin, sample_backend
from devkit.document_store import document_store
from devkit.gateway.app import create_app
from devkit.gateway.functions import Function
from devkit.gateway.lambda_function import LambdaFunction
from devkit.gateway.openapi import Api
from devkit.gateway.template import load_template
from devkit.serving import PortTaken, serve
from devkit.stack.authorizer_settings import TEMPLATE, settings_from, split_for_template
from devkit.stack.config import ConfigProblem, LaptopConfig
from devkit.stack.curl_lines import Addresses
from devkit.stack.decisions import DecisionLog
from devkit.stack.localhost import listen_localhost, port_of, serve_on
from devkit.stack.log_pipe import log_pipe
from devkit.stack.seeds import seed
from okta_gateway.errors import OktaGatewayError
from okta_gateway.setting_values import parse_okta_domain

AUTHORIZER = "TokenAuthorizer"
"""The function's logical id in template.yaml."""
STAGE = "local"
OKTA_PORT = 8889
"""Wanted for the stand-in, so that its issuer, and with it tokens, outlive a restart; any other does as well."""


@dataclass(frozen=True)
class RunningStack:
    """A stack that answers requests."""

    addresses: Addresses
    decisions: DecisionLog
    store: "StoreSwitch"
    authorizer_calls: Callable[[], int]


class StoreSwitch:
    """The local document store, which a demo can switch off and on again; its address stays the same."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._port = 0
        self._running = ExitStack()

    def start(self) -> str:
        """Start it, on the port that it had before if it had one; return its DOCUMENTDB_URI. Raises PortTaken."""
        uri = self._running.enter_context(document_store(self.path, self._port))
        self._port = int(uri.partition("@")[2].partition("/")[0].rpartition(":")[2])
        return uri

    def stop(self) -> None:
        """Stop it; nothing happens when it does not run."""
        self._running.close()


class CountedFunction:
    """A function whose invocations are counted: what the gateway answers from its cache does not count."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._lock = threading.Lock()
        self.invocations = 0

    def invoke(self, event: Mapping[str, Any]) -> object:
        """Invoke the function. Raises FunctionError."""
        with self._lock:
            self.invocations += 1
        return self._function.invoke(event)


@dataclass(frozen=True)
class Place:
    """Where a stack listens and keeps its state; port 0 stands for a free one."""

    state: Path
    gateway_port: int = 0
    okta_port: int = 0


@contextmanager
def running_stack(
    config: LaptopConfig, place: Place, decisions: DecisionLog, check_stop: Callable[[], None]
) -> Iterator[RunningStack]:
    """Start the parts, yield when all answer, end them. `check_stop` may raise between two of them.

    Raises ConfigProblem and PortTaken.
    """
    settings = settings_from(config)
    with ExitStack() as parts:
        gateway_door = parts.enter_context(listen_localhost(place.gateway_port))
        settings["GATEWAY_URL"] = f"http://localhost:{port_of(gateway_door)}"
        if not config.uses_real_okta:
            settings["OKTA_DOMAIN"] = _start_okta(parts, place)
        check_stop()
        store = StoreSwitch(place.state / "store.sqlite")
        if "DOCUMENTDB_URI" not in settings:
            settings["DOCUMENTDB_URI"] = _start_store(parts, store, settings["DOCUMENTDB_DATABASE"])
        check_stop()
        backend = parts.enter_context(serve(sample_backend.create_app()))
        api, authorizer = _start_authorizer(parts, settings, backend, place.state / "logs", decisions)
        check_stop()
        _keep_gateway_log(parts, place.state / "logs" / "gateway.log")
        parts.enter_context(serve_on(gateway_door, create_app(api, {AUTHORIZER: authorizer})))
        addresses = Addresses(
            gateway=settings["GATEWAY_URL"],
            okta=parse_okta_domain(settings["OKTA_DOMAIN"]),
            auth_server_id=settings["OKTA_AUTH_SERVER_ID"],
            backend=backend,
        )
        yield RunningStack(addresses, decisions, store, lambda: authorizer.invocations)


def _start_okta(parts: ExitStack, place: Place) -> str:
    app = okta_standin.create_app(okta_standin.load_org(), key_folder=place.state / "okta-keys")
    try:
        return parts.enter_context(serve(app, place.okta_port))
    except PortTaken:
        return parts.enter_context(serve(app))


def _start_store(parts: ExitStack, store: StoreSwitch, database: str) -> str:
    parts.callback(store.stop)
    try:
        uri = store.start()
        seed(uri, database)
    except (sqlite3.Error, OktaGatewayError) as error:
        raise ConfigProblem(
            f"The local database {store.path} cannot be used ({error}): delete it, it is made anew."
        ) from error
    return uri


def _start_authorizer(
    parts: ExitStack, settings: Mapping[str, str], backend: str, logs: Path, decisions: DecisionLog
) -> tuple[Api, CountedFunction]:
    parameters, rest = split_for_template(settings)
    template = load_template(TEMPLATE, {**parameters, "StageName": STAGE, "BackendUrl": backend})
    definition = template.functions[AUTHORIZER]
    definition = replace(definition, environment={**definition.environment, **rest})
    log = parts.enter_context(log_pipe(logs / "token_authorizer.log", decisions.read_line))
    function = parts.enter_context(LambdaFunction(definition, log))
    function.start()
    return template.api, CountedFunction(function)


def _keep_gateway_log(parts: ExitStack, file: Path) -> None:
    """The gateway's execution log goes to a file: what the authorizer decided is on the screen already."""
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger = logging.getLogger("devkit.gateway")
    logger.addHandler(handler)
    parts.callback(handler.close)
    parts.callback(logger.removeHandler, handler)
