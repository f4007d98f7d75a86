"""The cache of keys in a copy of the process that was restored from a snapshot."""

from collections.abc import Callable

import pytest

from okta_gateway.errors import KeysUnavailable, NoMatchingKey
from okta_gateway.tokens.key_cache import MAX_STALE_SECONDS, KeyCache
from tests.tokens import OKTA_KEY, OKTA_NEXT_KEY, FakeClock, FakeFetch, key_set, signing_key

HOUR = 3600
WEEKS = 21 * 24 * HOUR


@pytest.fixture
def primed(cache: KeyCache, okta: FakeFetch) -> KeyCache:
    """With the keys that Okta had when the snapshot was taken."""
    okta.answer = key_set(signing_key(OKTA_KEY))
    cache.prime()
    return cache


def raised(get: Callable[[str], object], kid: str) -> type[Exception] | None:
    try:
        get(kid)
    except (KeysUnavailable, NoMatchingKey) as error:
        return type(error)
    return None


def test_priming_fetches_once(primed: KeyCache, okta: FakeFetch) -> None:
    primed.prime()
    assert okta.started == 1


def test_priming_says_when_there_are_no_keys(cache: KeyCache, okta: FakeFetch) -> None:
    okta.answer = None
    with pytest.raises(KeysUnavailable):
        cache.prime()


def test_old_keys_are_fetched_anew_before_anybody_asks(primed: KeyCache, okta: FakeFetch, clock: FakeClock) -> None:
    clock.advance(WEEKS)
    okta.answer = key_set(signing_key(OKTA_NEXT_KEY))
    primed.start_anew(prefetch=True)
    assert okta.started == 2
    assert raised(primed.get, OKTA_NEXT_KEY) is None
    assert okta.started == 2
    assert raised(primed.get, OKTA_KEY) is NoMatchingKey


def test_fresh_keys_are_not_fetched(primed: KeyCache, okta: FakeFetch, clock: FakeClock) -> None:
    clock.advance(60)
    primed.start_anew(prefetch=True)
    assert raised(primed.get, OKTA_KEY) is None
    assert okta.started == 1


def test_without_prefetch_the_first_token_fetches(primed: KeyCache, okta: FakeFetch, clock: FakeClock) -> None:
    clock.advance(WEEKS)
    primed.start_anew(prefetch=False)
    assert okta.started == 1
    assert raised(primed.get, OKTA_KEY) is None
    assert okta.started == 2


@pytest.mark.parametrize(
    ("age", "expected"),
    [(MAX_STALE_SECONDS, None), (MAX_STALE_SECONDS + 1, KeysUnavailable), (WEEKS, KeysUnavailable)],
    ids=["six hours", "more", "weeks"],
)
def test_without_okta_keys_serve_for_six_hours_of_the_wall_clock(
    primed: KeyCache, okta: FakeFetch, clock: FakeClock, age: float, expected: type[Exception] | None
) -> None:
    okta.answer = None
    clock.advance(age)
    primed.start_anew(prefetch=True)
    assert raised(primed.get, OKTA_KEY) is expected


def test_what_was_tried_before_the_snapshot_keeps_no_copy_waiting(
    primed: KeyCache, okta: FakeFetch, clock: FakeClock
) -> None:
    assert raised(primed.get, "unknown") is NoMatchingKey
    okta.answer = None
    clock.advance(30)
    primed.start_anew(prefetch=True)
    okta.answer = key_set(signing_key(OKTA_NEXT_KEY))
    assert raised(primed.get, OKTA_NEXT_KEY) is None


def test_a_failure_before_the_snapshot_is_none_of_the_copys(cache: KeyCache, okta: FakeFetch) -> None:
    okta.answer = None
    for _ in range(2):
        with pytest.raises(KeysUnavailable):
            cache.prime()
    okta.answer = key_set(signing_key(OKTA_KEY))
    cache.start_anew(prefetch=True)
    assert raised(cache.get, OKTA_KEY) is None


def test_nor_is_one_that_old_keys_bridged(primed: KeyCache, okta: FakeFetch, clock: FakeClock) -> None:
    okta.answer = None
    clock.advance(HOUR)
    assert raised(primed.get, OKTA_KEY) is None
    okta.answer = key_set(signing_key(OKTA_NEXT_KEY))
    primed.start_anew(prefetch=True)
    assert raised(primed.get, OKTA_NEXT_KEY) is None


def test_fetches_are_counted_from_the_restoration_on(primed: KeyCache, clock: FakeClock) -> None:
    assert primed.fetches == 1
    primed.start_anew(prefetch=True)
    assert primed.fetches == 0
    clock.advance(WEEKS)
    primed.get(OKTA_KEY)
    assert primed.fetches == 1
