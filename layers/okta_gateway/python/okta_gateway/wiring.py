"""Composition root: from environment variables to the objects that do the work.

Imports stand inside the functions: each Lambda pays only for its own, and the keys travel while cryptography loads.
"""

import functools
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from okta_gateway.errors import (
    AccessRulesInvalid,
    CheckFailed,
    ConfigurationInvalid,
    KeysUnavailable,
    SecretUnavailable,
)
from okta_gateway.setting_rows import DEFAULTS
from okta_gateway.settings import AuthorizerSettings, parse_authorizer_settings
from okta_gateway.tokens.issuer import (
    GATEWAY_TOKEN_TYPES,
    OKTA_ACCESS_TOKEN_TYPES,
    IssuerProfile,
    Kind,
    authorization_server,
)
from okta_gateway.tokens.key_fetch import Wait, start_fetch

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from okta_gateway.access.decision import Authorizer
    from okta_gateway.access.decision_log import DecisionLog
    from okta_gateway.access.groups import ClientGroups
    from okta_gateway.access.rules import CurrentRules
    from okta_gateway.apigateway.events import StageArn
    from okta_gateway.store.connection import Database, Document
    from okta_gateway.store.current_database import CurrentDatabase
    from okta_gateway.tokens.key_cache import KeyCache

_logger = logging.getLogger(__name__)

type OpenDatabase = Callable[[], CurrentDatabase]
"""The database; imports the driver at its first call."""


class TokenAuthorizer:
    """What the token authorizer's handler works with."""

    at: "Callable[[StageArn], Authorizer]"
    """The authorizer for the stage that an event names."""
    log: "DecisionLog"
    database: OpenDatabase | None
    """None where no store is configured."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.key_caches: list[KeyCache] = []
        """That of the key set which the first token will most likely need comes first."""
        self.make(connect=True)

    def make(self, *, connect: bool) -> None:
        """Make everything, and anew what there is, but the caches of keys, which know how old their keys are.

        Without `connect` nothing is asked over the network, and no warning is given again. Raises ConfigurationInvalid.
        """
        settings = _authorizer_settings(self._environ)
        pending_keys = _start_key_fetch(settings) if connect else None
        database = _database(settings, self._environ)
        rules = _current_rules(settings, database)
        if connect:
            _configure_log(settings)

        from okta_gateway.access.decision_log import DecisionLog
        from okta_gateway.access.meters import Meters

        client_groups = _client_groups(settings, database, warm=connect and settings.warm_enrichment)
        key_caches = _KeyCaches(pending_keys, self.key_caches)
        self.at = _authorizer_by_stage(settings, key_caches, rules, client_groups)
        self.log = DecisionLog(
            settings.service,
            settings.metrics_namespace,
            meters=Meters(key_caches.used, client_groups),
            show_group_names=settings.log_level == "DEBUG",
        )
        self.key_caches = key_caches.used
        self.database = database if settings.has_store else None


class _KeyCaches:
    """The caches of key sets, by address: `former` ones where there are any."""

    def __init__(self, pending: Wait | None, former: "Sequence[KeyCache]") -> None:
        self._pending = pending
        self._former = former
        self.used: list[KeyCache] = []
        """Grows: a stage's own keys have a cache once a token comes for it."""

    def of(self, url: str) -> "KeyCache":
        """The first that is asked for gets the fetch that the cold start began."""
        from okta_gateway.tokens.key_cache import KeyCache

        pending, self._pending = self._pending, None
        cache = next((cache for cache in self._former if cache.url == url), None) or KeyCache(url, pending=pending)
        self.used.append(cache)
        return cache


def token_authorizer(environ: Mapping[str, str]) -> TokenAuthorizer:
    """Build what the token authorizer needs. Raises ConfigurationInvalid with every problem there is."""
    authorizer = TokenAuthorizer(environ)
    # AWS, "Defined runtime environment variables". The hooks' module says nothing: it is in every Python runtime.
    if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        from okta_gateway.snapstart.authorizer import register_hooks

        register_hooks(authorizer)
    return authorizer


def _authorizer_settings(environ: Mapping[str, str]) -> AuthorizerSettings:
    """The settings; where they are wrong, the problems of the rules file are told with theirs."""
    try:
        return parse_authorizer_settings(environ)
    except ConfigurationInvalid as error:
        problems = list(error.problems)
    if (environ.get("SCOPES_SOURCE") or "file") == "file":
        from okta_gateway.access.scopes_file import load_rules

        try:
            load_rules(environ.get("SCOPES_FILE") or DEFAULTS["SCOPES_FILE"])
        except AccessRulesInvalid as error:
            problems += error.detail.splitlines()
    raise ConfigurationInvalid(problems)


def _current_rules(settings: AuthorizerSettings, database: OpenDatabase) -> "CurrentRules":
    from okta_gateway.rules_wiring import current_rules

    def read() -> object:
        from okta_gateway.store.access_rules import AccessRuleCollections

        return database().ask(lambda handle: AccessRuleCollections(handle).read())

    return current_rules(settings.scopes_source, settings.scopes_file, read)


def _client_groups(settings: AuthorizerSettings, database: OpenDatabase, *, warm: bool) -> "ClientGroups | None":
    if not settings.has_store:
        return None
    from okta_gateway.access.groups import ClientGroups

    def find(client_id: str) -> tuple[str, ...] | None:
        from okta_gateway.store.m2m_clients import M2MClients

        return database().ask(lambda handle: M2MClients(handle).groups_of(client_id))

    if warm:
        _warm(find)
    return ClientGroups(find)


