"""Composition root of the IAM API: from environment variables to the objects that do the work."""

import functools
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from okta_gateway.access.rules import CurrentRules, StoredRules
from okta_gateway.current_parts import CurrentParts
from okta_gateway.errors import OktaGatewayError, StoreCredentialsRefused
from okta_gateway.iam.administrators import Administrators
from okta_gateway.iam.audit import AuditTrail
from okta_gateway.iam.effect import Effects
from okta_gateway.iam.group_scopes import GroupScopeRules
from okta_gateway.iam.groups import Groups
from okta_gateway.iam.m2m_clients import M2MClients
from okta_gateway.iam.m2m_creation import M2MCreation
from okta_gateway.iam.m2m_parts import M2MParts
from okta_gateway.iam.m2m_secret import M2MSecret
from okta_gateway.iam.m2m_sync import M2MSync
from okta_gateway.iam.memberships import Memberships
from okta_gateway.iam.okta_needed import OktaNeeded
from okta_gateway.iam.one_at_a_time import OneAtATime
from okta_gateway.iam.settings import IamSettings, parse_iam_settings
from okta_gateway.iam.users import Users
from okta_gateway.okta.api_credentials import ApiCredential, PrivateKeyJwt, SswsToken
from okta_gateway.okta.management import okta_management
from okta_gateway.rules_wiring import current_rules
from okta_gateway.secret_settings import with_secret_settings
from okta_gateway.store.access_rules import AccessRuleCollections
from okta_gateway.store.audit_entries import AuditEntries
from okta_gateway.store.connection import Database, Document, connect
from okta_gateway.store.leases import Leases
from okta_gateway.store.m2m_registry import M2MRegistry
from okta_gateway.store.pending_creations import PendingCreations

RESERVED_SECONDS = 2.0
"""Kept of the function's time for the answer after the last call to Okta."""


class UseCases(NamedTuple):
    """What administrators can do."""

    users: Users
    memberships: Memberships
    groups: Groups
    group_scopes: GroupScopeRules
    clients: M2MClients
    creation: M2MCreation
    secret: M2MSecret
    sync: M2MSync


class Iam(NamedTuple):
    """What the IAM function works with. `use_cases` needs the store at its first call, and again while that fails."""

    settings: IamSettings
    use_cases: Callable[[], UseCases]
    time_left: "TimeLeft"
    credentials_refused: Callable[[], None] = lambda: None
    """To be told that the store refuses the credentials."""

    def learn_from(self, error: OktaGatewayError) -> None:
        """Whose credentials the store refuses works by what the secret says from the next request on."""
        if isinstance(error, StoreCredentialsRefused):
            self.credentials_refused()


class TimeLeft:
    """How long the current request may still take, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = 0.0

    def start(self, seconds: float) -> None:
        """A request begins, and Lambda gives it so many seconds."""
        self._end = self._clock() + seconds - RESERVED_SECONDS

    def __call__(self) -> float:
        return max(0.0, self._end - self._clock())


def iam(environ: Mapping[str, str]) -> Iam:
    """Build what the IAM function needs. Raises ConfigurationInvalid, or SecretUnavailable."""
    time_left = TimeLeft()

    def read() -> IamSettings:
        return parse_iam_settings(with_secret_settings(environ))

    current = CurrentParts(read, functools.partial(_made, time_left=time_left))
    # AWS, "Defined runtime environment variables".
    if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        from okta_gateway.snapstart.iam import register_hooks

        register_hooks(current)
    return current()._replace(use_cases=lambda: current().use_cases(), credentials_refused=current.credentials_refused)


def _made(settings: IamSettings, time_left: TimeLeft) -> tuple[Iam, Callable[[], None]]:
    """What the settings make, and what closes its connections."""
    database = connect(settings.documentdb_uri, settings.documentdb_database, settings.documentdb_tls_ca_file)
    credential = _credential(settings)
    okta = OktaNeeded(okta_management(settings.okta_url, credential, time_left=time_left) if credential else None)
    stored = AccessRuleCollections(database) if settings.scopes_source == "documentdb" else None
    rules = current_rules(settings.scopes_source, settings.scopes_file, AccessRuleCollections(database).read)
    rules_now = rules.read_now if isinstance(rules, StoredRules) else rules
    use_cases = functools.cache(lambda: _use_cases(settings, database, okta, stored, rules_now))
    return Iam(settings, use_cases, time_left), database.client.close


def _credential(settings: IamSettings) -> ApiCredential | None:
    if settings.api_token:
        return SswsToken(settings.api_token)
    if settings.api_client_id:
        return PrivateKeyJwt(settings.okta_url, settings.api_client_id, settings.api_private_key or "")
    return None


def _use_cases(
    settings: IamSettings,
    database: Database[Document],
    okta: OktaNeeded,
    stored: AccessRuleCollections | None,
    rules_now: CurrentRules,
) -> UseCases:
    registry, entries = M2MRegistry(database), AuditEntries(database)
    registry.ensure_indexes()
    entries.ensure_indexes()
    alone = OneAtATime(Leases(database))
    audit = AuditTrail(entries, settings.service, settings.metrics_namespace)
    effects = Effects(settings.authorizer_result_ttl)
    administrators = Administrators(okta, rules_now, settings.admin_scope, alone)
    m2m = M2MParts(okta, registry, PendingCreations(database), rules_now, alone, audit, effects, settings.api_client_id)
    clients = M2MClients(m2m)
    return UseCases(
        users=Users(okta, administrators, audit, effects),
        memberships=Memberships(okta, administrators, audit, effects),
        groups=Groups(okta, rules_now, administrators, audit, effects),
        group_scopes=GroupScopeRules(okta, stored, rules_now, administrators, audit, effects),
        clients=clients,
        creation=M2MCreation(m2m),
        secret=M2MSecret(m2m, clients),
        sync=M2MSync(m2m),
    )
