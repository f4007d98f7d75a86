"""Okta's keys cannot be had: when a sandbox starts, and when it has had them for a while."""

import pytest

from tests.integration.faults.rig import Rig
from tests.integration.faults.rig_okta import DOWN, UNKNOWN_KEY, publishes
from tests.integration.key_fetch.scripted_server import Script, in_turn
from tests.tokens import key_set

HOUR = 3600
WITHOUT_KEYS = 13
"""Seconds between two tries of a sandbox that has no keys, at most: ten and what spreads the sandboxes."""
MOST_TRIES = 8
"""In the time that a slow machine takes for a few requests, about half a minute."""


@pytest.mark.parametrize("down", DOWN.values(), ids=DOWN.keys())
def test_without_keys_at_a_cold_start_everybody_gets_500_until_okta_is_back(rig: Rig, down: Script) -> None:
    """A caller whose token may be good is told 500 (`keys_unavailable` in the log) and never 401.

    The sandbox asks Okta twice at once and then after 1 s, 2 s, 4 s, at last every 10 s or so, however many requests
    come. So callers are let in again at most 13 s after Okta is back, by the same sandbox.
    """
    rig.okta.script = down
    with rig.under_load(rig.okta.unknown_key()) as load:
        load.begin_fault()
        load.until_told(500, times=5)
        tried = rig.okta.fetches
        assert 2 <= tried <= MOST_TRIES
        assert rig.codes().keys() == {"keys_unavailable", "token_malformed"}
        rig.okta.script = publishes(key_set())
        rig.world.pass_by(WITHOUT_KEYS)
        load.end_fault()
        load.until_let_in(times=3)
    load.check(meanwhile={500})
    assert rig.okta.fetches <= MOST_TRIES + 3, "one more that failed, one for the keys, and one for the unknown key"


def test_a_cold_start_that_loses_one_fetch_answers_one_request_with_500(rig: Rig) -> None:
    """The first caller is told 500; the second one is let in at once, since a sandbox without keys may ask again."""
    rig.okta.script = in_turn([DOWN["hangs up"], publishes(key_set())])
    with rig.under_load() as load:
        load.begin_fault()
        load.until_let_in()
        load.end_fault()
        load.until_let_in(times=2)
    load.check(meanwhile={500})
    assert rig.codes()["keys_unavailable"] == 1
    assert rig.okta.fetches == 2


@pytest.mark.parametrize("down", DOWN.values(), ids=DOWN.keys())
def test_keys_that_were_fetched_before_serve_while_okta_is_down(rig: Rig, down: Script) -> None:
    """Callers notice nothing, six hours long; only a token of an unknown key is told 500, since the key may be new.

    Okta is asked once a minute, and its keys are taken again at most 60 s after it is back.
    """
    with rig.under_load(rig.okta.unknown_key()) as load:
        load.until_let_in()
        load.begin_fault()
        rig.okta.script = down
        before = rig.okta.fetches
        for _ in range(3):
            with load.held():
                rig.world.pass_by(1.9 * HOUR)
            answers = load.until_let_in(times=2)
            assert {answer.status for answer in answers if answer.kind == UNKNOWN_KEY} == {500}
        assert rig.okta.fetches == before + 3
        rig.okta.script = publishes(key_set())
        rig.world.pass_by(60)
        load.end_fault()
        load.until_let_in(times=2)
    load.check(meanwhile=(), bad_meanwhile={500})


def test_keys_of_more_than_six_hours_ago_let_nobody_in_until_okta_is_back(rig: Rig) -> None:
    """After six hours without Okta every caller is told 500; at most 13 s after it is back they are let in again."""
    with rig.under_load() as load:
        load.until_let_in()
        load.begin_fault()
        rig.okta.script = DOWN["answers 503"]
        with load.held():
            rig.world.pass_by(6 * HOUR + 1)
        answers = load.until_told(500, times=3)
        assert not any(answer.let_in for answer in answers)
        rig.okta.script = publishes(key_set())
        rig.world.pass_by(WITHOUT_KEYS)
        load.end_fault()
        load.until_let_in(times=2)
    load.check(meanwhile={500})
