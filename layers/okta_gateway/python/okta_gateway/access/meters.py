"""What the authorizer did besides deciding, since the last line of its log: key-set fetches and lookups of groups."""

from collections.abc import Mapping, Sequence

from okta_gateway.access.groups import ClientGroups
from okta_gateway.tokens.key_cache import KeyCache

KEY_SET_AGE = "KeySetAgeSeconds"


class Meters:
    """Reads the counters of key caches, a list that may grow, and of the enrichment."""

    def __init__(self, key_caches: Sequence[KeyCache], client_groups: ClientGroups | None) -> None:
        self._key_caches = key_caches
        self._client_groups = client_groups
        self._before: Mapping[str, int] = {}

    def __call__(self) -> dict[str, float]:
        """Metrics by name: how much each counter grew, those that did, and the age of the oldest keys in seconds."""
        now = self._totals()
        grown: dict[str, float] = {
            name: total - self._before.get(name, 0) for name, total in now.items() if total > self._before.get(name, 0)
        }
        self._before = now
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
