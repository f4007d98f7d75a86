"""The groups of a user: shown, replaced, added to, taken away; always as the smallest difference."""

from collections.abc import Iterable, Sequence

from okta_gateway.iam.actor import Actor
from okta_gateway.iam.administrators import Administrators, Guard, with_memberships
from okta_gateway.iam.answers import ChangedMembership, Membership
from okta_gateway.iam.audit import AuditTrail
from okta_gateway.iam.effect import Effects
from okta_gateway.iam.names import OKTA_GROUP, demand_editable, find_groups, find_user
from okta_gateway.iam.okta_needed import OktaNeeded
from okta_gateway.okta.models import OktaGroup, OktaUser


class Memberships:
    """What administrators do with the groups of a user."""

    def __init__(self, okta: OktaNeeded, administrators: Administrators, audit: AuditTrail, effects: Effects) -> None:
        self._okta = okta
        self._administrators = administrators
        self._audit = audit
        self._effects = effects

    def of(self, text: str) -> Membership:
        okta = self._okta()
        user = find_user(okta.users, text)
        return Membership(user=user.id, groups=_names(okta.users.groups(user.id)))

    def replace(self, actor: Actor, text: str, wanted: Sequence[str]) -> ChangedMembership:
        """Exactly these groups. Those that only Okta or a directory manages, such as Everyone, stay as they are."""
        with self._administrators.alone() as guard:
            user, groups, before = self._found(text, wanted)
            editable = [group for group in before if group.type == OKTA_GROUP]
            added, removed = _without(groups, before), _without(editable, groups)
            self._demand_some_left(guard, actor, user, added, removed)
            return self._change(actor, user, before, added, removed)

    def add(self, actor: Actor, text: str, wanted: Sequence[str]) -> ChangedMembership:
        user, groups, before = self._found(text, wanted)
        return self._change(actor, user, before, _without(groups, before), [])

    def remove(self, actor: Actor, text: str, unwanted: Sequence[str]) -> ChangedMembership:
        with self._administrators.alone() as guard:
            user, groups, before = self._found(text, unwanted)
            removed = _without(groups, _without(groups, before))
            self._demand_some_left(guard, actor, user, [], removed)
            return self._change(actor, user, before, [], removed)

    def _found(self, text: str, names: Sequence[str]) -> tuple[OktaUser, list[OktaGroup], list[OktaGroup]]:
        """The user, the groups that are named, and those that the user has; nothing is changed before all are there."""
        okta = self._okta()
        groups = find_groups(okta.groups, names)
        user = find_user(okta.users, text)
        return user, groups, okta.users.groups(user.id)

    def _demand_some_left(
        self, guard: Guard, actor: Actor, user: OktaUser, added: list[OktaGroup], removed: list[OktaGroup]
    ) -> None:
        """Asked only where somebody leaves a group of administrators: for others Okta is not asked for its members."""
        if any(guard.makes_administrators(group.name) for group in removed):
            joined, left = (frozenset(group.id for group in groups) for groups in (added, removed))
            guard.demand_some_left(actor, with_memberships(user, joined, left))

    def _change(
        self,
        actor: Actor,
        user: OktaUser,
        before: list[OktaGroup],
        added: list[OktaGroup],
        removed: list[OktaGroup],
    ) -> ChangedMembership:
        demand_editable([*added, *removed])
        if added or removed:
            self._write(actor, user, before, added, removed)
        return ChangedMembership(
            user=user.id,
            groups=_names(_without(before, removed) + added),
            added=_names(added),
            removed=_names(removed),
            takes_effect=self._effects.of_user_change(),
        )

    def _write(
        self,
        actor: Actor,
        user: OktaUser,
        before: list[OktaGroup],
        added: list[OktaGroup],
        removed: list[OktaGroup],
    ) -> None:
        """Additions first: who moves from one group to another is never without both."""
        groups = self._okta().groups
        with self._audit.change(actor, "user.groups", user.id, _names(before)) as change:
            now = list(before)
            change.after = _names(now)
            for group in added:
                groups.add_member(group.id, user.id)
                now.append(group)
                change.after = _names(now)
            for group in removed:
                groups.remove_member(group.id, user.id)
                now.remove(group)
                change.after = _names(now)


def _without(groups: Sequence[OktaGroup], others: Sequence[OktaGroup]) -> list[OktaGroup]:
    ids = {group.id for group in others}
    return [group for group in groups if group.id not in ids]


def _names(groups: Iterable[OktaGroup]) -> list[str]:
    return sorted(group.name for group in groups)
