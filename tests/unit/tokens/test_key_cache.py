"""When the issuer's keys are fetched, how long they serve, and what happens while they cannot be fetched."""

import pytest

from okta_gateway.errors import KeysUnavailable, KeyUnfit, NoMatchingKey
from okta_gateway.tokens.key_cache import KeyCache
from tests.tokens import OKTA_KEY, OKTA_NEXT_KEY, FakeClock, FakeFetch, key_set, okta_profile, okta_token
from tests.tokens import signing_key as key_named
from tests.unit.tokens.verifying import is_key, refuse, verify

HOUR = 3600
URL = "https://okta.example.com/keys"


def test_keys_are_fetched_when_the_first_one_is_needed(okta: FakeFetch, cache: KeyCache) -> None:
    assert okta.started == 0
    assert is_key(OKTA_KEY, cache.get(OKTA_KEY))
    assert is_key(OKTA_NEXT_KEY, cache.get(OKTA_NEXT_KEY))
    assert okta.started == 1


@pytest.mark.parametrize(
    ("max_age", "fresh_seconds"),
    [(None, 300), (0, 300), (1, 300), (299, 300), (300, 300), (301, 301), (1800, 1800), (3600, 3600), (3601, 3600),
     (3832304, 3600), (9_999_999_999, 3600)],
)  # fmt: skip
def test_keys_are_fresh_for_max_age_within_five_minutes_and_an_hour(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock, max_age: int | None, fresh_seconds: int
) -> None:
    okta.max_age = max_age
    cache.get(OKTA_KEY)
    clock.advance(fresh_seconds - 1)
    cache.get(OKTA_KEY)
    assert okta.started == 1
    clock.advance(1)
    cache.get(OKTA_KEY)
    assert okta.started == 2


def test_an_unknown_kid_is_looked_for_once_and_then_not_for_a_minute(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock
) -> None:
    cache.get(OKTA_KEY)
    for second, fetches in [(30, 2), (31, 2), (89, 2), (90, 3), (91, 3), (149, 3), (150, 4)]:
        clock.now = FakeClock().now + second
        with pytest.raises(NoMatchingKey):
            cache.get("unknown")
        assert okta.started == fetches
        cache.get(OKTA_KEY)
        assert okta.started == fetches


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_fifty_tokens_with_fifty_unknown_kids_cause_at_most_two_fetches_a_minute(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock, warm: bool
) -> None:
    profile = okta_profile(key=cache.get)
    if warm:
        verify(okta_token(), profile)
        clock.advance(200)
        okta.started = 0
    for number in range(50):
        refuse(okta_token(header={"kid": f"unknown-{number}"}), NoMatchingKey, profile)
        clock.advance(1.19)
    assert okta.started <= 2
    verify(okta_token(), profile)
    assert okta.started <= 2


def test_over_an_hour_unknown_kids_cause_no_more_than_two_fetches_in_any_minute(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock
) -> None:
    moments: list[float] = []
    for second in range(0, HOUR, 7):
        clock.now = FakeClock().now + second
        before = okta.started
        with pytest.raises(NoMatchingKey):
            cache.get(f"unknown-{second}")
        moments += [clock.now] * (okta.started - before)
    assert all(later - earlier >= 60 for earlier, later in zip(moments, moments[2:], strict=False))


@pytest.mark.parametrize(
    "answer", [None, b"<html>", key_set()[:-9], b'{"keys":[]}'], ids=["none", "html", "cut", "empty"]
)
def test_without_any_keys_an_issuer_that_fails_is_asked_less_and_less_often(
    okta: FakeFetch, clock: FakeClock, answer: bytes | None
) -> None:
    cache = KeyCache(URL, fetch=okta, clock=clock, spread=lambda: 1.0)
    okta.answer = answer
    moments = asked_while_failing(okta, cache, clock, seconds=60)
    assert moments == [0, 1, 2, 4, 8, 16, 26, 36, 46, 56]
    okta.answer = key_set()
    clock.advance(10)
    assert is_key(OKTA_KEY, cache.get(OKTA_KEY))
    okta.answer = None
    clock.advance(7 * HOUR)
    assert asked_while_failing(okta, cache, clock, seconds=3) == [0, 1, 2]


