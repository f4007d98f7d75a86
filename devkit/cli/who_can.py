"""Who can call a route: which groups, which registered clients, by which scope and permission; policies decide."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from devkit.cli.asked_route import LOCAL_STAGE_ARN, AskedRoute, parse_stage
from devkit.explain.routes import permission_text
from okta_gateway.access.policy import Policy, build_policy
from okta_gateway.access.scopes import AccessRules
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry

PAGE = 200
NO_LIMIT = 2**31
"""Of a policy's size: whether it fits is another question, which scopes check answers."""


class Through(NamedTuple):
    """A scope that opens the route, and its permissions that do."""

    scope: str
    permissions: tuple[str, ...]


class GroupThatCan(NamedTuple):
    """A group whose members can call the route."""

    name: str
    through: tuple[Through, ...]


class ClientThatCan(NamedTuple):
    """A registered client that can call the route when its token has no groups, and through which of its groups.

    It cannot while it is not `enabled`.
    """

    client_id: str
    name: str
    groups: tuple[str, ...]
    enabled: bool


class WhoCan(NamedTuple):
    """The answer; `everybody` for a route that is open to every verified principal."""

    everybody: bool
    groups: tuple[GroupThatCan, ...]
    clients: tuple[ClientThatCan, ...]


class RouteHolders:
    """Finds who can call `route` under `rules`."""

    def __init__(self, route: AskedRoute, rules: AccessRules, *, allow_encoded_slash: bool) -> None:
        self._route = route
        self._rules = rules
        self._allow_encoded_slash = allow_encoded_slash
        self._stage = parse_stage(LOCAL_STAGE_ARN)

    def among(self, groups: Iterable[str], clients: Iterable[M2MRecord]) -> WhoCan:
        """The groups and clients that can, by name."""
        holders = [self._group(name) for name in sorted(groups)]
        can = tuple(group for group in holders if group)
        names = {group.name for group in can}
        by_name = sorted(clients, key=lambda client: (client.name, client.client_id))
        registered = (self._client(client, names) for client in by_name)
        return WhoCan(self._opens(()), can, tuple(client for client in registered if client))

    def _group(self, name: str) -> GroupThatCan | None:
        scopes = self._rules.scopes_of((name,)).names
        if not self._opens(scopes):
            return None
        return GroupThatCan(name, tuple(self._through(scope) for scope in scopes if self._opens((scope,))))

    def _through(self, scope: str) -> Through:
        permissions = self._rules.permissions_of((scope,))
        alone = (AccessRules({}, {scope: (permission,)}) for permission in permissions)
        opening = (
            permission_text(permission)
            for permission, rules in zip(permissions, alone, strict=True)
            if self._route.is_open(self._policy(rules, (scope,)), self._stage)
        )
        return Through(scope, tuple(sorted(opening)))

    def _client(self, client: M2MRecord, groups: set[str]) -> ClientThatCan | None:
        if not self._opens(self._rules.scopes_of(client.groups).names):
            return None
        through = tuple(group for group in client.groups if group in groups)
        return ClientThatCan(client.client_id, client.name, through, client.enabled)

    def _opens(self, scopes: tuple[str, ...]) -> bool:
        return self._route.is_open(self._policy(self._rules, scopes), self._stage)

    def _policy(self, rules: AccessRules, scopes: tuple[str, ...]) -> Policy:
        return build_policy(
            rules, scopes, self._stage.text, max_bytes=NO_LIMIT, allow_encoded_slash=self._allow_encoded_slash
        )


def all_clients(registry: M2MRegistry) -> Iterator[M2MRecord]:
    """Every registered client. Raises StoreUnavailable."""
    after: str | None = None
    while True:
        records, after = registry.page(PAGE, after)
        yield from records
        if after is None:
            return
