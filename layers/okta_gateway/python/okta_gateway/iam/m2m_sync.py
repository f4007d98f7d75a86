"""Okta's service applications brought into the store, page by page, and cut-off creations settled.

Groups are never touched: they are ours, Okta knows nothing of them. Rows that were registered by hand stay as they are.
A client that is deleted between Okta's list and our write comes back as a row without groups, which the next sync
reports as missing: it opens nothing, and a lease that prevents it would stand in the way of every deletion.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import batched

from okta_gateway.iam.actor import Actor
from okta_gateway.iam.answers import SyncReport
from okta_gateway.iam.effect import Effects
from okta_gateway.iam.m2m_clients import OKTA
from okta_gateway.iam.m2m_creation import NOTE_IN_APP
from okta_gateway.iam.m2m_parts import M2MParts
from okta_gateway.iam.one_at_a_time import LEASE_SECONDS
from okta_gateway.okta.apps import OktaApps
from okta_gateway.okta.errors import OktaChangeRefused
from okta_gateway.okta.models import OktaApp
from okta_gateway.store.m2m_registry import M2MRecord
from okta_gateway.store.pending_creations import PendingCreation

BATCH = 200
"""Applications compared with the store at once: a page of Okta's."""
_logger = logging.getLogger(__name__)


class M2MSync:
    """Imports and settles."""

    def __init__(self, parts: M2MParts, *, clock: Callable[[], float] = time.time) -> None:
        self._parts = parts
        self._clock = clock

    def sync(self, actor: Actor) -> SyncReport:
        """Raises ChangeUnderWay, or what Okta or the store raises; what was done until then stays done."""
        okta = self._parts.okta()
        report = _empty_report(self._parts.effects)
        with (
            self._parts.one_at_a_time.alone("m2m sync"),
            self._parts.audit.change(actor, "m2m.sync", "machine clients") as change,
        ):
            notes = {note.id: note for note in self._parts.pending.all()}
            made: dict[str, OktaApp] = {}
            seen: set[str] = set()
            try:
                for batch in batched(_not_noted(self._others(okta.apps.all()), notes, made), BATCH, strict=False):
                    seen.update(_client_id(app) for app in batch)
                    self._import(batch, report)
                self._settle(okta.apps, notes, made, report)
                known = seen | {_client_id(app) for app in made.values()} | {self._parts.own_client_id}
                report.missing += [
                    client for client in self._parts.registry.client_ids_of_okta() if client not in known
                ]
            finally:
                change.after = report.model_dump(exclude={"takes_effect"})
        return report

    def _others(self, apps: Iterable[OktaApp]) -> Iterator[OktaApp]:
        """All but the application by which this API calls Okta."""
        return (app for app in apps if app.id != self._parts.own_client_id)

    def _import(self, apps: Sequence[OktaApp], report: SyncReport) -> None:
        """One query for the whole batch, one write for all that is new and one for each difference."""
        found = self._parts.registry.found([_client_id(app) for app in apps])
        new = [app for app in apps if _client_id(app) not in found]
        under_way = self._under_way(new)
        added = self._parts.registry.add_all([_imported(app) for app in new if _marker(app) not in under_way])
        for app in apps:
            record = found.get(_client_id(app))
            if _marker(app) in under_way:
                report.incomplete.append(app.label)
            elif _client_id(app) in added:
                report.added.append(_client_id(app))
            elif record is not None and self._update(record, app):
                report.updated.append(_client_id(app))
            else:
                report.unchanged += 1

    def _under_way(self, new: Sequence[OktaApp]) -> set[str | None]:
        """Notes of creations that began after this sync did: their rows are not ours to write."""
        if not any(map(_marker, new)):
            return set()
        return {note.id for note in self._parts.pending.all()}

    def _update(self, record: M2MRecord, app: OktaApp) -> bool:
        """Take over a new label, and that the application was switched off; switching on again is a person's choice."""
        if record.provider != OKTA:
            return False
        name = app.label if app.label != record.name else None
        enabled = False if record.enabled and not app.active else None
        app_id = app.id if record.idp_app_id != app.id else None
        if name is None and enabled is None and app_id is None:
            return False
        return self._parts.registry.change(record.client_id, name=name, enabled=enabled, idp_app_id=app_id) is not None

    def _settle(
        self, apps: OktaApps, notes: Mapping[str, PendingCreation], made: Mapping[str, OktaApp], report: SyncReport
    ) -> None:
        """Finish or undo every creation that cannot be under way any more."""
        for note in notes.values():
            app = made.get(note.id)
            if self._clock() - note.started_at < LEASE_SECONDS or not self._settled(apps, note, app, report):
                report.incomplete.append(note.name)
            else:
                self._parts.pending.remove(note.id)

    def _settled(self, apps: OktaApps, note: PendingCreation, app: OktaApp | None, report: SyncReport) -> bool:
        if app and self._parts.registry.find(_client_id(app)) is not None:
            report.finished.append(note.name)
            return True
        try:
            if app:
                apps.remove(app.id)  # nobody has its secret: the answer that carried it never arrived
        except OktaChangeRefused as error:
            _logger.warning("the application %s of a cut-off creation stays for the next sync: %s", note.app_id, error)
            return False
        report.removed.append(note.name)
        return True


def _not_noted(
    apps: Iterable[OktaApp], notes: Mapping[str, PendingCreation], made: dict[str, OktaApp]
) -> Iterator[OktaApp]:
    """The service applications; those of creations that are not settled go to `made`, by the id of their note."""
    by_app = {note.app_id: note.id for note in notes.values() if note.app_id}
    for app in apps:
        marked = _marker(app)
        note = marked if marked in notes else by_app.get(app.id)
        if note is not None:
            made[note] = app
        elif app.is_service:
            yield app


def _marker(app: OktaApp) -> str | None:
    """The id of the creation that made the application; a profile may hold anything."""
    note = app.profile.get(NOTE_IN_APP)
    return note if isinstance(note, str) else None


def _client_id(app: OktaApp) -> str:
    """Okta gives an application one id for both."""
    return app.client_id or app.id


def _imported(app: OktaApp) -> M2MRecord:
    return M2MRecord(
        client_id=_client_id(app),
        name=app.label,
        groups=(),
        enabled=app.active,
        provider=OKTA,
        idp_app_id=app.id,
        created_by="sync",
    )


def _empty_report(effects: Effects) -> SyncReport:
    return SyncReport(
        added=[],
        updated=[],
        unchanged=0,
        missing=[],
        finished=[],
        removed=[],
        incomplete=[],
        takes_effect=effects.of_client_change(),
    )
