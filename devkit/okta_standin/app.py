"""Puts the local Okta together: the routes of an org, as Okta names them, and the control routes."""

import time
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route

from devkit.okta_standin.client_authentication import ClientAuthentication
from devkit.okta_standin.control import Control, ControlError, answer_control_error
from devkit.okta_standin.discovery import Discovery
from devkit.okta_standin.errors import (
    OAuthRefusal,
    OktaRefusal,
    answer_oauth_refusal,
    answer_okta_refusal,
    answer_unrouted,
)
from devkit.okta_standin.faults import FaultMiddleware, Faults
from devkit.okta_standin.introspection import Introspection
from devkit.okta_standin.keys import Keys
from devkit.okta_standin.oauth_request import Site
from devkit.okta_standin.org import Org
from devkit.okta_standin.token_endpoint import TokenEndpoint
from devkit.okta_standin.tokens import TokenIssuer


def create_app(
    org: Org,
    *,
    clock: Callable[[], float] = time.time,
    base_url: str | None = None,
    key_folder: Path | None = None,
) -> Starlette:
    """The local Okta as an ASGI application.

    Issuers and URLs start with `base_url`, or else with the address of the socket that the request came to. With
    `key_folder` the keys are kept there, so that tokens survive a restart.
    """
    site = Site(org, base_url)
    keys = Keys([server.id for server in org.servers], key_folder)
    issuer = TokenIssuer(keys)
    clients = ClientAuthentication(org, keys, clock)
    faults = Faults(clock)
    okta = _okta_routes(
        Discovery(site, keys),
        TokenEndpoint(site, clients, issuer, clock),
        Introspection(site, clients, keys, clock),
    )
    control = _control_routes(Control(site, keys, issuer, faults, clock))
    app = Starlette(
        routes=[Mount("/_standin", routes=control), *okta],
        middleware=[Middleware(FaultMiddleware, faults=faults)],
        exception_handlers={
            OAuthRefusal: answer_oauth_refusal,
            OktaRefusal: answer_okta_refusal,
            ControlError: answer_control_error,
            HTTPException: answer_unrouted,
        },
    )
    app.router.redirect_slashes = False
    return app


def _okta_routes(discovery: Discovery, token: TokenEndpoint, introspection: Introspection) -> list[BaseRoute]:
    routes: list[BaseRoute] = []
    for server, endpoints in (("", "/oauth2/v1"), ("/oauth2/{server_id}", "/oauth2/{server_id}/v1")):
        routes += [
            Route(f"{server}/.well-known/openid-configuration", discovery.openid_configuration),
            Route(f"{server}/.well-known/oauth-authorization-server", discovery.oauth_authorization_server),
            Route(f"{endpoints}/keys", discovery.key_set),
            Route(f"{endpoints}/token", token.answer, methods=["POST"]),
            Route(f"{endpoints}/introspect", introspection.answer, methods=["POST"]),
        ]
    return routes


def _control_routes(control: Control) -> list[BaseRoute]:
    return [
        Route("/tokens", control.mint_token, methods=["POST"]),
        Route("/faults", control.set_fault, methods=["POST"]),
        Route("/keys/rotate", control.rotate_keys, methods=["POST"]),
        Route("/requests", control.count_requests),
        Route("/apps/{client_id}/key", control.app_key),
    ]
