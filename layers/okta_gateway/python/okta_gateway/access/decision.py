"""May the holder of this token call this API, and which routes? The steps of DESIGN section 3, in their order."""

import hashlib
import math
import time
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from okta_gateway.access.groups import ClientGroups
from okta_gateway.access.policy import Policy, build_policy
from okta_gateway.access.principal import MACHINE, USER, Principal, identify
from okta_gateway.access.rules import CurrentRules
from okta_gateway.access.scopes import AccessRules, MappedScopes
from okta_gateway.errors import AccessRefused, ClientNotRegistered, ClientWithoutGroups, GroupsWithoutScopes, NoGroups
from okta_gateway.tokens.verifier import Verifier

REMEMBER_SECONDS = 60
MAX_REMEMBERED = 1_000

FROM_TOKEN = "token"  # noqa: S105 a source, no secret
FROM_STORE = "documentdb"
FROM_NOWHERE = "none"


class PrincipalGroups(NamedTuple):
    """The groups that count for a principal, and where they come from."""

    names: tuple[str, ...]
    source: str
    good_until: float = math.inf


class Decision:
    """The answer for one verified token at one stage; immutable, compared by identity.

    `refusal` says why its holder may do nothing but ask who they are, and is None for everybody else.
    """

    __slots__ = ("good_until", "groups", "policy", "principal", "refusal", "scopes")

    def __init__(
        self,
        *,
        principal: Principal,
        groups: PrincipalGroups,
        scopes: MappedScopes,
        policy: Policy,
        refusal: AccessRefused | None,
        good_until: float,
    ) -> None:
        self.principal = principal
        self.groups = groups
        self.scopes = scopes
        self.policy = policy
        self.refusal = refusal
        self.good_until = good_until


class Limits(NamedTuple):
    """Of the policy (settings POLICY_MAX_BYTES and ALLOW_ENCODED_SLASH)."""

    policy_max_bytes: int
    allow_encoded_slash: bool


class Rights(NamedTuple):
    """What groups may do; `any` is False when nothing but to ask who one is."""

    scopes: MappedScopes
    policy: Policy
    any: bool


class Authorizer:
    """Decides about tokens.

    A decision is remembered until the token expires, a lookup that it used ends, or 60 s have passed.
    """

    def __init__(
        self,
        verifier: Verifier,
        rules: CurrentRules,
        client_groups: ClientGroups | None,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.verifier = verifier
        self.rules = rules
        self.client_groups = client_groups
        self.limits = limits
        self._clock = clock
        self._remembered: dict[bytes, Decision] = {}

    def decide(self, token: str, stage_arn: str) -> tuple[Decision, bool]:
        """The decision, and whether it was remembered.

        Raises a TokenRefused for a bad token and a CheckFailed when the question could not be answered; neither is
        remembered.
        """
        digest = hashlib.sha256(f"{stage_arn} {token}".encode("utf-8", "surrogatepass")).digest()
        now = self._clock()
        decision = self._remembered.get(digest)
        if decision and now < decision.good_until <= now + REMEMBER_SECONDS:
            return decision, True
        decision = self._decide(token, stage_arn, now)
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[digest] = decision
        return decision, False

    def _decide(self, token: str, stage_arn: str, now: float) -> Decision:
        principal = identify(self.verifier.verify(token))
        groups = self.groups_of(principal)
        in_force = self.rules()
        rights = rights_of(groups.names, in_force.rules, stage_arn, self.limits)
        return Decision(
            principal=principal,
            groups=groups,
            scopes=rights.scopes,
            policy=rights.policy,
            refusal=None if rights.any else _why_no_rights(principal, groups, has_store=self.client_groups is not None),
            good_until=min(principal.expires_at, groups.good_until, in_force.good_until, now + REMEMBER_SECONDS),
        )

    def groups_of(self, principal: Principal) -> PrincipalGroups:
        """Enrichment is for machines only: a user without groups must not inherit those of the application."""
        if principal.groups:
            return PrincipalGroups(principal.groups, FROM_TOKEN)
        if principal.kind != MACHINE or self.client_groups is None:
            return PrincipalGroups((), FROM_NOWHERE)
        lookup = self.client_groups.of(principal.id)
        source = FROM_NOWHERE if lookup.groups is None else FROM_STORE
        return PrincipalGroups(lookup.groups or (), source, lookup.good_until)


@lru_cache(maxsize=256)
def rights_of(groups: tuple[str, ...], rules: AccessRules, stage_arn: str, limits: Limits) -> Rights:
    """What the groups bring at the stage. Raises PolicyTooLarge. Many tokens name the same groups."""
    mapped = rules.scopes_of(groups)
    policy = build_policy(
        rules,
        mapped.names,
        stage_arn,
        max_bytes=limits.policy_max_bytes,
        allow_encoded_slash=limits.allow_encoded_slash,
    )
    return Rights(mapped, policy, bool(rules.permissions_of(mapped.names)))


def _why_no_rights(principal: Principal, groups: PrincipalGroups, *, has_store: bool) -> AccessRefused:
    if groups.names:
        return GroupsWithoutScopes(f"{len(groups.names)} groups, none of them opens anything")
    if principal.kind == USER:
        return NoGroups("no groups in the token")
    if groups.source == FROM_STORE:
        return ClientWithoutGroups("the client's document has no groups")
    store = "no enabled client of this id in the store" if has_store else "no document store is configured"
    return ClientNotRegistered(f"no groups in the token, and {store}")