def asked_while_failing(okta: FakeFetch, cache: KeyCache, clock: FakeClock, seconds: int) -> list[int]:
    """The seconds in which the issuer was asked, when a token comes every second."""
    moments = []
    for second in range(seconds):
        before = okta.started
        with pytest.raises(KeysUnavailable):
            cache.get(OKTA_KEY)
        moments += [second] * (okta.started - before)
        clock.advance(1)
    return moments


def test_sandboxes_that_failed_together_do_not_ask_together_again(clock: FakeClock) -> None:
    fetches = [FakeFetch(key_set()) for _ in range(60)]
    for fetch in fetches:
        fetch.answer = None
    caches = [KeyCache(URL, fetch=fetch, clock=clock) for fetch in fetches]
    for _ in range(3):
        for cache in caches:
            with pytest.raises(KeysUnavailable):
                cache.get(OKTA_KEY)
        clock.advance(1.0)
    assert {fetch.started for fetch in fetches} == {2, 3}


def test_keys_serve_no_longer_than_six_hours_after_a_clock_that_jumped_back(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock
) -> None:
    cache.get(OKTA_KEY)
    okta.answer = None
    clock.advance(-20 * HOUR)
    cache.get(OKTA_KEY)
    clock.advance(6 * HOUR)
    cache.get(OKTA_KEY)
    clock.advance(1)
    with pytest.raises(KeysUnavailable):
        cache.get(OKTA_KEY)


def test_a_key_that_appears_by_rotation_is_found_at_once(okta: FakeFetch, cache: KeyCache, clock: FakeClock) -> None:
    cache.get(OKTA_KEY)
    clock.advance(61)
    okta.answer = key_set(key_named(OKTA_NEXT_KEY), key_named("after-next"))
    assert is_key("after-next", cache.get("after-next"))
    assert okta.started == 2


def test_a_key_that_was_withdrawn_is_refused_after_the_next_fetch(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock
) -> None:
    cache.get(OKTA_KEY)
    okta.answer = key_set(key_named(OKTA_NEXT_KEY))
    clock.advance(301)
    with pytest.raises(NoMatchingKey):
        cache.get(OKTA_KEY)
    assert is_key(OKTA_NEXT_KEY, cache.get(OKTA_NEXT_KEY))


def test_another_key_under_the_same_kid_replaces_the_old_one(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock
) -> None:
    cache.get(OKTA_KEY)
    okta.answer = key_set(key_named("after-next").jwk(kid=OKTA_KEY))
    clock.advance(301)
    assert is_key("after-next", cache.get(OKTA_KEY))


def test_a_key_that_became_unfit_is_not_used_any_more(okta: FakeFetch, cache: KeyCache, clock: FakeClock) -> None:
    cache.get(OKTA_KEY)
    okta.answer = key_set(key_named(OKTA_KEY).jwk(use="enc"), key_named(OKTA_NEXT_KEY))
    clock.advance(301)
    with pytest.raises(KeyUnfit):
        cache.get(OKTA_KEY)


@pytest.mark.parametrize("answer", [None, b"<html>", key_set()[:-9], b'{"keys":[]}', b""], ids=repr)
def test_while_fetches_fail_the_old_keys_serve_for_six_hours(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock, answer: bytes | None
) -> None:
    cache.get(OKTA_KEY)
    okta.answer = answer
    for minute in range(10, 361, 10):
        clock.now = FakeClock().now + minute * 60
        assert is_key(OKTA_KEY, cache.get(OKTA_KEY))
    clock.advance(1)
    with pytest.raises(KeysUnavailable):
        cache.get(OKTA_KEY)


def test_the_six_hours_count_from_the_last_good_fetch(okta: FakeFetch, cache: KeyCache, clock: FakeClock) -> None:
    cache.get(OKTA_KEY)
    clock.advance(5 * HOUR)
    cache.get(OKTA_KEY)
    okta.answer = None
    clock.advance(6 * HOUR)
    cache.get(OKTA_KEY)
    clock.advance(1)
    with pytest.raises(KeysUnavailable):
        cache.get(OKTA_KEY)


