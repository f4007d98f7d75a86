"""Machine clients that exist: list, show, register, change, delete."""

from okta_gateway.iam.actor import Actor
from okta_gateway.iam.answers import ChangedClient, Client, ClientPage, DeletedClient, TakesEffect
from okta_gateway.iam.bodies import ClientChange, ClientRegistration
from okta_gateway.iam.client_rows import client_members, group_warnings, incomplete_client
from okta_gateway.iam.errors import ClientExists, ClientUnknown, OktaCredentialMissing, OwnAccessKept
from okta_gateway.iam.m2m_parts import M2MParts
from okta_gateway.store.m2m_registry import M2MRecord

OKTA, MANUAL = "okta", "manual"
"""Whose the application is: ours to manage, or somebody else's."""


class M2MClients:
    """What administrators do with machine clients."""

    def __init__(self, parts: M2MParts) -> None:
        self._parts = parts

    def page(self, limit: int, after: str | None) -> ClientPage:
        records, following = self._parts.registry.page(limit, after)
        clients = [Client(**client_members(record)) for record in records]
        return ClientPage(clients=clients, incomplete=[], next=following)

    def incomplete(self) -> ClientPage:
        """Creations that were cut off; few, so all at once."""
        incomplete = [incomplete_client(pending) for pending in self._parts.pending.all()]
        return ClientPage(clients=[], incomplete=incomplete, next=None)

    def get(self, client_id: str) -> Client:
        return Client(**client_members(self.record(client_id)))

    def record(self, client_id: str) -> M2MRecord:
        """The row of a client. Raises ClientUnknown."""
        record = self._parts.registry.find(client_id)
        if record is None:
            raise ClientUnknown(f"no machine client is registered as {client_id!r}")
        return record

    def register(self, actor: Actor, body: ClientRegistration) -> ChangedClient:
        """Give groups to an application that was made elsewhere; needs nothing of Okta. Raises ClientExists."""
        groups = tuple(dict.fromkeys(body.groups))
        record = M2MRecord(
            client_id=body.client_id,
            name=body.name or body.client_id,
            groups=groups,
            description=body.description,
            enabled=True,
            provider=MANUAL,
            created_by=actor.name,
        )
        if self._parts.registry.find(body.client_id) is not None:
            raise ClientExists(f"{body.client_id!r} is registered already")
        with self._parts.audit.change(actor, "m2m.register", body.client_id) as change:
            if not self._parts.registry.add(record):
                raise ClientExists(f"{body.client_id!r} is registered already")
            registered = self.record(body.client_id)
            change.after = client_members(registered)
        return self._changed(registered, [], self._parts.effects.of_registered_client())

    def change(self, actor: Actor, client_id: str, body: ClientChange) -> ChangedClient:
        """Change the row, and the application where its name or its being enabled changes.

        What closes a door is done in our row first, what opens one last: a failure in between leaves the door closed.
        """
        record = self.record(client_id)
        groups = None if body.groups is None else tuple(dict.fromkeys(body.groups))
        self._demand_not_own(actor, record, groups, closes=body.enabled is False)
        self._demand_free_name(record, body.name)
        description = body.description or "" if "description" in body.model_fields_set else None
        with self._parts.audit.change(actor, "m2m.change", client_id, client_members(record)) as change:
            if body.enabled is False:
                self._parts.registry.change(client_id, enabled=False)
            warnings = self._change_app(record, body)
            changed = self._parts.registry.change(
                client_id, name=body.name, description=description, groups=groups, enabled=body.enabled
            )
            if changed is None:
                raise ClientUnknown(f"{client_id!r} was deleted meanwhile")
            change.after = client_members(changed)
        return self._changed(changed, warnings, self._parts.effects.of_client_change())

    def delete(self, actor: Actor, client_id: str) -> DeletedClient:
        """Switch the row off, then delete the application, so that its secret is dead, then the row.

        What was cut off in between is finished by asking again: an application that is gone already is no error.
        """
        record = self.record(client_id)
        self._demand_not_own(actor, record, None, closes=True)
        app_id = self._managed_app(record)
        with self._parts.audit.change(actor, "m2m.delete", client_id, client_members(record)):
            if app_id:
                apps = self._parts.okta().apps
                self._parts.registry.change(client_id, enabled=False)
                apps.remove(app_id)
            self._parts.registry.remove(client_id)
        return DeletedClient(
            client_id=client_id,
            okta_app="deleted" if app_id else "kept",
            takes_effect=self._parts.effects.of_client_change(),
        )

    def _change_app(self, record: M2MRecord, body: ClientChange) -> list[str]:
        """Rename, activate or deactivate the application; without a credential say that this was not done."""
        app_id = app_of(record)
        wants_name = body.name is not None and body.name != record.name
        if not app_id or not (wants_name or body.enabled is not None):
            return []
        if not self._parts.okta.is_there:
            return [f"The application {app_id} in Okta is unchanged: {OktaCredentialMissing.advice}"]
        apps = self._parts.okta().apps
        if wants_name:
            apps.rename(app_id, body.name or "")
        if body.enabled is not None:
            (apps.activate if body.enabled else apps.deactivate)(app_id)
        return []

    def _demand_free_name(self, record: M2MRecord, name: str | None) -> None:
        others = self._parts.registry.named(name) if name and name != record.name else []
        if others:
            raise ClientExists(f"{name!r} is the name of the client {others[0].client_id}")

    def _managed_app(self, record: M2MRecord) -> str | None:
        """The application that goes with its row. Raises OktaCredentialMissing where it could not be deleted."""
        app_id = app_of(record)
        if app_id:
            self._parts.okta()
        return app_id

    def demand_not_ours(self, client_id: str) -> None:
        """Raise OwnAccessKept for the application by which this API calls Okta."""
        if client_id == self._parts.own_client_id:
            raise OwnAccessKept(f"by the application {client_id} this API itself calls Okta (OKTA_API_CLIENT_ID)")

    def _demand_not_own(self, actor: Actor, record: M2MRecord, groups: tuple[str, ...] | None, *, closes: bool) -> None:
        """A machine that administers cannot lock itself out, and this API not itself."""
        if closes:
            self.demand_not_ours(record.client_id)
        if actor.is_user or actor.id != record.client_id:
            return
        rules = self._parts.rules().rules
        kept = set(rules.scopes_of(groups).names) if groups is not None else set(actor.scopes)
        if closes or not kept >= set(actor.scopes):
            raise OwnAccessKept(f"the client {record.client_id} asked to close its own door")

    def _changed(self, record: M2MRecord, warnings: list[str], takes_effect: TakesEffect) -> ChangedClient:
        return ChangedClient(
            **client_members(record),
            warnings=[*warnings, *group_warnings(self._parts.rules, record.groups)],
            takes_effect=takes_effect,
        )


def app_of(record: M2MRecord) -> str | None:
    """The application in Okta that we manage, which Okta calls by the client id; None for one of somebody else's."""
    return (record.idp_app_id or record.client_id) if record.provider == OKTA else None
