"""The wall clock of the sandbox jumps by hours, ahead or back, and is set right again; Okta's clock is right."""

import pytest

from tests.integration.faults.rig import Rig
from tests.integration.faults.rig_okta import DOWN, publishes
from tests.tokens import OKTA_NEXT_KEY, key_set, signing_key

HOUR = 3600


@pytest.mark.parametrize(
    ("jump", "code"),
    [
        pytest.param(5 * HOUR, "token_expired", id="5 hours ahead"),
        pytest.param(10 * 365 * 24 * HOUR, "token_expired", id="10 years ahead"),
        pytest.param(-5 * HOUR, "token_not_yet_valid", id="5 hours back"),
        pytest.param(-10 * 365 * 24 * HOUR, "token_not_yet_valid", id="10 years back"),
    ],
)
def test_while_the_clock_is_wrong_good_tokens_are_401_and_once_it_is_right_they_are_let_in(
    rig: Rig, jump: float, code: str
) -> None:
    """A caller is told 401 for as long as the clock is wrong by more than the token lives.

    The log says `token_expired` or `token_not_yet_valid`. With the clock right the very next request is let in, the
    sandbox keeps nothing of the wrong time, and Okta was asked no more than once for each jump.
    """
    with rig.under_load() as load:
        load.until_let_in()
        repeated = rig.okta.user()
        assert rig.status_of(repeated) == 200
        load.begin_fault()
        rig.world.set_sandbox_wrong(jump)
        load.until_told(401, times=3)
        assert rig.status_of(repeated) == 401
        assert rig.codes()[code] > 0
        rig.world.set_sandbox_wrong(0)
        load.end_fault()
        load.until_let_in(times=2)
        assert rig.status_of(repeated) == 200
    load.check(meanwhile={401})
    assert rig.okta.fetches <= 3


@pytest.mark.parametrize("jump", [0.5 * HOUR, -30], ids=["half an hour ahead", "half a minute back"])
def test_a_clock_that_is_wrong_by_less_than_tokens_live_is_noticed_by_nobody(rig: Rig, jump: float) -> None:
    """Tokens live for an hour here, and 60 s of leeway are granted."""
    with rig.under_load() as load:
        load.until_let_in()
        rig.world.set_sandbox_wrong(jump)
        load.until_let_in(times=3)
        rig.world.set_sandbox_wrong(0)
        load.until_let_in(times=3)
    load.check()


def test_what_a_clock_in_the_past_let_in_is_refused_as_soon_as_the_clock_is_right(rig: Rig) -> None:
    """An expired token is let in while the clock says that it is not: nothing else in a sandbox tells the time.

    It is refused by the first request after the clock is right, though the decision was remembered.
    """
    rig.start_sandbox()
    expired = rig.okta.user(age=3 * HOUR)
    assert rig.status_of(expired) == 401
    rig.world.set_sandbox_wrong(-2.5 * HOUR)
    assert [rig.status_of(expired) for _ in range(2)] == [200, 200]
    rig.world.set_sandbox_wrong(0)
    assert rig.status_of(expired) == 401


@pytest.mark.parametrize("jump", [5 * HOUR, -5 * HOUR], ids=["ahead", "back"])
def test_keys_outlast_a_clock_that_jumps_while_okta_is_down(rig: Rig, jump: float) -> None:
    """Once the clock is right callers are let in by the keys of before, though Okta never answered meanwhile."""
    with rig.under_load() as load:
        load.until_let_in()
        load.begin_fault()
        rig.okta.script = DOWN["answers 503"]
        rig.world.set_sandbox_wrong(jump)
        load.until_told(401, times=2)
        rig.world.set_sandbox_wrong(0)
        load.end_fault()
        load.until_let_in(times=2)
    load.check(meanwhile={401})


def test_a_clock_set_back_does_not_let_old_keys_serve_longer_than_six_hours(rig: Rig) -> None:
    """The six hours count from the jump where the clock shows a time before the fetch: its age is not known then."""
    rig.world.set_sandbox_wrong(20 * HOUR)
    with rig.under_load() as load:
        load.begin_fault()
        load.until_told(401)
        rig.okta.script = DOWN["answers 503"]
        rig.world.set_sandbox_wrong(0)
        load.until_let_in()
        with load.held():
            rig.world.pass_by(6 * HOUR + 1)
        answers = load.until_told(500, times=2)
        assert not any(answer.let_in for answer in answers)
        rig.okta.script = publishes(key_set())
        rig.world.pass_by(60)
        load.end_fault()
        load.until_let_in(times=2)
    load.check(meanwhile={401, 500})


def test_keys_that_were_fetched_by_a_clock_in_the_future_are_fetched_again_at_once(rig: Rig) -> None:
    """They may be withdrawn since: the first request after the clock is right goes by the keys of today."""
    rig.world.set_sandbox_wrong(20 * HOUR)
    rig.start_sandbox()
    withdrawn = rig.okta.user()
    assert rig.status_of(withdrawn) == 401
    rig.okta.script = publishes(key_set(signing_key(OKTA_NEXT_KEY)))
    rig.okta.signs_with = OKTA_NEXT_KEY
    rig.world.set_sandbox_wrong(0)
    assert rig.status_of(withdrawn) == 401
    assert rig.codes()["no_matching_key"] == 1
    with rig.under_load() as load:
        load.until_let_in()
    load.check()


def test_fetches_that_failed_by_a_clock_in_the_future_keep_nobody_waiting_once_it_is_right(rig: Rig) -> None:
    """Everybody is told 500 while Okta is down; with Okta back and the clock right the next request is let in."""
    rig.okta.script = DOWN["answers 503"]
    rig.world.set_sandbox_wrong(5 * HOUR)
    with rig.under_load() as load:
        load.begin_fault()
        load.until_told(500, times=3)
        with load.held():
            rig.okta.script = publishes(key_set())
            rig.world.set_sandbox_wrong(0)
        load.end_fault()
        load.until_let_in(times=2)
    load.check(meanwhile={500})