def test_with_old_keys_at_hand_a_failing_issuer_is_asked_once_a_minute(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock
) -> None:
    cache.get(OKTA_KEY)
    okta.answer = None
    clock.advance(301)
    for _ in range(59):
        cache.get(OKTA_KEY)
        clock.advance(1)
    assert okta.started == 2
    clock.advance(1)
    cache.get(OKTA_KEY)
    assert okta.started == 3


def test_a_failed_fetch_is_logged_with_what_serves_meanwhile(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    cache.get(OKTA_KEY)
    okta.answer = None
    clock.advance(301)
    cache.get(OKTA_KEY)
    assert caplog.messages == ["keys not renewed, those of 301 s ago serve on: the issuer does not answer"]


def test_while_fetches_fail_an_unknown_kid_is_no_bad_token_but_a_check_that_failed(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock
) -> None:
    cache.get(OKTA_KEY)
    okta.answer = None
    clock.advance(61)
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            cache.get("unknown")
        cache.get(OKTA_KEY)
    assert okta.started == 2


def test_after_recovery_unknown_kids_are_bad_tokens_again(okta: FakeFetch, cache: KeyCache, clock: FakeClock) -> None:
    test_while_fetches_fail_an_unknown_kid_is_no_bad_token_but_a_check_that_failed(okta, cache, clock)
    okta.answer = key_set()
    clock.advance(61)
    with pytest.raises(NoMatchingKey):
        cache.get("unknown")


def test_without_keys_at_the_start_nobody_gets_in_until_the_issuer_is_back(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock
) -> None:
    okta.answer = None
    with pytest.raises(KeysUnavailable) as failure:
        cache.get(OKTA_KEY)
    assert failure.value.detail == "the issuer does not answer"
    okta.answer = key_set()
    assert is_key(OKTA_KEY, cache.get(OKTA_KEY))


def test_after_two_failures_recovery_takes_a_minute_at_most(okta: FakeFetch, cache: KeyCache, clock: FakeClock) -> None:
    okta.answer = None
    for _ in range(5):
        with pytest.raises(KeysUnavailable):
            cache.get(OKTA_KEY)
    okta.answer = key_set()
    clock.advance(60)
    assert is_key(OKTA_KEY, cache.get(OKTA_KEY))


def test_after_six_hours_without_keys_recovery_needs_no_restart(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock
) -> None:
    cache.get(OKTA_KEY)
    okta.answer = None
    clock.advance(7 * HOUR)
    with pytest.raises(KeysUnavailable):
        cache.get(OKTA_KEY)
    okta.answer = key_set()
    assert is_key(OKTA_KEY, cache.get(OKTA_KEY))


@pytest.mark.parametrize("jump", [-10 * 365 * 24 * HOUR, -HOUR, -1, HOUR, 10 * HOUR, 10 * 365 * 24 * HOUR])
def test_a_clock_that_jumps_costs_a_fetch_and_no_answer(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock, jump: float
) -> None:
    cache.get(OKTA_KEY)
    clock.advance(jump)
    cache.get(OKTA_KEY)
    with pytest.raises(NoMatchingKey):
        cache.get("unknown")
    assert okta.started <= 3
    clock.advance(-jump)
    cache.get(OKTA_KEY)


def test_a_clock_that_jumped_back_does_not_silence_the_cache_for_long(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock
) -> None:
    with pytest.raises(NoMatchingKey):
        cache.get("unknown")
    clock.advance(-24 * HOUR)
    okta.answer = key_set(key_named("after-next"))
    assert is_key("after-next", cache.get("after-next"))


def test_keys_outlast_a_clock_that_jumps_back_while_the_issuer_is_down(
    okta: FakeFetch, cache: KeyCache, clock: FakeClock
) -> None:
    cache.get(OKTA_KEY)
    okta.answer = None
    clock.advance(-HOUR)
    for _ in range(50):
        assert is_key(OKTA_KEY, cache.get(OKTA_KEY))
    assert okta.started == 2


def test_a_failure_that_many_requests_meet_does_not_grow(okta: FakeFetch, cache: KeyCache) -> None:
    """Raising one exception object again and again would lengthen its traceback, which holds every token it met."""
    okta.answer = None
    lengths = []
    for _ in range(20):
        with pytest.raises(KeysUnavailable) as failure:
            cache.get(OKTA_KEY)
        lengths.append(len(failure.traceback))
    assert max(lengths) <= lengths[0] + 1
