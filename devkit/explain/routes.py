"""Which routes a holder of groups has, through which group, scope and permission; for people, beside the policy."""

from collections.abc import Iterable
from typing import NamedTuple

from okta_gateway.access.policy import WHOAMI
from okta_gateway.access.scopes import METHODS, AccessRules, Permission


class GroupScopes(NamedTuple):
    """A group and the scopes it brings; `known` says whether the access rules name it."""

    name: str
    scopes: tuple[str, ...]
    known: bool


class OpenRoute(NamedTuple):
    """A permission as people write it, and the scopes and groups that open it; none for what is open to everybody."""

    route: str
    scopes: tuple[str, ...]
    groups: tuple[str, ...]


def scopes_by_group(rules: AccessRules, groups: Iterable[str]) -> tuple[GroupScopes, ...]:
    """Each group with its scopes, exact names as the authorizer compares them."""
    mapped = ((group, rules.scopes_of((group,))) for group in groups)
    return tuple(GroupScopes(group, scopes.names, not scopes.unknown_groups) for group, scopes in mapped)


def open_routes(rules: AccessRules, groups: Iterable[GroupScopes]) -> tuple[OpenRoute, ...]:
    """What the groups open, by path, and last the route that is open to every verified principal."""
    scopes: dict[str, set[str]] = {}
    holders: dict[str, set[str]] = {}
    for group in groups:
        for scope in group.scopes:
            for permission in rules.permissions_of((scope,)):
                text = permission_text(permission)
                scopes.setdefault(text, set()).add(scope)
                holders.setdefault(text, set()).add(group.name)
    opened = [OpenRoute(text, tuple(sorted(scopes[text])), tuple(sorted(holders[text]))) for text in scopes]
    everybody = OpenRoute(permission_text(WHOAMI), (), ())
    return (*sorted(opened, key=_by_path), everybody)


def permission_text(permission: Permission) -> str:
    """`GET /api/servers/*`, as in scopes.yml."""
    method = "ANY" if permission.methods in {METHODS, ("*",)} else permission.methods[0]
    return f"{method} {permission.path}{'*' if permission.below else ''}"


def _by_path(route: OpenRoute) -> tuple[str, str]:
    method, _, path = route.route.partition(" ")
    return path, method
