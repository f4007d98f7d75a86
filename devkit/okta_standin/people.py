"""The people of an org and the groups they are in, as plain data. Times are epoch seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from devkit.okta_standin.seeds import SEEDED_AT

EVERYONE = "Everyone"
"""Okta's built-in group, of which each user is a member."""


class GroupType(StrEnum):
    """Who owns a group's members: the administrator, Okta, or an app that they are imported from."""

    OKTA_GROUP = "OKTA_GROUP"
    BUILT_IN = "BUILT_IN"
    APP_GROUP = "APP_GROUP"


@dataclass(frozen=True, slots=True)
class Group:
    """A group; `attributes` are the members of its profile besides name and description."""

    id: str
    name: str
    description: str | None = None
    type: GroupType = GroupType.OKTA_GROUP
    attributes: Mapping[str, object] = MappingProxyType({})
    created: float = SEEDED_AT
    last_updated: float = SEEDED_AT

    @property
    def profile(self) -> dict[str, object]:
        """The profile as Okta shows it: null for what is unset."""
        return {"name": self.name, "description": self.description, **self.attributes}


class UserStatus(StrEnum):
    """Okta's life of a user; only an ACTIVE one can sign in."""

    STAGED = "STAGED"
    PROVISIONED = "PROVISIONED"
    ACTIVE = "ACTIVE"
    RECOVERY = "RECOVERY"
    PASSWORD_EXPIRED = "PASSWORD_EXPIRED"  # noqa: S105 - a status
    LOCKED_OUT = "LOCKED_OUT"
    SUSPENDED = "SUSPENDED"
    DEPROVISIONED = "DEPROVISIONED"


@dataclass(frozen=True, slots=True)
class UserTimes:
    """When what happened to a user."""

    created: float = SEEDED_AT
    activated: float | None = SEEDED_AT
    status_changed: float | None = SEEDED_AT
    last_login: float | None = None
    last_updated: float = SEEDED_AT
    password_changed: float | None = SEEDED_AT


@dataclass(frozen=True, slots=True)
class User:
    """A person; `profile` has Okta's names (login, email, firstName, ...)."""

    id: str
    profile: Mapping[str, str | None]
    password: str | None = field(default=None, repr=False)
    groups: tuple[Group, ...] = ()
    """Besides Everyone."""
    status: UserStatus = UserStatus.ACTIVE
    times: UserTimes = UserTimes()

    @property
    def login(self) -> str:
        """Okta's user name and the default `sub` of access tokens."""
        return self.profile["login"] or ""

    @property
    def email(self) -> str:
        """The primary address."""
        return self.profile["email"] or ""

    @property
    def first_name(self) -> str:
        """The given name; Okta does not insist on one."""
        return self.profile.get("firstName") or ""

    @property
    def last_name(self) -> str:
        """The family name; Okta does not insist on one."""
        return self.profile.get("lastName") or ""

    @property
    def active(self) -> bool:
        """Whether the user can sign in."""
        return self.status is UserStatus.ACTIVE

    @property
    def all_groups(self) -> tuple[str, ...]:
        """The names of the user's groups, with the one that Okta puts everybody in."""
        return (EVERYONE, *(group.name for group in self.groups))
