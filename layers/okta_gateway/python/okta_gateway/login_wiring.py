"""Composition root of the sign-in function: from environment variables to the objects that do the work."""

import functools
import time
from collections.abc import Callable, Mapping

from aws_lambda_powertools.metrics import MetricUnit, single_metric
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from okta_gateway.current_parts import CurrentParts
from okta_gateway.login.api_tokens import ApiTokens, GatewayApiTokens, OktaApiTokens
from okta_gateway.login.authorization_request import AuthorizationRequests
from okta_gateway.login.callback import Callback
from okta_gateway.login.gateway_tokens import GatewayTokens
from okta_gateway.login.id_token import IdTokenVerifier
from okta_gateway.login.logout import Logout
from okta_gateway.login.routes import SignIn, SignInParts
from okta_gateway.login.sealing import Sealer, key_wrapper
from okta_gateway.login.session import BrowserSessions
from okta_gateway.login.session_token import TokenRenewal
from okta_gateway.login.settings import LoginSettings, parse_login_settings
from okta_gateway.login.signing_keys import SigningKey, signing_keys
from okta_gateway.okta.oauth import OktaOAuth
from okta_gateway.rules_wiring import current_rules
from okta_gateway.secret_settings import with_secret_settings
from okta_gateway.store.access_rules import AccessRuleCollections
from okta_gateway.store.connection import Database, Document, connect
from okta_gateway.store.pending_logins import PendingLogins
from okta_gateway.store.sessions import Sessions
from okta_gateway.tokens.issuer import OKTA_ACCESS_TOKEN_TYPES, IssuerProfile, Kind, authorization_server
from okta_gateway.tokens.key_cache import KeyCache
from okta_gateway.tokens.key_fetch import start_fetch
from okta_gateway.tokens.verifier import Verifier


def sign_in(environ: Mapping[str, str], *, clock: Callable[[], float] = time.time) -> SignIn:
    """Build what the sign-in function needs. Raises ConfigurationInvalid, or SecretUnavailable."""

    def read() -> LoginSettings:
        return parse_login_settings(with_secret_settings(environ))

    published: list[SigningKey] = []

    def make(settings: LoginSettings) -> tuple[SignIn, Callable[[], None]]:
        made, close = _made(settings, clock)
        published[:] = made.signing_keys
        return made, close

    current = CurrentParts(read, make)
    # AWS, "Defined runtime environment variables".
    if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        from okta_gateway.snapstart.sign_in import register_hooks

        register_hooks(current)
    return SignIn(
        settings=current().settings,
        rules=lambda: current().rules(),
        signing_keys=published,
        parts=lambda: current().parts(),
        credentials_refused=current.credentials_refused,
    )


def _made(settings: LoginSettings, clock: Callable[[], float]) -> tuple[SignIn, Callable[[], None]]:
    """What the settings make, and what closes its connections."""
    database = connect(settings.documentdb_uri, settings.documentdb_database, settings.documentdb_tls_ca_file)
    keys = signing_keys(settings.signing_keys)
    sealer = Sealer(key_wrapper(settings.session_key), clock=clock)
    parts = functools.cache(lambda: _parts(settings, database, keys, sealer, clock))
    rules = current_rules(settings.scopes_source, settings.scopes_file, AccessRuleCollections(database).read)
    return SignIn(settings, rules, keys, parts), database.client.close


def _parts(
    settings: LoginSettings,
    database: Database[Document],
    keys: list[SigningKey],
    sealer: Sealer,
    clock: Callable[[], float],
) -> SignInParts:
    pending = PendingLogins(database, clock=clock)
    store = Sessions(database, idle_seconds=settings.session_idle_seconds, clock=clock)
    pending.ensure_indexes()
    store.ensure_indexes()
    server = authorization_server(settings.okta_url, settings.auth_server_id)
    okta_keys = KeyCache(server.jwks_uri, pending=start_fetch(server.jwks_uri), clock=clock).get
    okta = OktaOAuth(server, settings.client_id, settings.client_secret)
    id_tokens = IdTokenVerifier(server, settings.client_id, okta_keys, clock=clock)
    api_tokens = _api_tokens(settings, okta_keys, keys, clock)
    sessions = BrowserSessions(
        store,
        sealer,
        max_seconds=settings.session_max_seconds,
        idle_seconds=settings.session_idle_seconds,
        count=functools.partial(_count, settings),
        clock=clock,
    )
    return SignInParts(
        requests=AuthorizationRequests(server, settings.client_id, settings.scopes, pending, clock=clock),
        callback=Callback(server, pending, okta, id_tokens, api_tokens, sessions),
        sessions=sessions,
        renewal=TokenRenewal(sessions, store, okta, id_tokens, api_tokens, clock=clock),
        logout=Logout(server, sessions, okta),
    )


def _count(settings: LoginSettings, metric: str) -> None:
    """One line in CloudWatch's embedded metric format."""
    with single_metric(name=metric, unit=MetricUnit.Count, value=1, namespace=settings.metrics_namespace) as line:
        line.add_dimension("service", settings.service)


def _api_tokens(
    settings: LoginSettings,
    okta_keys: Callable[[str], RSAPublicKey],
    keys: list[SigningKey],
    clock: Callable[[], float],
) -> ApiTokens:
    if settings.issues_tokens:
        tokens = functools.lru_cache(maxsize=8)(lambda url: GatewayTokens(keys, issuer=url, clock=clock))
        return GatewayApiTokens(tokens, settings.client_id)
    server = authorization_server(settings.okta_url, settings.auth_server_id)
    profile = IssuerProfile(
        kind=Kind.OKTA,
        issuers=frozenset({server.issuer, *settings.other_issuers}),
        audiences=frozenset(settings.audiences),
        types=OKTA_ACCESS_TOKEN_TYPES,
        key=okta_keys,
    )
    return OktaApiTokens(Verifier([profile], clock=clock))
