"""The organisation that the stand-in plays: groups, users, apps and authorization servers, as plain data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

type TokenKind = Literal["access_token", "id_token"]
type AppType = Literal["web", "service"]

ORG_SERVER_ID = "org"
EVERYONE = "Everyone"
"""Okta's built-in group, of which each user is a member."""
ALL_CLIENTS = "ALL_CLIENTS"
ANY_SCOPE = "*"

USER_SCOPES = ("openid", "profile", "email", "address", "phone", "offline_access", "device_sso")
"""Scopes that need a user, and that Okta gives to each new custom server (recorded scope lists)."""
ORG_SERVER_SCOPES = ("openid", "email", "profile", "address", "phone", "offline_access", "groups")
"""The org server's own scopes, in the order of its discovery document."""


class FilterType(StrEnum):
    """How a groups claim chooses groups (Okta's `group_filter_type`)."""

    STARTS_WITH = "STARTS_WITH"
    EQUALS = "EQUALS"
    CONTAINS = "CONTAINS"
    REGEX = "REGEX"


class Rotation(StrEnum):
    """What happens to a refresh token that has been used (Okta's `rotation_type`)."""

    ROTATE = "ROTATE"
    STATIC = "STATIC"


@dataclass(frozen=True, slots=True)
class GroupsClaim:
    """A claim of type GROUPS: which of the user's groups a token carries; no scopes means for any scope."""

    filter_type: FilterType
    value: str
    name: str = "groups"
    kind: TokenKind = "access_token"
    scopes: tuple[str, ...] = ()

    def applies(self, kind: TokenKind, scopes: Iterable[str]) -> bool:
        """Whether a token of `kind` with `scopes` has this claim."""
        return self.kind == kind and (not self.scopes or not set(self.scopes).isdisjoint(scopes))

    def matching(self, groups: Iterable[str]) -> list[str]:
        """The groups that pass the filter, in their order."""
        return [group for group in groups if self._matches(group)]

    def _matches(self, group: str) -> bool:
        match self.filter_type:
            case FilterType.STARTS_WITH:
                return group.startswith(self.value)
            case FilterType.EQUALS:
                return group == self.value
            case FilterType.CONTAINS:
                return self.value in group
            case FilterType.REGEX:
                return re.fullmatch(self.value, group) is not None


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope of an authorization server; `published` ones are named in discovery (metadataPublish ALL_CLIENTS)."""

    name: str
    default: bool = False
    published: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy rule: it matches when it allows the grant type and covers every requested scope.

    A refresh token lives `refresh_token_minutes` (0: without end), and dies earlier when it is not used for
    `refresh_window_minutes`; the defaults are Okta's.
    """

    name: str
    grant_types: tuple[str, ...]
    scopes: tuple[str, ...]
    access_token_minutes: int
    refresh_token_minutes: int = 0
    refresh_window_minutes: int = 7 * 24 * 60

    def matches(self, grant_type: str, scopes: Iterable[str]) -> bool:
        """Whether the rule allows this grant type with all of these scopes."""
        return grant_type in self.grant_types and (ANY_SCOPE in self.scopes or set(scopes) <= set(self.scopes))


@dataclass(frozen=True, slots=True)
class Policy:
    """An access policy: rules for some clients, in order of priority."""

    name: str
    clients: tuple[str, ...]
    rules: tuple[Rule, ...]

    def covers(self, client_id: str) -> bool:
        """Whether the policy is for this client."""
        return ALL_CLIENTS in self.clients or client_id in self.clients


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """A custom authorization server, or the org's own one, whose audience is the org itself."""

    id: str
    audience: str | None
    scopes: tuple[Scope, ...]
    groups_claims: tuple[GroupsClaim, ...] = ()
    policies: tuple[Policy, ...] = ()

    @property
    def is_org_server(self) -> bool:
        """Whether this is the org authorization server."""
        return self.audience is None

    @property
    def path(self) -> str:
        """What comes before `/v1/token` in the server's URLs."""
        return "/oauth2" if self.is_org_server else f"/oauth2/{self.id}"

    def issuer(self, origin: str) -> str:
        """The `iss` of the server's tokens, where the org is reached at `origin`."""
        return origin if self.is_org_server else f"{origin}{self.path}"

    def rule(self, client_id: str, grant_type: str, scopes: Iterable[str]) -> Rule | None:
        """The first matching rule of the policies for this client, or None."""
        requested = tuple(scopes)
        rules = (rule for policy in self.policies if policy.covers(client_id) for rule in policy.rules)
        return next((rule for rule in rules if rule.matches(grant_type, requested)), None)


