"""What Okta says of authorization servers and applications, read tolerantly: a member that is missing is empty."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

EVERYONE, ANY_SCOPE, ALL_CLIENTS = "EVERYONE", "*", "ALL_CLIENTS"
ZONES_ONLY = "ZONE"

type Members = Mapping[str, Any]


class GroupsClaim(NamedTuple):
    """A claim of an authorization server; `filter_type` is empty for one that is an expression."""

    name: str
    token: str
    """RESOURCE: access tokens. IDENTITY: ID tokens."""
    filter_type: str
    value: str
    scopes: tuple[str, ...]
    active: bool

    def matches(self, group: str) -> bool:
        """Whether a group gets through the filter; of expressions, and of what Python cannot compile, nobody knows."""
        match self.filter_type:
            case "STARTS_WITH":
                return group.startswith(self.value)
            case "EQUALS":
                return group == self.value
            case "CONTAINS":
                return self.value in group
            case "REGEX":
                return re.fullmatch(self.value, group) is not None
            case _:
                return True


class Scope(NamedTuple):
    """A scope of an authorization server; a default one is granted to who asks for none."""

    name: str
    is_default: bool = False
    needs_consent: bool = False


class PolicyRule(NamedTuple):
    """A rule of an access policy."""

    name: str
    active: bool
    grants: tuple[str, ...]
    scopes: tuple[str, ...]
    refresh_minutes: int = 0
    """How long refresh tokens live; 0: without end."""
    idle_minutes: int = 0
    """How long a refresh token lives that nobody uses; 0: as long as any."""
    people: tuple[str, ...] = ()
    """The ids of the groups that it is for, or EVERYONE; empty where it has no such condition."""

    def lacks(self, scopes: frozenset[str]) -> frozenset[str]:
        """The requested scopes that the rule does not cover; with one of them Okta goes on to the next rule."""
        return frozenset() if ANY_SCOPE in self.scopes else scopes - set(self.scopes)

    @property
    def is_for_everyone(self) -> bool:
        return not self.people or EVERYONE in self.people


class AccessPolicy(NamedTuple):
    """An access policy and its rules, in order of priority."""

    name: str
    active: bool
    clients: tuple[str, ...]
    rules: tuple[PolicyRule, ...]

    def covers(self, client_id: str) -> bool:
        return ALL_CLIENTS in self.clients or client_id in self.clients


class Application(NamedTuple):
    """An OIDC application."""

    id: str
    label: str
    active: bool
    grants: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    sign_out_uris: tuple[str, ...]
    needs_dpop: bool
    is_for_everyone: bool = False
    """Federation Broker Mode: nobody has to be assigned (Okta's `implicitAssignment`)."""
    zones: tuple[str, ...] | None = None
    """The network zones that it gets tokens in; None: anywhere."""


def read_scope(members: Members) -> Scope:
    return Scope(
        text(members, "name"), members.get("default") is True, needs_consent=members.get("consent") == "REQUIRED"
    )


def read_claim(members: Members) -> GroupsClaim:
    return GroupsClaim(
        name=text(members, "name"),
        token=text(members, "claimType"),
        filter_type=text(members, "group_filter_type"),
        value=text(members, "value"),
        scopes=texts(section(members, "conditions"), "scopes"),
        active=is_active(members),
    )


def read_policy(members: Members, rules: tuple[PolicyRule, ...]) -> AccessPolicy:
    clients = section(section(members, "conditions"), "clients")
    return AccessPolicy(text(members, "name"), is_active(members), texts(clients, "include"), rules)


def read_rule(members: Members) -> PolicyRule:
    conditions = section(members, "conditions")
    lifetimes = section(section(members, "actions"), "token")
    return PolicyRule(
        name=text(members, "name"),
        active=is_active(members),
        grants=texts(section(conditions, "grantTypes"), "include"),
        scopes=texts(section(conditions, "scopes"), "include"),
        refresh_minutes=_minutes(lifetimes, "refreshTokenLifetimeMinutes"),
        idle_minutes=_minutes(lifetimes, "refreshTokenWindowMinutes"),
        people=texts(section(section(conditions, "people"), "groups"), "include"),
    )


def read_application(members: Members) -> Application:
    settings = section(section(members, "settings"), "oauthClient")
    network = section(settings, "network")
    return Application(
        id=text(members, "id"),
        label=text(members, "label"),
        active=is_active(members),
        grants=texts(settings, "grant_types"),
        redirect_uris=texts(settings, "redirect_uris"),
        sign_out_uris=texts(settings, "post_logout_redirect_uris"),
        needs_dpop=settings.get("dpop_bound_access_tokens") is True,
        is_for_everyone=section(members, "settings").get("implicitAssignment") is True,
        zones=texts(network, "include") if text(network, "connection") == ZONES_ONLY else None,
    )


def is_active(members: Members) -> bool:
    return members.get("status") == "ACTIVE"


def _minutes(lifetimes: Members, name: str) -> int:
    value = lifetimes.get(name)
    return value if isinstance(value, int) else 0


def section(members: object, name: str) -> Members:
    value = members.get(name) if isinstance(members, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def text(members: Members, name: str) -> str:
    value = members.get(name)
    return value if isinstance(value, str) else ""


def texts(members: Members, name: str) -> tuple[str, ...]:
    values = members.get(name)
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()
