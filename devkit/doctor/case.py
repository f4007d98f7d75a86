"""The gateway that is examined: its settings, and what they lead to, each found out once and only when asked for."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

import httpx

from devkit.cli.asked_route import LOCAL_STAGE_ARN, parse_stage
from devkit.cli.okta_tokens import Client
from devkit.cli.rules_sources import rules_in_force
from devkit.cli.settings import has_store, open_database
from devkit.doctor.org_view import OrgView
from devkit.doctor.published import Published, fetch_discovery
from devkit.doctor.rate_limits import RateLimitsSeen
from devkit.explain import Explainer, Explanation, authorization_of, open_authorizer
from devkit.stack.function_settings import KNOWN_LATER
from okta_gateway.login.authorization_request import CALLBACK
from okta_gateway.login.redirects import HOME
from okta_gateway.login.settings import parse_login_settings
from okta_gateway.okta.api import OktaApi
from okta_gateway.okta.api_credentials import ApiCredential, PrivateKeyJwt, SswsToken
from okta_gateway.setting_rows import DEFAULTS
from okta_gateway.setting_values import parse_list, parse_okta_domain
from okta_gateway.store.access_rules import Rules
from okta_gateway.store.connection import Database, Document
from okta_gateway.tokens.issuer import AuthorizationServer, IssuerProfile, authorization_server

PATIENCE_SECONDS = 90.0
"""For one question to Okta: its rate limits are by the minute, and a person can wait for one."""
READ_SCOPES = tuple(f"okta.{kind}.read" for kind in ("users", "groups", "apps", "authorizationServers"))


class Case:
    """One examination. `problems` are those that reading the settings found, `token` what somebody pasted."""

    def __init__(
        self,
        settings: Mapping[str, str],
        problems: tuple[str, ...] = (),
        token: str = "",
        *,
        clock: Callable[[], float] = time.time,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self.problems = problems
        self.token = token
        self._clock = clock
        self._transport = transport

    def get(self, name: str) -> str:
        """A setting, or its default."""
        return self.settings.get(name) or DEFAULTS.get(name, "")

    @property
    def server_id(self) -> str:
        return self.get("OKTA_AUTH_SERVER_ID")

    @property
    def has_api_credential(self) -> bool:
        return bool(self.get("OKTA_API_TOKEN") or (self.get("OKTA_API_CLIENT_ID") and self.get("OKTA_API_PRIVATE_KEY")))

    @property
    def has_store(self) -> bool:
        return has_store(self.settings)

    @property
    def audiences(self) -> tuple[str, ...]:
        return parse_list(self.get("OKTA_AUDIENCE"))

    @property
    def sign_in_scopes(self) -> frozenset[str]:
        """What people's browsers ask for. Raises ConfigurationInvalid."""
        return frozenset(parse_login_settings({**KNOWN_LATER, **self.settings}).scopes.split())

    @property
    def redirect_uri(self) -> str:
        return f"{self.get('GATEWAY_URL')}{CALLBACK}"

    @property
    def sign_out_uri(self) -> str:
        return f"{self.get('GATEWAY_URL')}{HOME}"

    @property
    def okta_url(self) -> str:
        return parse_okta_domain(self.get("OKTA_DOMAIN"))

    @property
    def server(self) -> AuthorizationServer:
        return authorization_server(self.okta_url, self.server_id or None)

    @property
    def web_client(self) -> Client:
        return Client(self.get("OKTA_CLIENT_ID"), self.get("OKTA_CLIENT_SECRET"))

    @property
    def machine(self) -> Client:
        return Client(self.get("OKTA_M2M_CLIENT_ID"), self.get("OKTA_M2M_CLIENT_SECRET"))

    @cached_property
    def published(self) -> Published:
        return fetch_discovery(self.server.issuer, transport=self._transport, clock=self._clock)

    @property
    def accepted_issuers(self) -> frozenset[str]:
        """The issuers of tokens of the custom server that the authorizer takes."""
        others = self.get("OKTA_ISSUERS")
        return frozenset([self.server.issuer, *(parse_list(others) if others else ())])

    @cached_property
    def okta(self) -> OrgView:
        api = OktaApi(self.okta_url, self._credential, time_left=lambda: PATIENCE_SECONDS, transport=self._limits_seen)
        return OrgView(api, self.server_id)

    @property
    def rate_limits(self) -> dict[str, int]:
        """The calls a minute that Okta allows, by what was listed so far."""
        return self._limits_seen.calls_a_minute

    @cached_property
    def _limits_seen(self) -> RateLimitsSeen:
        return RateLimitsSeen(self._transport)

    @property
    def _credential(self) -> ApiCredential:
        if token := self.get("OKTA_API_TOKEN"):
            return SswsToken(token)
        client_id, key = self.get("OKTA_API_CLIENT_ID"), self.get("OKTA_API_PRIVATE_KEY")
        return PrivateKeyJwt(self.okta_url, client_id, key, READ_SCOPES, transport=self._transport)

    @cached_property
    def rules(self) -> Rules:
        """The access rules in force. Raises StoreUnavailable, StoreDataInvalid and AccessRulesInvalid."""
        if self.get("SCOPES_SOURCE") == "documentdb":
            with self.database() as database:
                return rules_in_force(self.settings, database)[0]
        return rules_in_force(self.settings, None)[0]

    @property
    def groups_of_rules(self) -> tuple[str, ...]:
        return tuple(sorted(self.rules["groups"]))

    @contextmanager
    def database(self) -> Iterator[Database[Document]]:
        with open_database(self.settings) as database:
            yield database

    @cached_property
    def profile(self) -> IssuerProfile:
        """What the authorizer demands of tokens."""
        return open_authorizer(self.settings, parse_stage(LOCAL_STAGE_ARN)).profiles[0]

    @cached_property
    def explanation(self) -> Explanation:
        """What the authorizer says to the token. Raises Disagreement."""
        stage = parse_stage(LOCAL_STAGE_ARN)
        parts = open_authorizer(self.settings, stage)
        return Explainer(parts, stage, clock=self._clock).explain(authorization_of(self.token))
