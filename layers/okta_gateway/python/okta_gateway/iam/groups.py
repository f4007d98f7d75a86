"""Groups of the Okta org: find, create, change, delete, and who is in them."""

from typing import Any

from okta_gateway.access.rules import CurrentRules
from okta_gateway.iam.actor import Actor
from okta_gateway.iam.administrators import Administrators, without_groups
from okta_gateway.iam.answers import Changed, ChangedGroup, Group, GroupPage, GroupWithScopes, User, UserPage
from okta_gateway.iam.audit import AuditTrail
from okta_gateway.iam.bodies import GroupChange, GroupCreation
from okta_gateway.iam.effect import Effects
from okta_gateway.iam.errors import GroupExists
from okta_gateway.iam.names import demand_editable, find_group
from okta_gateway.iam.okta_needed import OktaNeeded
from okta_gateway.iam.users import user_members
from okta_gateway.okta.errors import OktaDuplicate
from okta_gateway.okta.models import OktaGroup


class Groups:
    """What administrators do with groups."""

    def __init__(
        self,
        okta: OktaNeeded,
        rules_now: CurrentRules,
        administrators: Administrators,
        audit: AuditTrail,
        effects: Effects,
    ) -> None:
        self._okta = okta
        self._rules_now = rules_now
        self._administrators = administrators
        self._audit = audit
        self._effects = effects

    def page(self, search: str | None, limit: int, after: str | None) -> GroupPage:
        """One page, by one call to Okta."""
        page = self._okta().groups.page(search, limit, after)
        return GroupPage(groups=[Group(**_members(group)) for group in page.items], next=page.next)

    def get(self, text: str) -> GroupWithScopes:
        group = find_group(self._okta().groups, text)
        scopes = self._rules_now().rules.scopes_of([group.name]).names
        return GroupWithScopes(**_members(group), scopes=list(scopes))

    def users(self, text: str, limit: int, after: str | None) -> UserPage:
        """One page of the group's members."""
        groups = self._okta().groups
        page = groups.members(find_group(groups, text).id, limit, after)
        return UserPage(users=[User(**user_members(user)) for user in page.items], next=page.next)

    def create(self, actor: Actor, body: GroupCreation) -> ChangedGroup:
        groups = self._okta().groups
        self._demand_free(body.name)
        with self._audit.change(actor, "group.create", body.name) as change:
            try:
                group = groups.create(body.name, body.description)
            except OktaDuplicate as error:
                raise GroupExists(f"{body.name}: {error.detail}") from None
            change.after = _members(group)
        return ChangedGroup(**_members(group), takes_effect=self._effects.of_user_change())

    def change(self, actor: Actor, text: str, body: GroupChange) -> ChangedGroup:
        """Rename or describe. A group of administrators that loses its name makes nobody an administrator any more."""
        groups = self._okta().groups
        with self._administrators.alone() as guard:
            group = find_group(groups, text)
            demand_editable([group])
            name = body.name or group.name
            description = body.description if "description" in body.model_fields_set else group.description
            if name != group.name:
                self._demand_free(name)
                if not guard.makes_administrators(name):
                    guard.demand_some_left(actor, without_groups(frozenset({group.id})))
            with self._audit.change(actor, "group.change", group.id, _members(group)) as change:
                try:
                    changed = groups.update(group, name, description)
                except OktaDuplicate as error:
                    raise GroupExists(f"{name}: {error.detail}") from None
                change.after = _members(changed)
        return ChangedGroup(**_members(changed), takes_effect=self._effects.of_user_change())

    def delete(self, actor: Actor, text: str) -> Changed:
        groups = self._okta().groups
        with self._administrators.alone() as guard:
            group = find_group(groups, text)
            demand_editable([group])
            guard.demand_some_left(actor, without_groups(frozenset({group.id})))
            with self._audit.change(actor, "group.delete", group.id, _members(group)):
                groups.delete(group.id)
        return Changed(takes_effect=self._effects.of_user_change())

    def _demand_free(self, name: str) -> None:
        if existing := self._okta().groups.named(name):
            raise GroupExists(f"{name!r} is the name of the group {existing[0].id} ({existing[0].type})")


def _members(group: OktaGroup) -> dict[str, Any]:
    return {"id": group.id, "name": group.name, "description": group.description, "type": group.type}
