"""The access rules in force: those of a file, which never change while it runs, or those of the store, read anew."""

import logging
import math
import time
from collections.abc import Callable
from typing import NamedTuple

from okta_gateway.access.scopes import AccessRules, validate_rules

STORED_RULES_SECONDS = 60

_logger = logging.getLogger(__name__)


class RulesInForce(NamedTuple):
    """Rules, and until when they may be used, in seconds since 1970."""

    rules: AccessRules
    good_until: float


type CurrentRules = Callable[[], RulesInForce]
"""The rules in force now. Raises a CheckFailed when they cannot be read or are not valid."""


def fixed_rules(rules: AccessRules) -> CurrentRules:
    in_force = RulesInForce(rules, math.inf)
    return lambda: in_force


class StoredRules:
    """Rules that `read` takes from the store, kept for 60 s."""

    def __init__(self, read: Callable[[], object], *, clock: Callable[[], float] = time.time) -> None:
        self._read = read
        self._clock = clock
        self._in_force: RulesInForce | None = None

    def __call__(self) -> RulesInForce:
        now = self._clock()
        if self._in_force is None or not now < self._in_force.good_until <= now + STORED_RULES_SECONDS:
            return self.read_now()
        return self._in_force

    def read_now(self) -> RulesInForce:
        """The rules as they are in the store at this moment, for who must not decide by older ones."""
        rules = validate_rules(self._read(), _place_in_store)
        self._in_force = RulesInForce(rules, self._clock() + STORED_RULES_SECONDS)
        if unused := rules.scopes_without_permissions():
            _logger.warning("stored access rules: these scopes open no route: %s", ", ".join(unused))
        return self._in_force


def _place_in_store(keys: tuple[str, ...]) -> str:
    collection = {"groups": "idp_group_scopes", "permissions": "idp_scope_permissions"}.get(
        "".join(keys[:1]), "the store"
    )
    return f"{collection}, _id {keys[1]!r}" if len(keys) > 1 else collection
