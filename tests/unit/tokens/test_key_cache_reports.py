"""What the key cache asks for, and what its errors and log lines tell an operator."""

import logging

import pytest

from okta_gateway.errors import KeysUnavailable, NoMatchingKey
from okta_gateway.tokens.key_cache import KeyCache
from okta_gateway.tokens.key_fetch import Wait
from tests.tokens import KEYS_URL, OKTA_KEY, FakeClock, FakeFetch


def test_each_fetch_is_of_the_configured_address(okta: FakeFetch, clock: FakeClock) -> None:
    asked: list[str] = []

    def fetch(url: str) -> Wait:
        asked.append(url)
        return okta(url)

    cache = KeyCache(KEYS_URL, fetch=fetch, clock=clock)
    cache.get(OKTA_KEY)
    with pytest.raises(NoMatchingKey):
        cache.get("unknown")
    assert asked == [KEYS_URL, KEYS_URL]


def test_an_unknown_key_is_named_with_the_address_that_does_not_have_it(cache: KeyCache) -> None:
    with pytest.raises(NoMatchingKey) as refusal:
        cache.get("unknown")
    assert refusal.value.detail == f"{KEYS_URL} has no key 'unknown'"


def test_an_unknown_key_that_could_not_be_looked_for_is_reported_with_the_failure(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock
) -> None:
    cache.get(OKTA_KEY)
    okta.answer = None
    clock.advance(61)
    with pytest.raises(KeysUnavailable) as failure:
        cache.get("unknown")
    assert failure.value.detail == "the issuer does not answer"


@pytest.mark.parametrize(("warm", "said"), [(True, "those of 400 s ago serve on"), (False, "and there are none")])
def test_the_log_says_whether_keys_serve_while_none_can_be_fetched(
    okta: FakeFetch, clock: FakeClock, caplog: pytest.LogCaptureFixture, warm: bool, said: str
) -> None:
    cache = KeyCache(KEYS_URL, fetch=okta, clock=clock)
    if warm:
        cache.get(OKTA_KEY)
    clock.advance(400)
    okta.answer = None
    with caplog.at_level(logging.WARNING):
        if warm:
            cache.get(OKTA_KEY)
        else:
            with pytest.raises(KeysUnavailable):
                cache.get(OKTA_KEY)
    assert caplog.messages == [f"keys not renewed, {said}: the issuer does not answer"]