@dataclass(frozen=True, slots=True)
class User:
    """A person; `login` is Okta's user name and the default `sub` of access tokens."""

    id: str
    login: str
    first_name: str
    last_name: str
    password: str = field(repr=False)
    groups: tuple[str, ...] = ()
    active: bool = True

    @property
    def all_groups(self) -> tuple[str, ...]:
        """The user's groups with the one that Okta puts everybody in."""
        return (EVERYONE, *self.groups)


@dataclass(frozen=True, slots=True)
class RefreshTokens:
    """How an app's refresh tokens behave (Okta's `settings.oauthClient.refresh_token`); leeway in seconds.

    The default is Okta's for web apps: persistent ones.
    """

    rotation: Rotation = Rotation.STATIC
    leeway: int = 30


@dataclass(frozen=True, slots=True)
class App:
    """An application; without a client secret it authenticates by private_key_jwt."""

    client_id: str
    label: str
    type: AppType
    grant_types: tuple[str, ...]
    client_secret: str | None = field(default=None, repr=False)
    okta_scopes: tuple[str, ...] = ()
    """Scopes of Okta's own API granted to the app: all that it gets from the org server."""
    groups_claim: GroupsClaim | None = None
    """Groups in the app's ID tokens of the org server (the app's Sign On tab)."""
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    pkce_required: bool = True
    refresh_tokens: RefreshTokens = RefreshTokens()
    assigned_users: tuple[str, ...] = ()
    assigned_groups: tuple[str, ...] = ()

    def is_assigned(self, user: User) -> bool:
        """Whether the user may sign in to the app, by name or as a member of a group."""
        return user.login in self.assigned_users or not set(user.all_groups).isdisjoint(self.assigned_groups)


@dataclass(slots=True)
class Org:
    """Everything that an administrator would have set up in Okta, and may change later."""

    users: tuple[User, ...]
    apps: tuple[App, ...]
    custom_servers: tuple[AuthorizationServer, ...]

    @property
    def org_server(self) -> AuthorizationServer:
        """The org authorization server, which each org has and nobody can configure."""
        return AuthorizationServer(ORG_SERVER_ID, None, tuple(Scope(name) for name in ORG_SERVER_SCOPES))

    @property
    def servers(self) -> tuple[AuthorizationServer, ...]:
        """All authorization servers, the org's own one first."""
        return (self.org_server, *self.custom_servers)

    def user(self, login: str) -> User | None:
        """The user with this login."""
        return next((user for user in self.users if user.login == login), None)

    def user_with_id(self, user_id: object) -> User | None:
        """The user with this id, the `sub` of ID tokens."""
        return next((user for user in self.users if user.id == user_id), None)

    def app(self, client_id: str) -> App | None:
        """The app with this client id."""
        return next((app for app in self.apps if app.client_id == client_id), None)

    def custom_server(self, server_id: str) -> AuthorizationServer | None:
        """The custom server with this id."""
        return next((server for server in self.custom_servers if server.id == server_id), None)

    def change_user(self, changed: User) -> None:
        """Put `changed` in the place of the user with the same id."""
        self.users = tuple(changed if user.id == changed.id else user for user in self.users)

    def change_app(self, changed: App) -> None:
        """Put `changed` in the place of the app with the same client id."""
        self.apps = tuple(changed if app.client_id == changed.client_id else app for app in self.apps)

    def copy(self) -> "Org":
        """An org whose changes leave this one alone; what it consists of cannot be changed."""
        return replace(self)
