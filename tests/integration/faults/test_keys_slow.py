"""Okta's keys come too slowly: nothing for more than the 3 s that a fetch may take, or one byte now and then."""

import pytest

from tests.integration.faults.load import Load
from tests.integration.faults.rig import Rig
from tests.integration.faults.rig_okta import publishes
from tests.integration.key_fetch.scripted_server import Conversation, Script
from tests.tokens import key_set

LIMIT_SECONDS = 3.0
FUNCTION_SECONDS = 10.0
"""Timeout of the function in template.yaml: Lambda would end the sandbox."""


def _drips(conversation: Conversation) -> None:
    conversation.send(b"HTTP/1.1 200 OK\r\n\r\n")
    conversation.drip(key_set(), 0.05)


def _longest_wait(load: Load) -> float:
    return max(answer.answered_at - answer.asked_at for answer in load.answers())


SLOW: dict[str, Script] = {
    "says nothing": lambda conversation: conversation.pause(60),
    "a byte now and then": _drips,
}


def test_slow_keys_at_a_cold_start_cost_each_try_three_seconds(rig: Rig) -> None:
    """The caller of each try waits up to 3 s for the 500, the others get it at once; 13 s later at most all is well."""
    rig.okta.script = SLOW["says nothing"]
    with rig.under_load() as load:
        load.begin_fault()
        answers = load.until_told(500, times=3)
        assert not any(answer.let_in for answer in answers)
        assert 2 <= rig.okta.fetches <= 4
        rig.okta.script = publishes(key_set())
        rig.world.pass_by(13)
        load.end_fault()
        load.until_let_in(times=2)
    load.check(meanwhile={500})
    assert _longest_wait(load) < FUNCTION_SECONDS


@pytest.mark.parametrize("slow", SLOW.values(), ids=SLOW.keys())
def test_slow_keys_cost_a_warm_sandbox_one_wait_a_minute(rig: Rig, slow: Script) -> None:
    """Everybody is let in by the keys of before; one caller a minute waits 3 s longer. It ends with the slowness."""
    rig.okta.script = publishes(key_set(), max_age=300)
    with rig.under_load() as load:
        load.until_let_in()
        load.begin_fault()
        rig.okta.script = slow
        rig.world.pass_by(300)
        load.until_let_in(times=3)
        assert LIMIT_SECONDS <= _longest_wait(load) < FUNCTION_SECONDS
        assert rig.okta.fetches == 2
        rig.okta.script = publishes(key_set())
        rig.world.pass_by(60)
        load.end_fault()
        load.until_let_in(times=2)
        assert rig.okta.fetches == 3
    load.check()
