"""What the authorizer did besides deciding, since the last line of its log: key-set fetches and lookups of groups."""

import time
from collections.abc import Callable, Mapping, Sequence

from okta_gateway.access.groups import ClientGroups
from okta_gateway.tokens.key_cache import KeyCache

KEY_SET_AGE = "KeySetAgeSeconds"
AGE_EVERY_SECONDS = 60
"""CloudWatch keeps one value a minute; the oldest is what matters."""


class Meters:
    """Reads the counters of key caches, a list that may grow, and of the enrichment."""

    def __init__(
        self,
        key_caches: Sequence[KeyCache],
        client_groups: ClientGroups | None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._key_caches = key_caches
        self._client_groups = client_groups
        self._clock = clock
        self._before: Mapping[str, int] = {}
        self._age_told_at = 0.0

    def __call__(self) -> dict[str, float]:
        """Metrics by name: how much each counter grew, those that did.

        With them, or a minute after it was told last, the age of the oldest keys in seconds.
        """
        totals = self._totals()
        now = self._clock()
        if totals == self._before and 0 <= now - self._age_told_at < AGE_EVERY_SECONDS:
            return {}
        grown: dict[str, float] = {
            name: total - before for name, total in totals.items() if total > (before := self._before.get(name, 0))
        }
        self._before = totals
        self._age_told_at = now
        ages = [age for cache in self._key_caches if (age := cache.age()) is not None]
        return grown | ({KEY_SET_AGE: round(max(ages), 3)} if ages else {})

    def _totals(self) -> dict[str, int]:
        totals = {"KeySetFetches": sum(cache.fetches for cache in self._key_caches)}
        if self._client_groups:
            groups = self._client_groups
            totals |= {
                "EnrichmentHits": groups.hits,
                "EnrichmentMisses": groups.misses,
                "EnrichmentFailures": groups.failures,
            }
        return totals
