"""What runs on a laptop, in this order: Okta, store, backend, functions, gateway; ended the other way round."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from devkit import okta_standin, sample_backend
from devkit.console.wiring import console_beside
from devkit.gateway.app import create_app
from devkit.serving import PortTaken, serve
from devkit.stack.config import ConfigProblem, LaptopConfig
from devkit.stack.curl_lines import Addresses
from devkit.stack.decisions import DecisionLog
from devkit.stack.deployment import deploy
from devkit.stack.function_settings import key_settings, settings_from
from devkit.stack.localhost import listen_localhost, port_of, serve_on
from devkit.stack.okta_client import OktaClient
from devkit.stack.seeds import AUTH_SERVER_ID, WEB_APP, seed
from devkit.stack.store_switch import StoreSwitch
from okta_gateway.errors import OktaGatewayError
from okta_gateway.setting_values import parse_okta_domain


@dataclass(frozen=True)
class RunningStack:
    """A stack that answers requests; with `signs_in` people can, at /oauth2/ of the gateway."""

    addresses: Addresses
    decisions: DecisionLog
    store: StoreSwitch
    authorizer_calls: Callable[[], int]
    signs_in: bool


@dataclass(frozen=True)
class Place:
    """Where a stack listens and keeps its state; port 0 stands for a free one.

    With `has_console` the decision console is at /_console of the gateway's port.
    """

    state: Path
    gateway_port: int = 0
    okta_port: int = 0
    has_console: bool = False


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
        settings |= {"GATEWAY_URL": config.gateway_url_at(port_of(gateway_door)), **key_settings(settings, place.state)}
        if not config.uses_real_okta:
            settings["OKTA_DOMAIN"] = _start_okta(parts, place, settings["GATEWAY_URL"])
        check_stop()
        store = StoreSwitch(place.state / "store.sqlite")
        if "DOCUMENTDB_URI" not in settings:
            settings["DOCUMENTDB_URI"] = _start_store(parts, store, settings["DOCUMENTDB_DATABASE"])
        check_stop()
        backend, logs = parts.enter_context(serve(sample_backend.create_app())), place.state / "logs"
        deployment = deploy(parts, settings, backend, logs, decisions, signs_in=config.signs_in)
        check_stop()
        _keep_gateway_log(parts, logs / "gateway.log")
        app: ASGIApp = create_app(deployment.api, deployment.functions, stage_in_path=config.stage_in_path)
        if place.has_console:
            beside = console_beside(app, deployment.api, settings, stage_in_path=config.stage_in_path)
            app = parts.enter_context(beside)
        parts.enter_context(serve_on(gateway_door, app))
        addresses = Addresses(
            gateway=settings["GATEWAY_URL"],
            okta=parse_okta_domain(settings["OKTA_DOMAIN"]),
            auth_server_id=settings.get("OKTA_AUTH_SERVER_ID", ""),
            backend=backend,
        )
        calls = deployment.authorizer
        yield RunningStack(addresses, decisions, store, lambda: calls.invocations, deployment.signs_in)


def _start_okta(parts: ExitStack, place: Place, gateway_url: str) -> str:
    app = okta_standin.create_app(okta_standin.load_org(), key_folder=place.state / "okta-keys")
    try:
        address = parts.enter_context(serve(app, place.okta_port))
    except PortTaken:
        address = parts.enter_context(serve(app))
    OktaClient(address, AUTH_SERVER_ID).allow_sign_in(WEB_APP.client_id, gateway_url)
    return address


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


def _keep_gateway_log(parts: ExitStack, file: Path) -> None:
    """The gateway's execution log goes to a file: what the authorizer decided is on the screen already."""
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger = logging.getLogger("devkit.gateway")
    logger.addHandler(handler)
    parts.callback(handler.close)
    parts.callback(logger.removeHandler, handler)
