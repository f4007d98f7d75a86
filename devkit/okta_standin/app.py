"""Puts the local Okta together: the routes of an org, as Okta names them, and the control routes."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from devkit.okta_standin.administration import Administration
from devkit.okta_standin.authorization_codes import AuthorizationCodes
from devkit.okta_standin.authorize_endpoint import CONSENT, SIGN_IN, AuthorizeEndpoint
from devkit.okta_standin.browser_sessions import BrowserSessions
from devkit.okta_standin.client_authentication import ClientAuthentication
from devkit.okta_standin.control import Control
from devkit.okta_standin.control_request import ControlError, answer_control_error
from devkit.okta_standin.deviations import Deviations
from devkit.okta_standin.discovery import Discovery
from devkit.okta_standin.errors import (
    OAuthRefusal,
    OktaRefusal,
    answer_oauth_refusal,
    answer_okta_refusal,
    answer_unrouted,
)
from devkit.okta_standin.fault_control import FaultControl
from devkit.okta_standin.faults import FaultMiddleware, Faults
from devkit.okta_standin.introspection import Introspection
from devkit.okta_standin.keys import Keys
from devkit.okta_standin.logout import Logout
from devkit.okta_standin.management.control import ManagementControl
from devkit.okta_standin.management.rate_limits import RateLimits
from devkit.okta_standin.management.request import ManagementApi
from devkit.okta_standin.management.routes import management_routes
from devkit.okta_standin.management.search_index import search_indexes
from devkit.okta_standin.oauth_request import Site
from devkit.okta_standin.org import Org
from devkit.okta_standin.pages import PageRefusal, answer_page_refusal
from devkit.okta_standin.revocation import Revocation
from devkit.okta_standin.sign_ins import SignIns
from devkit.okta_standin.token_endpoint import TokenEndpoint
from devkit.okta_standin.tokens import TokenIssuer
from devkit.okta_standin.user_grants import UserGrants
from devkit.okta_standin.userinfo import UserInfo

_SERVERS = ("", "/oauth2/{server_id}")
"""What stands before the discovery documents of the org server and of a custom one."""


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
    org = org.copy()
    site = Site(org, base_url)
    keys = Keys([server.id for server in org.servers], key_folder)
    issuer = TokenIssuer(keys)
    clients = ClientAuthentication(org, keys, clock)
    faults, deviations = Faults(clock), Deviations()
    sessions, codes, sign_ins = BrowserSessions(org, clock), AuthorizationCodes(clock), SignIns(clock)
    user_grants = UserGrants(org, issuer, codes, sign_ins, deviations, clock)
    search, limits = search_indexes(org, clock), RateLimits(clock)
    api = ManagementApi(site, keys, sessions, sign_ins, search, limits, deviations, clock)
    okta = [
        *management_routes(api),
        *_published_routes(Discovery(site, keys)),
        *_browser_routes(AuthorizeEndpoint(site, sessions, codes, deviations, clock)),
        *_for_each_server("logout", Logout(site, sessions, keys, clock).answer, "GET", "POST"),
        *_client_routes(
            TokenEndpoint(site, clients, issuer, user_grants, deviations, clock),
            Introspection(site, clients, keys, sign_ins, clock),
            Revocation(site, clients, keys, sign_ins),
            UserInfo(site, keys, sign_ins, clock),
        ),
    ]
    control = [
        *_control_routes(Control(site, keys, issuer, clock), FaultControl(faults), deviations),
        *_administration_routes(Administration(org, sessions, sign_ins), ManagementControl(api)),
    ]
    return _application([Mount("/_standin", routes=control), *okta], faults)


def _application(routes: list[BaseRoute], faults: Faults) -> Starlette:
    app = Starlette(
        routes=routes,
        middleware=[Middleware(FaultMiddleware, faults=faults)],
        exception_handlers={
            OAuthRefusal: answer_oauth_refusal,
            OktaRefusal: answer_okta_refusal,
            PageRefusal: answer_page_refusal,
            ControlError: answer_control_error,
            HTTPException: answer_unrouted,
        },
    )
    app.router.redirect_slashes = False
    return app


def _published_routes(discovery: Discovery) -> list[BaseRoute]:
    routes: list[BaseRoute] = []
    for server in _SERVERS:
        routes += [
            Route(f"{server}/.well-known/openid-configuration", discovery.openid_configuration),
            Route(f"{server}/.well-known/oauth-authorization-server", discovery.oauth_authorization_server),
        ]
    return [*routes, *_for_each_server("keys", discovery.key_set, "GET")]


def _browser_routes(authorize: AuthorizeEndpoint) -> list[BaseRoute]:
    return [
        *_for_each_server("authorize", authorize.authorize, "GET", "POST"),
        *_for_each_server(f"authorize/{SIGN_IN}", authorize.sign_in, "POST"),
        *_for_each_server(f"authorize/{CONSENT}", authorize.consent, "POST"),
    ]


def _client_routes(
    token: TokenEndpoint, introspection: Introspection, revocation: Revocation, userinfo: UserInfo
) -> list[BaseRoute]:
    return [
        *_for_each_server("token", token.answer, "POST"),
        *_for_each_server("introspect", introspection.answer, "POST"),
        *_for_each_server("revoke", revocation.answer, "POST"),
        *_for_each_server("userinfo", userinfo.answer, "GET", "POST"),
    ]


def _for_each_server(name: str, endpoint: Callable[[Request], Awaitable[Response]], *methods: str) -> list[BaseRoute]:
    bases = ("/oauth2/v1", "/oauth2/{server_id}/v1")
    return [Route(f"{base}/{name}", endpoint, methods=list(methods)) for base in bases]


def _control_routes(control: Control, faults: FaultControl, deviations: Deviations) -> list[BaseRoute]:
    return [
        Route("/tokens", control.mint_token, methods=["POST"]),
        Route("/faults", faults.set_fault, methods=["POST"]),
        Route("/keys/rotate", control.rotate_keys, methods=["POST"]),
        Route("/requests", faults.count_requests),
        Route("/apps/{client_id}/key", control.app_key),
        Route("/deviations", deviations.change, methods=["POST"]),
    ]


def _administration_routes(administration: Administration, control: ManagementControl) -> list[BaseRoute]:
    return [
        Route("/apps/{client_id}", administration.change_app, methods=["POST"]),
        Route("/users/{login}", administration.change_user, methods=["POST"]),
        Route("/populate", control.populate, methods=["POST"]),
        Route("/search", control.delay_search, methods=["POST"]),
        Route("/rate_limits", control.limit_rate, methods=["POST"]),
        Route("/groups", control.add_group, methods=["POST"]),
    ]
