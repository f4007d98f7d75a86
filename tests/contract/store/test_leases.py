"""Leases: one holder at a time, given back or taken over when their time is up."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import pytest
from pymongo.database import Database

from okta_gateway.errors import StoreUnavailable
from okta_gateway.store.connection import Document
from okta_gateway.store.leases import COLLECTION, Leases

from .documentdb import DocumentDBOnly

type AtOnce = Callable[[Sequence[Callable[[], object]]], list[object]]

NOW = 1_700_000_000.0
NAME, SECONDS = "administrators", 30.0


class Clock:
    """A wall clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def leases(database: Database[Document], clock: Clock) -> Leases:
    return Leases(database, clock)


def test_a_free_lease_is_given_in_one_command(
    leases: Leases, database: Database[Document], listener: DocumentDBOnly
) -> None:
    assert leases.take(NAME, "a", SECONDS) is True
    assert [next(iter(command)) for command in listener.sent] == ["update"]
    until = datetime.fromtimestamp(NOW + SECONDS, UTC).replace(tzinfo=None)
    assert list(database[COLLECTION].find()) == [{"_id": NAME, "holder": "a", "held_until": until}]


@pytest.mark.parametrize("second", ["a", "b"], ids=["the holder itself", "somebody else"])
def test_a_lease_that_is_held_is_given_to_nobody(leases: Leases, clock: Clock, second: str) -> None:
    leases.take(NAME, "a", SECONDS)
    clock.now += SECONDS - 0.001
    assert leases.take(NAME, second, SECONDS) is False


def test_a_lease_whose_time_is_up_can_be_taken_over(leases: Leases, clock: Clock) -> None:
    leases.take(NAME, "gone", SECONDS)
    clock.now += SECONDS
    assert leases.take(NAME, "a", SECONDS) is True
    assert leases.take(NAME, "b", SECONDS) is False


def test_a_released_lease_is_free_at_once(leases: Leases) -> None:
    leases.take(NAME, "a", SECONDS)
    leases.release(NAME, "a")
    assert leases.take(NAME, "b", SECONDS) is True


@pytest.mark.parametrize("late", ["b", ""], ids=repr)
def test_nobody_releases_the_lease_of_another(leases: Leases, late: str) -> None:
    leases.take(NAME, "a", SECONDS)
    leases.release(NAME, late)
    assert leases.take(NAME, "c", SECONDS) is False


def test_releasing_what_is_free_does_nothing(leases: Leases) -> None:
    leases.release(NAME, "a")
    assert leases.take(NAME, "a", SECONDS) is True


def test_leases_of_other_names_are_others(leases: Leases) -> None:
    assert leases.take(NAME, "a", SECONDS) is True
    assert leases.take("ai-agent-3", "a", SECONDS) is True
    leases.release("ai-agent-3", "a")
    assert leases.take(NAME, "b", SECONDS) is False


@pytest.mark.parametrize(
    "row",
    [{}, {"holder": "x"}, {"holder": "x", "held_until": None}, {"held_until": "2099-01-01"}, {"held_until": 9e9}],
    ids=repr,
)
def test_a_damaged_lease_counts_as_abandoned(leases: Leases, database: Database[Document], row: Document) -> None:
    database[COLLECTION].insert_one({"_id": NAME, **row})
    assert leases.take(NAME, "a", SECONDS) is True
    assert leases.take(NAME, "b", SECONDS) is False


@pytest.mark.parametrize("abandoned", [False, True], ids=["free", "abandoned"])
def test_of_ten_at_once_one_gets_the_lease(
    databases: list[Database[Document]], clock: Clock, at_once: AtOnce, abandoned: bool
) -> None:
    sandboxes = [Leases(database, clock) for database in databases]
    for attempt in range(10):
        name = f"lease-{attempt}"
        if abandoned:
            assert sandboxes[0].take(name, "gone", SECONDS)
            clock.now += SECONDS
        taken = at_once(
            [partial(sandbox.take, name, f"holder-{number}", SECONDS) for number, sandbox in enumerate(sandboxes)]
        )
        assert taken.count(True) == 1
        assert taken.count(False) == 9
        for number, sandbox in enumerate(sandboxes):
            if not taken[number]:
                sandbox.release(name, f"holder-{number}")
        assert sandboxes[0].take(name, "late", SECONDS) is False


OPERATIONS: dict[str, Callable[[Leases], object]] = {
    "take": lambda leases: leases.take(NAME, "a", SECONDS),
    "release": lambda leases: leases.release(NAME, "a"),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_a_store_that_is_down_gives_no_lease(
    unreachable_database: Database[Document], operation: Callable[[Leases], object]
) -> None:
    with pytest.raises(StoreUnavailable, match="no answer from the database"):
        operation(Leases(unreachable_database))
