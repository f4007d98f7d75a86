"""The console from the stack's settings: it explains by an authorizer of its own, of the same code and rules."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from starlette.types import ASGIApp

from devkit.cli.rules_sources import rules_in_force
from devkit.cli.settings import open_database
from devkit.console.app import create_console
from devkit.console.beside import BesideGateway
from devkit.console.matrix import CurrentPolicies, GroupPolicies
from devkit.console.recent import Explain, RecentRequests
from devkit.console.stations import STAGE
from devkit.explain import Explainer, Explanation, open_authorizer
from devkit.gateway.openapi import Api
from okta_gateway.setting_rows import DEFAULTS
from okta_gateway.setting_values import parse_boolean


@contextmanager
def console_beside(
    gateway: ASGIApp, api: Api, settings: Mapping[str, str], *, stage_in_path: bool
) -> Iterator[ASGIApp]:
    """The gateway with the console beside it until the block ends. Raises ConfigurationInvalid and AccessRulesInvalid.

    The settings are those of the authorizer that the gateway asks.
    """
    with ExitStack() as parts:
        parts.enter_context(_quiet())
        explain = _explain(settings)
        recent = RecentRequests(explain)
        policies = _policies(parts, settings)
        parts.enter_context(recent.explained())
        console = create_console(recent, explain, policies)
        yield BesideGateway(gateway, console, recent, api, stage_in_path=stage_in_path)


def _explain(settings: Mapping[str, str]) -> Explain:
    explainer = Explainer(open_authorizer(settings, STAGE), STAGE)
    one_at_a_time = threading.Lock()  # the authorizer's caches are made for Lambda, where events come one by one

    def explain(authorization: str) -> Explanation:
        with one_at_a_time:
            return explainer.explain(authorization)

    return explain


def _policies(parts: ExitStack, settings: Mapping[str, str]) -> CurrentPolicies:
    """Rules of a file are those of the start, as the functions have them; rules of the store are read each time."""
    slash = parse_boolean(settings.get("ALLOW_ENCODED_SLASH") or DEFAULTS["ALLOW_ENCODED_SLASH"])
    if settings.get("SCOPES_SOURCE") != "documentdb":
        fixed = GroupPolicies(*rules_in_force(settings, None), allow_encoded_slash=slash)
        return lambda: fixed
    database = parts.enter_context(open_database(settings))
    return lambda: GroupPolicies(*rules_in_force(settings, database), allow_encoded_slash=slash)


@contextmanager
def _quiet() -> Iterator[None]:
    """Warnings of the product's code are on the screen already, out of the function that the gateway asks."""
    logger, silent = logging.getLogger("okta_gateway"), logging.NullHandler()
    logger.addHandler(silent)
    try:
        yield
    finally:
        logger.removeHandler(silent)
