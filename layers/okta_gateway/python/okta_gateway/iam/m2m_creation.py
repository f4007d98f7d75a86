"""A new machine client: an application in Okta and a row in the store, or neither.

The steps, and what a failure after each leaves behind:

1. note the creation in the store (iam_pending_creations)   nothing in Okta
2. make the application, which carries the note's id          an application whose secret nobody has
3. note which application it is                               the same
4. write the row                                              a client that works, with a note too many
5. drop the note

A failure that we see is undone at once: the application is deleted and the note dropped. What we do not see, because
the process was killed or Okta's answer was lost, keeps its note: it is listed as incomplete, and the next sync removes
it, or drops a note whose client is complete.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from okta_gateway.errors import CheckFailed, OktaGatewayError
from okta_gateway.iam.actor import Actor
from okta_gateway.iam.answers import CreatedClient
from okta_gateway.iam.bodies import ClientCreation
from okta_gateway.iam.client_rows import client_members, group_warnings
from okta_gateway.iam.errors import ClientExists, ClientIncomplete
from okta_gateway.iam.m2m_parts import M2MParts
from okta_gateway.okta.apps import OktaApps
from okta_gateway.okta.errors import OktaOutcomeUnknown
from okta_gateway.okta.models import NewServiceApp
from okta_gateway.store.m2m_registry import M2MRecord
from okta_gateway.store.pending_creations import PendingCreation

NOTE_IN_APP = "oktaGatewayCreation"
"""The member of an application's profile with the id of the creation that made it."""
_logger = logging.getLogger(__name__)


class M2MCreation:
    """Creates machine clients."""

    def __init__(
        self,
        parts: M2MParts,
        *,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._parts = parts
        self._clock = clock
        self._new_id = new_id

    def create(self, actor: Actor, body: ClientCreation) -> CreatedClient:
        """Raises ClientExists, ClientIncomplete, ChangeUnderWay, or what Okta or the store raises."""
        apps = self._parts.okta().apps
        groups = tuple(dict.fromkeys(body.groups))
        with self._parts.one_at_a_time.alone(f"m2m {body.name}"):
            self._demand_free(apps, body.name)
            with self._parts.audit.change(actor, "m2m.create", body.name) as change:
                note = PendingCreation(
                    self._new_id(), body.name, body.description, groups, actor.name, self._clock(), None
                )
                self._parts.pending.add(note)
                app = self._make_app(apps, note)
                record = _record(note, app)
                with self._undone_on_failure(apps, note, app):
                    self._parts.pending.note_app(note.id, app.id)
                    self._write(record)
                change.after = client_members(record)
                self._drop(note)
        return CreatedClient(
            client_id=app.client_id,
            client_secret=app.client_secret,
            groups=list(groups),
            okta_app_id=app.id,
            warnings=group_warnings(self._parts.rules, groups),
            takes_effect=self._parts.effects.of_new_client(),
        )

    def _demand_free(self, apps: OktaApps, name: str) -> None:
        if existing := self._parts.registry.named(name):
            raise ClientExists(f"{name!r} is the name of the client {existing[0].client_id}")
        if pending := self._parts.pending.named(name):
            raise ClientIncomplete(f"a creation of {name!r} began and did not finish; its id is {pending.id}")
        if others := apps.labelled(name):
            raise ClientExists(f"{name!r} is the label of the application {others[0].id} in Okta")

    def _make_app(self, apps: OktaApps, note: PendingCreation) -> NewServiceApp:
        try:
            return apps.create_service(note.name, {NOTE_IN_APP: note.id})
        except OktaOutcomeUnknown:
            # Okta may have made it: the note stays, for the next sync.
            raise
        except OktaGatewayError:
            self._drop(note)
            raise

    @contextmanager
    def _undone_on_failure(self, apps: OktaApps, note: PendingCreation, app: NewServiceApp) -> Iterator[None]:
        try:
            yield
        except Exception:
            if self._row_is_gone(app) and _app_is_gone(apps, app):
                self._drop(note)
            raise

    def _row_is_gone(self, app: NewServiceApp) -> bool:
        """Whether the row, which may have been written after all, is surely not there."""
        try:
            self._parts.registry.remove(app.client_id)
        except CheckFailed:
            return False
        return True

    def _write(self, record: M2MRecord) -> None:
        """A sync that ran meanwhile may have imported the new application: then its row gets what we know."""
        if not self._parts.registry.add(record):
            self._parts.registry.change(
                record.client_id, name=record.name, description=record.description, groups=record.groups, enabled=True
            )

    def _drop(self, note: PendingCreation) -> None:
        """A note that stays is harmless: the next sync drops it."""
        try:
            self._parts.pending.remove(note.id)
        except CheckFailed as error:
            _logger.warning("the note of the creation of %s stays until the next sync: %s", note.name, error)


def _app_is_gone(apps: OktaApps, app: NewServiceApp) -> bool:
    try:
        apps.remove(app.id)
    except OktaGatewayError as error:
        _logger.warning("the application %s could not be deleted again; the next sync does it: %s", app.id, error)
        return False
    return True


def _record(note: PendingCreation, app: NewServiceApp) -> M2MRecord:
    return M2MRecord(
        client_id=app.client_id,
        name=note.name,
        groups=note.groups,
        description=note.description,
        enabled=True,
        provider="okta",
        idp_app_id=app.id,
        created_by=note.created_by,
    )
