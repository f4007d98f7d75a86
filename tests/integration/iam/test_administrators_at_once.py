"""Two administrators who remove each other at the same time, from two sandboxes: exactly one of them stays one."""

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from unittest import mock

import pytest

from tests.integration.iam.rig import ADMIN_SCOPE, ROBOT, Answer, Caller, Rig, Sandbox, Surroundings, running

SLOW = 0.15
"""Seconds by which Okta carries a change out late: without the lease both would be allowed before either is made."""


class Side(NamedTuple):
    """An administrator, who is one by a group of their own, and their sandbox."""

    caller: Caller
    group: str
    sandbox: Sandbox


type Removal = Callable[[Side, Side], Answer]


def _user(side: Side) -> str:
    return f"/api/iam/users/{side.caller.id}"


REMOVALS: dict[str, Removal] = {
    "delete": lambda actor, target: actor.sandbox.call("DELETE", _user(target), actor=actor.caller),
    "deactivate": lambda actor, target: actor.sandbox.call("POST", f"{_user(target)}/deactivate", actor=actor.caller),
    "leave": lambda actor, target: actor.sandbox.call(
        "DELETE", f"{_user(target)}/groups", query={"group": target.group}, actor=actor.caller
    ),
    "replace": lambda actor, target: actor.sandbox.call(
        "PUT", f"{_user(target)}/groups", {"groups": []}, actor=actor.caller
    ),
    "drop group": lambda actor, target: actor.sandbox.call(
        "DELETE", f"/api/iam/groups/{target.group}", actor=actor.caller
    ),
    "rename group": lambda actor, target: actor.sandbox.call(
        "PATCH", f"/api/iam/groups/{target.group}", {"name": f"{target.group}-old"}, actor=actor.caller
    ),
    "take scopes": lambda actor, target: actor.sandbox.call(
        "PUT", f"/api/iam/groups/{target.group}/scopes", {"scopes": []}, actor=actor.caller
    ),
}
PAIRS = list(itertools.combinations_with_replacement(REMOVALS, 2))
_numbers = itertools.count()


@pytest.fixture(scope="module")
def two_sandboxes(around: Surroundings) -> Iterator[tuple[Rig, Sandbox]]:
    with running(around, SCOPES_SOURCE="documentdb") as rig:
        yield rig, rig.sandbox()


@pytest.fixture
def sides(two_sandboxes: tuple[Rig, Sandbox]) -> Iterator[tuple[Side, Side]]:
    rig, second = two_sandboxes
    number = next(_numbers)
    left, right = f"left-{number}", f"right-{number}"
    for group in (left, right):
        rig.okta.add_group(group)
    rig.write_rules(**{left: [ADMIN_SCOPE], right: [ADMIN_SCOPE]})
    ada, bob = rig.administrator(f"ada{number}", left), rig.administrator(f"bob{number}", right)
    for method in ("PUT", "POST", "DELETE"):
        rig.okta.fault("management", "slow", method=method, seconds=SLOW)
    yield Side(ada, left, rig.first), Side(bob, right, second)
    rig.okta.back_to_normal()


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=[f"{one} and {other}" for one, other in PAIRS])
def test_two_who_remove_each_other_at_once_leave_exactly_one(
    two_sandboxes: tuple[Rig, Sandbox], sides: tuple[Side, Side], one: str, other: str
) -> None:
    rig, _ = two_sandboxes
    ada, bob = sides
    start = threading.Barrier(2)

    def remove(removal: Removal, actor: Side, target: Side) -> Answer:
        start.wait(timeout=10)
        return removal(actor, target)

    with ThreadPoolExecutor(2) as both:
        first = both.submit(remove, REMOVALS[one], ada, bob)
        second = both.submit(remove, REMOVALS[other], bob, ada)
        answers = [first.result(timeout=30), second.result(timeout=30)]
    rig.okta.back_to_normal()
    assert [answer.status for answer in answers].count(200) == 1, [answer.text for answer in answers]
    [refused] = [answer for answer in answers if answer.status != 200]
    assert refused.code in {"last_administrator_kept", "not_administrator", "own_access_kept"}
    assert len([side for side in sides if _administers(rig, side)]) == 1


def test_many_at_once_leave_somebody(two_sandboxes: tuple[Rig, Sandbox], sides: tuple[Side, Side]) -> None:
    """Machines may all ask, for everybody."""
    rig, second = two_sandboxes
    sandboxes = [rig.first, second, rig.sandbox()]
    tasks = [(name, side) for name in ("delete", "leave", "drop group") for side in sides]

    def remove(index: int) -> Answer:
        name, side = tasks[index]
        sandbox = sandboxes[index % len(sandboxes)]
        return REMOVALS[name](Side(ROBOT, "", sandbox), side)

    with ThreadPoolExecutor(len(sandboxes)) as several:
        answers = list(several.map(remove, range(len(tasks))))
    rig.okta.back_to_normal()
    assert all(answer.status < 500 or answer.code == "change_under_way" for answer in answers)
    assert len([side for side in sides if _administers(rig, side)]) == 1


@pytest.mark.parametrize("removal", REMOVALS.values(), ids=REMOVALS)
def test_a_lease_whose_holder_was_killed_refuses_with_a_time_to_come_again(
    two_sandboxes: tuple[Rig, Sandbox], sides: tuple[Side, Side], removal: Removal
) -> None:
    rig, _ = two_sandboxes
    ends = datetime.fromtimestamp(rig.clock(), UTC) + timedelta(seconds=60)
    rig.database["iam_leases"].insert_one({"_id": "administrators", "holder": "killed", "held_until": ends})
    with mock.patch("okta_gateway.iam.one_at_a_time.WAIT_SECONDS", 0.2):
        answer = removal(*sides)
    assert (answer.status, answer.code) == (503, "change_under_way")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert all(_administers(rig, side) for side in sides)
    assert rig.database["iam_leases"].find_one({"_id": "administrators", "holder": "killed"})
    rig.clock.pass_by(61)
    assert removal(*sides).status == 200
    assert rig.database["iam_leases"].find_one() is None


def _administers(rig: Rig, side: Side) -> bool:
    """Active, and in a group that has the scope."""
    named = {str(row["_id"]) for row in rig.database["idp_group_scopes"].find({"scopes": ADMIN_SCOPE})}
    if rig.okta.user_status(side.caller.id) != "ACTIVE":
        return False
    return bool(named & set(rig.okta.group_names(side.caller.id)))
