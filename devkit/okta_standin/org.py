"""The organisation that the stand-in plays: who and what is in it, and how that changes."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from devkit.okta_standin.clients import App
from devkit.okta_standin.people import EVERYONE, Group, GroupType, User
from devkit.okta_standin.records import Records
from devkit.okta_standin.seeds import seeded_id
from devkit.okta_standin.servers import ORG_SERVER_ID, ORG_SERVER_SCOPES, AuthorizationServer, Scope


@dataclass(frozen=True, slots=True)
class ApiToken:
    """An SSWS token; `permissions` are named like the okta.* scopes."""

    name: str
    value: str = field(repr=False)
    permissions: tuple[str, ...]


class Org:
    """Everything that an administrator would have set up in Okta, and may change later."""

    def __init__(
        self,
        users: Iterable[User],
        apps: Iterable[App],
        custom_servers: Iterable[AuthorizationServer],
        groups: Iterable[Group] = (),
        api_tokens: Iterable[ApiToken] = (),
    ) -> None:
        self.users = Records(users)
        self.apps = Records(apps)
        self.groups = Records(with_everyone(groups))
        self.custom_servers = tuple(custom_servers)
        self.api_tokens = tuple(api_tokens)
        self.membership_updated: dict[str, float] = {}
        """When the members of a group last changed, by its id."""
        self._ids_by_login = {user.login.casefold(): user.id for user in self.users}

    @property
    def org_server(self) -> AuthorizationServer:
        """The org authorization server, which each org has and nobody can configure."""
        return AuthorizationServer(ORG_SERVER_ID, None, tuple(Scope(name) for name in ORG_SERVER_SCOPES))

    @property
    def servers(self) -> tuple[AuthorizationServer, ...]:
        """All authorization servers, the org's own one first."""
        return (self.org_server, *self.custom_servers)

    def user(self, login: str) -> User | None:
        """The user with this login; Okta does not care for its case."""
        return self.users.find(self._ids_by_login.get(login.casefold()))

    def user_with_id(self, user_id: object) -> User | None:
        """The user with this id, the `sub` of ID tokens."""
        return self.users.find(user_id)

    def app(self, client_id: str) -> App | None:
        """The app with this client id, active or not."""
        return self.apps.find(client_id)

    def active_app(self, client_id: str) -> App | None:
        """The app with this client id, if it works."""
        app = self.apps.find(client_id)
        return app if app and app.active else None

    def custom_server(self, server_id: str) -> AuthorizationServer | None:
        """The custom server with this id, active or not."""
        return next((server for server in self.custom_servers if server.id == server_id), None)

    def add_server(self, server: AuthorizationServer) -> None:
        """Add a custom server."""
        self.custom_servers = (*self.custom_servers, server)

    def change_server(self, changed: AuthorizationServer) -> None:
        """Put `changed` in the place of the server with the same id."""
        self.custom_servers = tuple(changed if server.id == changed.id else server for server in self.custom_servers)

    def remove_server(self, server: AuthorizationServer) -> None:
        """Remove a custom server for good."""
        self.custom_servers = tuple(other for other in self.custom_servers if other.id != server.id)

    def group_named(self, name: str) -> Group | None:
        """The first group with this name; those of different types may share one."""
        return next((group for group in self.groups if group.name == name), None)

    def add_user(self, user: User) -> None:
        """Add a user with a login that nobody has."""
        self._ids_by_login[user.login.casefold()] = user.id
        self.users.put(user)

    def change_user(self, changed: User) -> None:
        """Put `changed` in the place of the user with the same id; apps that name the login follow."""
        before = self.users.find(changed.id)
        if before is not None and before.login != changed.login:
            del self._ids_by_login[before.login.casefold()]
            for app in self.apps:
                self.apps.put(replace(app, assigned_users=renamed(app.assigned_users, before.login, changed.login)))
        self.add_user(changed)

    def note_sign_in(self, user: User, now: float) -> None:
        """Remember when a user has last signed in."""
        self.users.put(replace(user, times=replace(user.times, last_login=now)))

    def remove_user(self, user: User) -> None:
        """Remove a user for good."""
        del self._ids_by_login[user.login.casefold()]
        self.users.remove(user.id)

    def add_group(self, group: Group) -> None:
        """Add a group without members."""
        self.groups.put(group)

    def change_group(self, changed: Group) -> None:
        """Put `changed` in the place of the group with the same id; members and apps follow."""
        before = self.groups.find(changed.id)
        self.groups.put(changed)
        for user in self.members(changed):
            groups = tuple(changed if group.id == changed.id else group for group in user.groups)
            self.users.put(replace(user, groups=groups))
        if before is not None and before.name != changed.name:
            for app in self.apps:
                self.apps.put(replace(app, assigned_groups=renamed(app.assigned_groups, before.name, changed.name)))

    def remove_group(self, group: Group) -> None:
        """Remove a group, and everybody from it."""
        for user in self.members(group):
            self.users.put(replace(user, groups=tuple(other for other in user.groups if other.id != group.id)))
        self.groups.remove(group.id)
        self.membership_updated.pop(group.id, None)

    def members(self, group: Group) -> list[User]:
        """The users in a group that is not Everyone, or all users."""
        if group.type is GroupType.BUILT_IN:
            return list(self.users)
        return [user for user in self.users if any(other.id == group.id for other in user.groups)]

    def add_app(self, app: App) -> None:
        """Add an app."""
        self.apps.put(app)

    def change_app(self, changed: App) -> None:
        """Put `changed` in the place of the app with the same client id."""
        self.apps.put(changed)

    def remove_app(self, app: App) -> None:
        """Remove an app for good."""
        self.apps.remove(app.id)

    def copy(self) -> "Org":
        """An org whose changes leave this one alone; what it consists of cannot be changed."""
        return Org(self.users, self.apps, self.custom_servers, self.groups, self.api_tokens)


def renamed(names: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    """`names` with `new` in the place of `old`."""
    return tuple(new if name == old else name for name in names)


def with_everyone(groups: Iterable[Group]) -> list[Group]:
    """`groups` after the one that Okta has by itself."""
    others = [group for group in groups if group.name != EVERYONE]
    return [
        Group(seeded_id("00g", EVERYONE), EVERYONE, "All users in your organization", GroupType.BUILT_IN),
        *others,
    ]


def new_id(prefix: str) -> str:
    """An id as Okta makes them: three letters for what it names, and seventeen others."""
    return f"{prefix}{secrets.token_hex(9)[:17]}"
