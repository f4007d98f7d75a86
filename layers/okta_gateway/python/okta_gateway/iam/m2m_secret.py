"""The secret of a machine client: a new one beside the old, so that nothing stops, then the old one retired.

Okta keeps at most two secrets for an application (Okta: "Client secret rotation and key management"). A secret is seen
once: one that nobody got, since the process was killed or an answer was lost, is removed when somebody asks again.
"""

import logging
from typing import Literal

from okta_gateway.errors import CheckFailed, OktaGatewayError
from okta_gateway.iam.actor import Actor
from okta_gateway.iam.answers import RetiredSecrets, RotatedSecret
from okta_gateway.iam.errors import ClientNotOurs, SecretsInUse
from okta_gateway.iam.m2m_clients import M2MClients, app_of
from okta_gateway.iam.m2m_parts import M2MParts
from okta_gateway.okta.apps import OktaApps
from okta_gateway.okta.errors import OktaNotFound, OktaOutcomeUnknown
from okta_gateway.okta.models import ClientSecret, NewClientSecret
from okta_gateway.store.m2m_registry import M2MRecord

_logger = logging.getLogger(__name__)


class M2MSecret:
    """Rotates the secrets of machine clients."""

    def __init__(self, parts: M2MParts, clients: M2MClients) -> None:
        self._parts = parts
        self._clients = clients

    def rotate(self, actor: Actor, client_id: str, retire_old: Literal["later", "now"]) -> RotatedSecret:
        """A new secret. Raises SecretsInUse when two are valid already: which one is in use is not known here."""
        apps, registry = self._parts.okta().apps, self._parts.registry
        with self._parts.one_at_a_time.alone(f"m2m secret {client_id}"):
            record, app_id = self._found(client_id)
            old, lost = _told_apart(apps.secrets(app_id), record)
            valid = [secret for secret in old if secret.active]
            if len(valid) > 1:
                raise SecretsInUse(f"{client_id} has {len(valid)} valid secrets")
            before = [secret.id for secret in [*old, *lost]]
            with self._parts.audit.change(actor, "m2m.rotate_secret", client_id, before) as change:
                _retire(apps, app_id, [*lost, *(secret for secret in old if not secret.active)])
                registry.begin_rotation(client_id, [secret.id for secret in valid])
                new = self._new_secret(apps, client_id, app_id)
                self._end_rotation(apps, client_id, app_id, new)
                change.after = [*(secret.id for secret in valid), new.id]
                retired = retire_old == "now" and _retired(apps, app_id, valid)
                if retired:
                    change.after = [new.id]
        kept = bool(valid) and not retired
        return RotatedSecret(
            client_id=client_id,
            client_secret=new.value,
            secret_id=new.id,
            old_secrets="valid" if kept else "retired",
            note=f"The old secret works until DELETE /api/iam/m2m/{client_id}/secret."
            if kept
            else "No other secret works any more.",
        )

    def retire(self, actor: Actor, client_id: str, keep: Literal["newest", "oldest"]) -> RetiredSecrets:
        """Retire every secret but one."""
        apps = self._parts.okta().apps
        with self._parts.one_at_a_time.alone(f"m2m secret {client_id}"):
            record, app_id = self._found(client_id)
            had, lost = _told_apart(apps.secrets(app_id), record)
            had.sort(key=lambda secret: secret.created, reverse=keep == "newest")
            kept = next((secret for secret in had if secret.active), None)
            old = [secret for secret in [*had, *lost] if secret is not kept]
            before = [secret.id for secret in [*had, *lost]]
            with self._parts.audit.change(actor, "m2m.retire_secret", client_id, before) as change:
                _retire(apps, app_id, old)
                self._parts.registry.end_rotation(client_id)
                change.after = [kept.id] if kept else []
        return RetiredSecrets(client_id=client_id, retired=[secret.id for secret in old])

    def _new_secret(self, apps: OktaApps, client_id: str, app_id: str) -> NewClientSecret:
        """Only a rotation whose outcome nobody knows stays noted: what Okta refused made no secret."""
        try:
            return apps.add_secret(app_id)
        except OktaOutcomeUnknown:
            raise
        except OktaGatewayError:
            self._parts.registry.end_rotation(client_id)
            raise

    def _end_rotation(self, apps: OktaApps, client_id: str, app_id: str, new: NewClientSecret) -> None:
        """Where it is not sure that the note is gone, the new secret is taken back: nobody will get it."""
        try:
            self._parts.registry.end_rotation(client_id)
        except CheckFailed:
            _retired(apps, app_id, [ClientSecret(new.id, "ACTIVE", "")])
            raise

    def _found(self, client_id: str) -> tuple[M2MRecord, str]:
        """The row and the application. Raises ClientUnknown, ClientNotOurs, or OwnAccessKept."""
        record = self._clients.record(client_id)
        self._clients.demand_not_ours(client_id)
        app_id = app_of(record)
        if app_id is None:
            raise ClientNotOurs(f"{client_id} was registered by hand")
        return record, app_id


def _told_apart(secrets: list[ClientSecret], record: M2MRecord) -> tuple[list[ClientSecret], list[ClientSecret]]:
    """The secrets that somebody has, and those of a rotation that was cut off, which nobody has."""
    if record.rotating_from is None:
        return secrets, []
    had = set(record.rotating_from)
    return [secret for secret in secrets if secret.id in had], [secret for secret in secrets if secret.id not in had]


def _retired(apps: OktaApps, app_id: str, secrets: list[ClientSecret]) -> bool:
    """Whether the secrets are gone; where not, what was to be done besides goes on."""
    try:
        _retire(apps, app_id, secrets)
    except OktaGatewayError as error:
        _logger.warning("a secret of %s could not be retired yet: %s", app_id, error)
        return False
    return True


def _retire(apps: OktaApps, app_id: str, secrets: list[ClientSecret]) -> None:
    """Okta deletes only what is inactive; what somebody else deleted meanwhile is gone as well."""
    for secret in secrets:
        try:
            if secret.active:
                apps.deactivate_secret(app_id, secret.id)
            apps.delete_secret(app_id, secret.id)
        except OktaNotFound:
            _logger.info("the secret %s was deleted meanwhile", secret.id)
