"""Groups of machines, whose tokens cannot carry any: looked up by client id and remembered for a short while."""

import time
from collections.abc import Callable
from typing import NamedTuple

from okta_gateway.errors import CheckFailed

HIT_SECONDS = 60
MISS_SECONDS = 5
"""A client that was registered a moment ago gets in after at most this long."""
MAX_REMEMBERED = 10_000

type FindGroups = Callable[[str], tuple[str, ...] | None]
"""The groups of an enabled client, None for an unknown one. Raises a CheckFailed when that cannot be found out."""


class Lookup(NamedTuple):
    """The groups of a client, None when it is not registered, and until when that is taken for true."""

    groups: tuple[str, ...] | None
    good_until: float


class ClientGroups:
    """Remembers what `find` answered: a hit for 60 s, a miss for 5 s, a failure not at all."""

    def __init__(self, find: FindGroups, *, clock: Callable[[], float] = time.time) -> None:
        self._find = find
        self._clock = clock
        self._lookups: dict[str, Lookup] = {}
        self.hits = self.misses = self.failures = 0
        """How often a client was found, not found, or could not be looked up; for the metrics."""

    def of(self, client_id: str) -> Lookup:
        """Raises what `find` raises when the store does not answer and nothing fresh is remembered."""
        now = self._clock()
        remembered = self._lookups.get(client_id)
        if remembered and now < remembered.good_until <= now + HIT_SECONDS:
            return self._counted(remembered)
        try:
            groups = self._find(client_id)
        except CheckFailed:
            self.failures += 1
            raise
        lookup = Lookup(groups, now + (MISS_SECONDS if groups is None else HIT_SECONDS))
        if len(self._lookups) >= MAX_REMEMBERED:
            self._lookups.clear()
        self._lookups[client_id] = lookup
        return self._counted(lookup)

    def _counted(self, lookup: Lookup) -> Lookup:
        if lookup.groups is None:
            self.misses += 1
        else:
            self.hits += 1
        return lookup
