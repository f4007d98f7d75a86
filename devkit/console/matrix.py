"""Groups against routes: which group opens which permission of the access rules, as their policies are evaluated."""

import functools
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from devkit.cli.asked_route import AskedRoute
from devkit.cli.who_can import NO_LIMIT
from devkit.console.stations import STAGE
from devkit.explain.routes import permission_text
from okta_gateway.access.policy import WHOAMI, Policy, build_policy
from okta_gateway.access.scopes import METHODS, AccessRules, Permission, parse_permission
from okta_gateway.store.access_rules import Rules

BELOW = "any-of-those"
"""Stands for what is below a path; a rule that opens everything there opens this."""


class Opens(StrEnum):
    """How much of a permission's requests a group opens."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


class Row(NamedTuple):
    """A permission as people write it, and what each group opens of it; `everybody` for what needs no group."""

    route: str
    opens: tuple[Opens, ...]
    everybody: bool


class Matrix(NamedTuple):
    """The columns are the groups."""

    groups: tuple[str, ...]
    rows: tuple[Row, ...]


class GroupPolicies:
    """The policy that each group has for itself; whether it fits into API Gateway is another question."""

    def __init__(self, data: Rules, rules: AccessRules, *, allow_encoded_slash: bool) -> None:
        self._permissions = _permissions(data)
        self._nobody = _policy(rules, (), allow_encoded_slash=allow_encoded_slash)
        self._policies: Mapping[str, Policy] = {
            group: _policy(rules, (group,), allow_encoded_slash=allow_encoded_slash) for group in sorted(data["groups"])
        }

    def that_open(self, route: AskedRoute) -> tuple[str, ...]:
        """The groups whose members can send this request."""
        return tuple(group for group, policy in self._policies.items() if route.is_open(policy, STAGE))

    @functools.cached_property
    def matrix(self) -> Matrix:
        """All groups against all permissions."""
        return Matrix(tuple(self._policies), tuple(self._row(permission) for permission in self._permissions))

    def _row(self, permission: Permission) -> Row:
        requests = tuple(requests_of(permission))
        opens = tuple(_opens(policy, requests) for policy in self._policies.values())
        return Row(permission_text(permission), opens, everybody=_opens(self._nobody, requests) is Opens.ALL)


type CurrentPolicies = Callable[[], GroupPolicies]
"""The groups' policies by the rules in force. Raises a CheckFailed when the rules cannot be read."""


def requests_of(permission: Permission) -> Iterable[AskedRoute]:
    """A request for each method, which stands for all that the permission opens."""
    methods = METHODS if permission.methods == ("*",) else permission.methods
    path = permission.path + (BELOW if permission.below else "")
    return (AskedRoute(method, path) for method in methods)


def _policy(rules: AccessRules, groups: tuple[str, ...], *, allow_encoded_slash: bool) -> Policy:
    return _policy_of_scopes(rules, rules.scopes_of(groups).names, allow_encoded_slash=allow_encoded_slash)


def _policy_of_scopes(rules: AccessRules, scopes: tuple[str, ...], *, allow_encoded_slash: bool) -> Policy:
    return build_policy(rules, scopes, STAGE.text, max_bytes=NO_LIMIT, allow_encoded_slash=allow_encoded_slash)


def opens(permission: str, route: AskedRoute) -> bool:
    """Whether a permission opens a request that a policy has let through, as one made of it alone says.

    Such a policy has what is open to everybody as well.
    """
    rules = AccessRules({}, {permission: (parse_permission(permission),)})
    return route.is_open(_policy_of_scopes(rules, (permission,), allow_encoded_slash=True), STAGE)


def _opens(policy: Policy, requests: tuple[AskedRoute, ...]) -> Opens:
    opened = sum(request.is_open(policy, STAGE) for request in requests)
    if opened == len(requests):
        return Opens.ALL
    return Opens.SOME if opened else Opens.NONE


def _permissions(data: Rules) -> list[Permission]:
    """Each once, by path, and what is open to everybody last."""
    named = {parse_permission(text) for texts in data["permissions"].values() for text in texts} - {WHOAMI}
    return [*sorted(named, key=lambda permission: (permission.path, permission.below, permission.methods)), WHOAMI]