def _warm(find: Callable[[str], object]) -> None:
    """Connect now. A store that is down does not stop the function: it may be up when somebody needs it."""
    try:
        find("warm-up")
    except ConfigurationInvalid:
        raise
    except CheckFailed as error:
        _logger.warning("WARM_ENRICHMENT: %s", error)


def _database(settings: AuthorizerSettings, environ: Mapping[str, str]) -> OpenDatabase:
    """Connects when it is asked for the first time, and again with the secret's URI as it is by then when refused."""

    def connected() -> "Database[Document]":
        from okta_gateway.store.connection import connect

        uri = settings.documentdb_uri or _secret_setting("DOCUMENTDB_URI", settings, environ)
        return connect(uri, settings.documentdb_database, settings.documentdb_tls_ca_file)

    @functools.cache
    def current() -> "CurrentDatabase":
        from okta_gateway.store.current_database import CurrentDatabase

        return CurrentDatabase(connected)

    return current


def _secret_setting(name: str, settings: AuthorizerSettings, environ: Mapping[str, str]) -> str:
    from okta_gateway.secret_settings import read_secret_settings

    arn = settings.secrets_arn or ""
    value = read_secret_settings(arn, environ).get(name)
    if not value:
        raise SecretUnavailable(f"the secret {arn} has no key {name}")
    return value


def _start_key_fetch(settings: AuthorizerSettings) -> Wait | None:
    """Begin to fetch the keys that the first token will need, beside the imports of a cold start."""
    if settings.auth_server_id:
        return start_fetch(authorization_server(settings.okta_url, settings.auth_server_id).jwks_uri)
    if settings.gateway_url and not settings.gateway_public_keys:
        return start_fetch(_gateway_jwks_uri(settings.gateway_url))
    return None


def _authorizer_by_stage(
    settings: AuthorizerSettings, key_caches: _KeyCaches, rules: "CurrentRules", client_groups: "ClientGroups | None"
) -> "Callable[[StageArn], Authorizer]":
    from okta_gateway.access.decision import Authorizer, Limits
    from okta_gateway.tokens.verifier import Verifier

    limits = Limits(settings.policy_max_bytes, settings.allow_encoded_slash)
    deployed_keys = _deployed_gateway_keys(settings)
    okta_profiles = [_okta_profile(settings, key_caches)] if settings.auth_server_id else []

    @functools.lru_cache(maxsize=8)
    def for_gateway(gateway_url: str) -> Authorizer:
        profiles = list(okta_profiles)
        if settings.gateway_tokens or not profiles:
            key = deployed_keys or key_caches.of(_gateway_jwks_uri(gateway_url)).get
            profiles.append(_gateway_profile(gateway_url, key))
        return Authorizer(Verifier(profiles), rules, client_groups, limits)

    if settings.gateway_url or (okta_profiles and not settings.gateway_tokens):
        authorizer = for_gateway(settings.gateway_url or "")
        return lambda _stage: authorizer
    return lambda stage: for_gateway(execute_api_url(stage))


def execute_api_url(stage: "StageArn") -> str:
    """The address that AWS gives a stage, taken from the ARN that API Gateway sends and never from a header."""
    suffix = "amazonaws.com.cn" if stage.partition == "aws-cn" else "amazonaws.com"
    path = "" if stage.stage == "$default" else f"/{stage.stage}"
    return f"https://{stage.api}.execute-api.{stage.region}.{suffix}{path}"


def _okta_profile(settings: AuthorizerSettings, key_caches: _KeyCaches) -> IssuerProfile:
    server = authorization_server(settings.okta_url, settings.auth_server_id)
    return IssuerProfile(
        kind=Kind.OKTA,
        issuers=frozenset({server.issuer, *settings.other_issuers}),
        audiences=frozenset(settings.audiences),
        types=OKTA_ACCESS_TOKEN_TYPES,
        key=key_caches.of(server.jwks_uri).get,
        allowed_clients=frozenset(settings.allowed_clients),
    )


def _gateway_profile(gateway_url: str, key: "Callable[[str], RSAPublicKey]") -> IssuerProfile:
    return IssuerProfile(
        kind=Kind.GATEWAY,
        issuers=frozenset({gateway_url}),
        audiences=frozenset({gateway_url}),
        types=GATEWAY_TOKEN_TYPES,
        key=key,
    )


def _deployed_gateway_keys(settings: AuthorizerSettings) -> "Callable[[str], RSAPublicKey] | None":
    """The gateway's own keys as the deployment knows them; None when they are to be fetched from the gateway."""
    from okta_gateway.tokens.jwks import parse_key_set

    if not settings.gateway_public_keys:
        return None
    try:
        return parse_key_set(settings.gateway_public_keys).get
    except KeysUnavailable as error:
        raise ConfigurationInvalid([f"GATEWAY_PUBLIC_KEYS: {error.detail}"]) from None


def _gateway_jwks_uri(gateway_url: str) -> str:
    return f"{gateway_url}/.well-known/jwks.json"


def _configure_log(settings: AuthorizerSettings) -> None:
    logging.getLogger("okta_gateway").setLevel(settings.log_level)
    for warning in settings.warnings:
        _logger.warning(warning)
