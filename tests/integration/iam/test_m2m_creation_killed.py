"""Creating a machine client in a process that is killed at each step, also between Okta's answer and our write."""

import itertools
from collections.abc import Iterator

import pytest

from tests.integration.iam.conftest import Start
from tests.integration.iam.interrupted import Manner
from tests.integration.iam.killed import killed
from tests.integration.iam.machine_clients import GROUPS, M2M, create, incomplete, secret_opens, sync, traces
from tests.integration.iam.requests import request_event
from tests.integration.iam.rig import Rig, Surroundings, running
from tests.integration.iam.test_m2m_creation_failures import STEPS

_numbers = itertools.count()
_LEFT = {
    "store insert_one iam_pending_creations": {Manner.KILLED_BEFORE: (0, 0, 0), Manner.KILLED_AFTER: (0, 0, 1)},
    "okta POST /apps": {Manner.KILLED_BEFORE: (0, 0, 1), Manner.KILLED_AFTER: (1, 0, 1)},
    "store update_one iam_pending_creations": {Manner.KILLED_BEFORE: (1, 0, 1), Manner.KILLED_AFTER: (1, 0, 1)},
    "store bulk_write idp_m2m_clients": {Manner.KILLED_BEFORE: (1, 0, 1), Manner.KILLED_AFTER: (1, 1, 1)},
    "store delete_one iam_pending_creations": {Manner.KILLED_BEFORE: (1, 1, 1), Manner.KILLED_AFTER: (1, 1, 0)},
}
"""Applications, rows and notes after a death at a step; before these steps there is nothing, after them all."""
COMPLETE = (1, 1, 0)


@pytest.fixture(scope="module")
def rig(around: Surroundings) -> Iterator[Rig]:
    """One for all: each test has a client of its own name, and leaves nothing unsettled."""
    with running(around) as rig:
        yield rig


@pytest.mark.parametrize("manner", [Manner.KILLED_BEFORE, Manner.KILLED_AFTER])
@pytest.mark.parametrize("number", range(len(STEPS)), ids=STEPS)
def test_a_creation_that_was_killed_is_complete_or_nothing_or_listed_and_settled(
    rig: Rig, number: int, manner: Manner
) -> None:
    name = f"agent-{next(_numbers)}-of-the-dead"
    event = request_event("POST", M2M, {"name": name, "groups": GROUPS})
    assert killed(rig.settings, event, number, manner)
    left = traces(rig, name)
    began = number >= STEPS.index("store insert_one iam_pending_creations")
    assert left.counts == _LEFT.get(STEPS[number], {}).get(manner, COMPLETE if began else (0, 0, 0))
    assert incomplete(rig) == [name] * len(left.notes)
    rig.clock.pass_by(61)
    report = sync(rig)
    settled = traces(rig, name)
    is_complete = bool(left.rows)
    assert settled.counts == (COMPLETE if is_complete else (0, 0, 0))
    assert report["finished"] == ([name] if left.notes and is_complete else [])
    assert report["removed"] == ([name] if left.notes and not is_complete else [])
    entries = [entry for entry in rig.audit() if entry["target"] == name]
    assert len(entries) == (number > STEPS.index("store insert_one iam_audit") or entries != [])
    again = create(rig, name)
    assert again.status == (409 if is_complete else 201)


def test_the_name_of_a_killed_creation_is_free_when_it_is_settled(start: Start) -> None:
    rig, name = start(), "ai-agent-4"
    event = request_event("POST", M2M, {"name": name, "groups": GROUPS})
    assert killed(rig.settings, event, STEPS.index("okta POST /apps"), Manner.KILLED_AFTER)
    assert create(rig, name).code == "change_under_way"
    assert sync(rig)["incomplete"] == [name]
    assert traces(rig, name).counts == (1, 0, 1)
    rig.clock.pass_by(61)
    assert create(rig, name).code == "client_incomplete"
    assert sync(rig)["removed"] == [name]
    made = create(rig, name).ok(201)
    assert secret_opens(rig, made["client_id"], made["client_secret"])
