"""The fetch that a cold start begins, and threads that want keys before it has ended."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from okta_gateway.errors import KeysUnavailable
from okta_gateway.tokens.key_cache import KeyCache
from okta_gateway.tokens.key_fetch import KeyDocument, Wait
from tests.tokens import KEYS_URL, OKTA_KEY, OKTA_NEXT_KEY, FakeClock, FakeFetch, key_set
from tests.tokens import signing_key as key_named
from tests.unit.tokens.verifying import is_key

HOUR = 3600


def pending_cache(okta: FakeFetch, clock: FakeClock) -> KeyCache:
    """A cache that was made at a cold start, with a fetch under way."""
    return KeyCache(KEYS_URL, pending=okta(KEYS_URL), fetch=okta, clock=clock)


def test_the_fetch_of_a_cold_start_is_used_once(okta: FakeFetch, clock: FakeClock) -> None:
    cache = pending_cache(okta, clock)
    cache.get(OKTA_KEY)
    cache.get(OKTA_NEXT_KEY)
    assert okta.started == 1
    clock.advance(301)
    cache.get(OKTA_KEY)
    assert okta.started == 2


def test_a_key_that_appears_right_after_a_cold_start_is_found_by_a_fetch_of_its_own(
    okta: FakeFetch, clock: FakeClock
) -> None:
    cache = pending_cache(okta, clock)
    cache.get(OKTA_KEY)
    clock.advance(10)
    okta.answer = key_set(key_named("after-next"))
    assert is_key("after-next", cache.get("after-next"))
    assert okta.started == 2


def test_keys_of_a_cold_start_are_as_old_as_their_fetch(okta: FakeFetch, clock: FakeClock) -> None:
    cache = pending_cache(okta, clock)
    clock.advance(59)
    cache.get(OKTA_KEY)
    clock.advance(240)
    cache.get(OKTA_KEY)
    assert okta.started == 1
    clock.advance(2)
    cache.get(OKTA_KEY)
    assert okta.started == 2


def test_after_a_failed_cold_start_the_next_request_fetches_again(okta: FakeFetch, clock: FakeClock) -> None:
    good, okta.answer = okta.answer, None
    cache = pending_cache(okta, clock)
    with pytest.raises(KeysUnavailable):
        cache.get(OKTA_KEY)
    okta.answer = good
    assert is_key(OKTA_KEY, cache.get(OKTA_KEY))


def test_a_sandbox_that_waited_for_hours_after_its_cold_start_lets_the_first_token_in(
    okta: FakeFetch, clock: FakeClock
) -> None:
    """Provisioned concurrency: AWS runs the init long before the first event, and freezes the sandbox meanwhile."""
    cache = pending_cache(okta, clock)
    clock.advance(7 * HOUR)
    assert is_key(OKTA_KEY, cache.get(OKTA_KEY))


def test_a_sandbox_frozen_in_the_middle_of_its_first_fetch_lets_the_first_token_in(
    okta: FakeFetch, clock: FakeClock
) -> None:
    def broken_off() -> KeyDocument:
        raise KeysUnavailable("the connection broke while the sandbox was frozen")

    cache = KeyCache(KEYS_URL, pending=broken_off, fetch=okta, clock=clock)
    clock.advance(HOUR)
    assert is_key(OKTA_KEY, cache.get(OKTA_KEY))


def test_threads_that_need_keys_at_the_same_time_share_one_fetch(okta: FakeFetch, clock: FakeClock) -> None:
    all_are_waiting = threading.Barrier(8)
    second_fetch = threading.Event()

    def fetch(url: str) -> Wait:
        wait = okta(url)
        if okta.started > 1:
            second_fetch.set()

        def wait_for_another_thread() -> KeyDocument:
            second_fetch.wait(0.1)
            return wait()

        return wait_for_another_thread

    cache = KeyCache(KEYS_URL, fetch=fetch, clock=clock)

    def get(_: int) -> RSAPublicKey:
        all_are_waiting.wait(10)
        return cache.get(OKTA_KEY)

    with ThreadPoolExecutor(8) as threads:
        assert all(is_key(OKTA_KEY, key) for key in threads.map(get, range(8)))
    assert okta.started == 1
