"""What the authorizer counts besides decisions: how a line of the log carries it, and that nothing is counted twice."""

import json

import pytest

from okta_gateway.access.decision_log import DecisionLog
from okta_gateway.access.groups import ClientGroups
from okta_gateway.access.meters import Meters
from okta_gateway.errors import AlgorithmRefused, KeysUnavailable, StoreUnavailable
from okta_gateway.tokens.key_cache import KeyCache
from tests.tokens import OKTA_KEY, FakeClock, FakeFetch, key_set

GROUPS = {"known": ("readers",), "other": ("readers",)}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def fetch() -> FakeFetch:
    return FakeFetch(key_set())


@pytest.fixture
def cache(fetch: FakeFetch, clock: FakeClock) -> KeyCache:
    return KeyCache("https://okta.example.com/keys", fetch=fetch, clock=clock)


def find(client_id: str) -> tuple[str, ...] | None:
    if client_id == "broken":
        raise StoreUnavailable("down")
    return GROUPS.get(client_id)


def test_before_anything_happened_nothing_is_told(cache: KeyCache) -> None:
    assert Meters([cache], ClientGroups(find))() == {}


def test_fetches_are_told_once_and_the_age_of_keys_once_a_minute(cache: KeyCache, clock: FakeClock) -> None:
    meters = Meters([cache], None, clock=clock)
    cache.get(OKTA_KEY)
    assert meters() == {"KeySetFetches": 1, "KeySetAgeSeconds": 0}
    clock.advance(59)
    assert meters() == {}
    clock.advance(1)
    assert meters() == {"KeySetAgeSeconds": 60}
    assert meters() == {}
    clock.advance(-30)
    assert meters() == {"KeySetAgeSeconds": 30}


def test_a_fetch_that_failed_counts_too(cache: KeyCache, fetch: FakeFetch) -> None:
    fetch.answer = None
    with pytest.raises(KeysUnavailable):
        cache.get(OKTA_KEY)
    assert Meters([cache], None)() == {"KeySetFetches": 1}


def test_the_age_is_that_of_the_oldest_keys(clock: FakeClock) -> None:
    caches = [KeyCache("https://a/keys", fetch=FakeFetch(key_set()), clock=clock) for _ in range(2)]
    caches[0].get(OKTA_KEY)
    clock.advance(100)
    caches[1].get(OKTA_KEY)
    assert Meters(caches, None)()["KeySetAgeSeconds"] == 100


def test_a_cache_that_came_later_counts() -> None:
    caches: list[KeyCache] = []
    meters = Meters(caches, None)
    caches.append(KeyCache("https://a/keys", fetch=FakeFetch(key_set()), clock=FakeClock()))
    caches[0].get(OKTA_KEY)
    assert meters()["KeySetFetches"] == 1


def test_hits_misses_and_failures_of_the_enrichment_are_told_apart(clock: FakeClock) -> None:
    groups = ClientGroups(find, clock=clock)
    for client_id in ("known", "known", "other", "stranger", "stranger"):
        groups.of(client_id)
    for _ in range(4):
        with pytest.raises(StoreUnavailable):
            groups.of("broken")
    meters = Meters([], groups)
    assert meters() == {"EnrichmentHits": 3, "EnrichmentMisses": 2, "EnrichmentFailures": 4}
    assert meters() == {}
    groups.of("known")
    assert meters() == {"EnrichmentHits": 1}


def test_fetches_and_lookups_are_told_in_one_line(cache: KeyCache, clock: FakeClock) -> None:
    groups = ClientGroups(find, clock=clock)
    cache.get(OKTA_KEY)
    groups.of("known")
    clock.advance(1.23456)
    meters = Meters([cache], groups, clock=clock)
    assert meters() == {"KeySetFetches": 1, "EnrichmentHits": 1, "KeySetAgeSeconds": 1.235}


def test_a_line_names_as_metrics_what_it_carries_and_nothing_else() -> None:
    lines: list[str] = []
    told = iter([{"KeySetFetches": 1.0, "KeySetAgeSeconds": 2.5}, dict[str, float]()])
    log = DecisionLog("token-authorizer", "ns", meters=lambda: next(told), write=lines.append, clock=FakeClock())
    for request in ("1", "2"):
        log.failed(AlgorithmRefused("alg is 'none'"), request, 1.0)
    first, second = map(json.loads, lines)
    [decisions, meters] = first["_aws"]["CloudWatchMetrics"]
    assert meters == {
        "Namespace": "ns",
        "Dimensions": [["service"]],
        "Metrics": [{"Name": "KeySetFetches", "Unit": "Count"}, {"Name": "KeySetAgeSeconds", "Unit": "Seconds"}],
    }
    assert (first["KeySetFetches"], first["KeySetAgeSeconds"]) == (1.0, 2.5)
    assert second["_aws"]["CloudWatchMetrics"] == [decisions]
    assert "KeySetFetches" not in second
