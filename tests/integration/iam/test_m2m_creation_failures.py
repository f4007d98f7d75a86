"""Creating a machine client, with a failure at each of its steps: complete, or undone, or listed and settled."""

import itertools
from collections.abc import Iterator

import pytest

from tests.integration.iam.interrupted import Manner, Steps, interrupted
from tests.integration.iam.machine_clients import (
    GROUPS,
    create,
    incomplete,
    secret_opens,
    sync,
    traces,
)
from tests.integration.iam.requests import Answer
from tests.integration.iam.rig import Rig, Surroundings, running

STEPS = (
    "store update_one iam_leases",
    "store find idp_m2m_clients",
    "store find iam_pending_creations",
    "okta GET /apps",
    "store insert_one iam_audit",
    "store insert_one iam_pending_creations",
    "okta POST /apps",
    "store update_one iam_pending_creations",
    "store bulk_write idp_m2m_clients",
    "store delete_one iam_pending_creations",
    "store update_one iam_audit",
    "store delete_one iam_leases",
)
SEEN = (Manner.REFUSED, Manner.LOST, Manner.OUTAGE, Manner.BOTH_OUT)
_numbers = itertools.count()


@pytest.fixture(scope="module")
def rig(around: Surroundings) -> Iterator[Rig]:
    """One for all: each test has a client of its own name, and leaves nothing unsettled."""
    with running(around) as rig:
        create(rig, "warm-up").ok(201)
        yield rig


@pytest.fixture
def name() -> str:
    return f"agent-{next(_numbers)}-of-failures"


def test_the_table_of_steps_is_complete(rig: Rig, name: str) -> None:
    with interrupted(Steps()) as steps:
        create(rig, name).ok(201)
    assert tuple(steps.names) == STEPS


@pytest.mark.parametrize("manner", SEEN)
@pytest.mark.parametrize("number", range(len(STEPS)), ids=STEPS)
def test_a_creation_is_complete_or_undone_or_listed_and_settled(
    rig: Rig, name: str, number: int, manner: Manner
) -> None:
    with interrupted(Steps(number, manner)):
        answer = create(rig, name)
    shown_in_the_audit(rig, name, number, answer)
    settles(rig, name, answer)


def settles(rig: Rig, name: str, answer: Answer) -> None:
    """What must hold after every creation, however it ended."""
    apps, rows, notes = traces(rig, name).counts
    if answer.status == 201:
        assert (apps, rows) == (1, 1)
        assert secret_opens(rig, answer.body["client_id"], answer.body["client_secret"])
    else:
        assert answer.code in {"store_unavailable", "okta_unavailable", "okta_outcome_unknown"}
        assert notes or (apps, rows) == (0, 0)
    assert incomplete(rig) == [name] * notes
    rig.clock.pass_by(61)
    report = sync(rig)
    left = traces(rig, name)
    assert left.counts in {(0, 0, 0), (1, 1, 0)}
    assert report["finished"] + report["removed"] == [name] * notes
    assert report["missing"] == []
    if left.rows:
        assert left.rows[0]["groups"] == GROUPS
        assert left.rows[0]["idp_app_id"] == left.apps[0]["id"]
    again = create(rig, name)
    if left.rows:
        assert again.code == "client_exists"
        assert left.rows[0]["client_id"] in again.problem["detail"]
    else:
        assert secret_opens(rig, *(again.ok(201)[member] for member in ("client_id", "client_secret")))


def shown_in_the_audit(rig: Rig, name: str, number: int, answer: Answer) -> None:
    """The log is the record: an intent before anything is done, and how it ended."""
    lines = [line for line in rig.log.audit if line["target"] == name]
    intent = STEPS.index("store insert_one iam_audit")
    phases = [line["phase"] for line in lines]
    is_begun = answer.status == 201 or number > intent
    assert phases == (["intent", "result"] if is_begun else ["intent"] if number == intent else [])
    if is_begun:
        assert lines[1]["result"] == ("done" if answer.status == 201 else "failed")
        assert lines[1]["error"] == (None if answer.status == 201 else answer.code)
    if answer.status == 201:
        assert answer.body["client_secret"] not in str(rig.log)
        assert answer.body["client_secret"] not in str(rig.audit())
