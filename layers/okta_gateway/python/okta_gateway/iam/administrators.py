"""Who administers, and that somebody always does.

Administrators are active users in Okta groups that the access rules map to ADMIN_SCOPE. Machines do not count. A change
that takes administration away runs alone, under one lease: two people cannot remove each other at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from okta_gateway.access.rules import CurrentRules
from okta_gateway.access.scopes import AccessRules
from okta_gateway.iam.actor import Actor
from okta_gateway.iam.errors import LastAdministratorKept, NotAdministrator, OwnAccessKept
from okta_gateway.iam.okta_needed import OktaNeeded
from okta_gateway.iam.one_at_a_time import OneAtATime
from okta_gateway.okta.groups import OktaGroups
from okta_gateway.okta.models import OktaGroup, OktaUser

LEASE = "administrators"

type AdminsByGroup = dict[str, frozenset[str]]
"""Ids of active users, by the id of the group that makes them administrators."""
type AfterChange = Callable[[AdminsByGroup], AdminsByGroup]
"""What is left of the administrators once a change is made."""


class Guard:
    """Says, while the lease is held, whether a change leaves administrators; what it reads is as it is now."""

    def __init__(self, groups: Callable[[], OktaGroups], rules: AccessRules, admin_scope: str) -> None:
        self._groups = groups
        self.rules = rules
        self.admin_scope = admin_scope

    def makes_administrators(self, group: str) -> bool:
        """Whether the rules map a group of this name to ADMIN_SCOPE."""
        return self.admin_scope in self.rules.scopes_of([group]).names

    def demand_some_left(self, actor: Actor, after_change: AfterChange) -> None:
        """Raise NotAdministrator, OwnAccessKept or LastAdministratorKept, or what Okta's API raises.

        Somebody who was removed a moment ago has a token that still says otherwise: they remove nobody.
        """
        before = self._by_group()
        had, have = _everyone(before), _everyone(after_change(dict(before)))
        if actor.is_user and had and actor.id not in had:
            raise NotAdministrator(f"{actor.name} is no administrator any more")
        if actor.is_user and actor.id in had and actor.id not in have:
            raise OwnAccessKept(f"{actor.name} would be no administrator any more")
        if had and not have:
            raise LastAdministratorKept(f"{len(had)} active administrators now, none afterwards")

    def _by_group(self) -> AdminsByGroup:
        groups = self._groups()
        found: dict[str, OktaGroup] = {}
        for name in self.rules.groups_with(self.admin_scope):
            found |= {group.id: group for group in groups.named(name)}
        return {
            group_id: frozenset(user.id for user in groups.all_members(group_id) if user.active) for group_id in found
        }


class Administrators:
    """Lets changes that may take administration away run one after the other."""

    def __init__(self, okta: OktaNeeded, rules_now: CurrentRules, admin_scope: str, one_at_a_time: OneAtATime) -> None:
        self._okta = okta
        self._rules_now = rules_now
        self._admin_scope = admin_scope
        self._one_at_a_time = one_at_a_time

    @contextmanager
    def alone(self) -> Iterator[Guard]:
        """Run the block, which reads what it changes, decides and changes it, alone. Raises ChangeUnderWay."""
        with self._one_at_a_time.alone(LEASE):
            yield Guard(lambda: self._okta().groups, self._rules_now().rules, self._admin_scope)


def refuse_self(actor: Actor, user_id: str, what: str) -> None:
    """Raise OwnAccessKept when a caller wants to delete or deactivate themselves."""
    if actor.is_user and actor.id == user_id:
        raise OwnAccessKept(f"{actor.name} asked to {what} their own user")


def without_user(user_id: str) -> AfterChange:
    """The user is deleted or deactivated."""
    return lambda groups: {group: members - {user_id} for group, members in groups.items()}


def with_memberships(user: OktaUser, joined: frozenset[str], left: frozenset[str]) -> AfterChange:
    """The user joins some groups and leaves others."""
    joining = frozenset({user.id}) if user.active else frozenset[str]()
    return lambda groups: {
        group: (members | joining if group in joined else members) - ({user.id} if group in left else set())
        for group, members in groups.items()
    }


def without_groups(group_ids: frozenset[str]) -> AfterChange:
    """The groups are deleted, lose their name, or its scope."""
    return lambda groups: {group: members for group, members in groups.items() if group not in group_ids}


def _everyone(groups: AdminsByGroup) -> frozenset[str]:
    return frozenset().union(*groups.values())
