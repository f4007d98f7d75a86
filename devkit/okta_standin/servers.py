"""The authorization servers of an org: scopes, claims, policies and rules, as plain data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from devkit.okta_standin.seeds import SEEDED_AT

type TokenKind = Literal["access_token", "id_token"]

ORG_SERVER_ID = "org"
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


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of tokens: the user's groups that pass a filter, or without a filter the result of an expression."""

    value: str
    filter_type: FilterType | None = None
    name: str = "groups"
    kind: TokenKind = "access_token"
    scopes: tuple[str, ...] = ()
    """Any of them calls for the claim; none are for all."""
    always: bool = True
    """Whether it is in ID tokens too that come with an access token; userinfo has it in any case."""
    active: bool = True
    system: bool = False
    """Whether Okta has given the claim to the server."""
    id: str = ""

    def applies(self, kind: TokenKind, scopes: Iterable[str]) -> bool:
        """Whether a token of `kind` with `scopes` has this claim."""
        called_for = not self.scopes or not set(self.scopes).isdisjoint(scopes)
        return self.active and self.kind == kind and called_for

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
            case None:
                return False


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope of an authorization server; `published` ones are named in discovery (metadataPublish ALL_CLIENTS)."""

    name: str
    default: bool = False
    published: bool = True
    id: str = ""
    description: str | None = None
    display_name: str | None = None
    consent: str = "IMPLICIT"
    optional: bool = False

    @property
    def system(self) -> bool:
        """Whether Okta has given the scope to the server."""
        return self.name in USER_SCOPES


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy rule: it matches when it allows the grant type and covers every requested scope.

    A refresh token lives `refresh_token_minutes` (0: without end), and dies earlier when it is not used for
    `refresh_window_minutes`; the defaults are Okta's. `groups` is shown again, and not acted upon.
    """

    name: str
    grant_types: tuple[str, ...]
    scopes: tuple[str, ...]
    access_token_minutes: int = 60
    refresh_token_minutes: int = 0
    refresh_window_minutes: int = 7 * 24 * 60
    groups: tuple[str, ...] = ()
    active: bool = True
    id: str = ""
    created: float = SEEDED_AT
    last_updated: float = SEEDED_AT

    def matches(self, grant_type: str, scopes: Iterable[str]) -> bool:
        """Whether the rule allows this grant type with all of these scopes."""
        covers = ANY_SCOPE in self.scopes or set(scopes) <= set(self.scopes)
        return self.active and grant_type in self.grant_types and covers


@dataclass(frozen=True, slots=True)
class Policy:
    """An access policy: rules for some clients, in order of priority."""

    name: str
    clients: tuple[str, ...]
    rules: tuple[Rule, ...]
    description: str = ""
    active: bool = True
    id: str = ""
    created: float = SEEDED_AT
    last_updated: float = SEEDED_AT

    def covers(self, client_id: str) -> bool:
        """Whether the policy is for this client."""
        return self.active and (ALL_CLIENTS in self.clients or client_id in self.clients)


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """A custom authorization server, or the org's own one, whose audience is the org itself."""

    id: str
    audience: str | None
    scopes: tuple[Scope, ...]
    claims: tuple[Claim, ...] = ()
    policies: tuple[Policy, ...] = ()
    """In order of priority."""
    name: str = ""
    description: str = ""
    active: bool = True
    rotation_mode: str = "AUTO"
    issuer_mode: str = "DYNAMIC"
    created: float = SEEDED_AT
    last_updated: float = SEEDED_AT
    last_rotated: float = SEEDED_AT

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
