"""Creations of machine clients that were begun: each leaves a row until it has ended."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from pymongo.database import Database

from okta_gateway.errors import StoreDataInvalid, StoreUnavailable
from okta_gateway.store.connection import Document
from okta_gateway.store.pending_creations import COLLECTION, PendingCreation, PendingCreations

type AtOnce = Callable[[Sequence[Callable[[], object]]], list[object]]

NOW = 1_700_000_000.0
ID = "9d1c"


@pytest.fixture
def creations(database: Database[Document]) -> PendingCreations:
    return PendingCreations(database)


def pending(**changes: Any) -> PendingCreation:
    begun = PendingCreation(
        id=ID,
        name="ai-agent-3",
        description="Reads servers",
        groups=("public-mcp-users", "everyone"),
        created_by="00u1234567890abcdef",
        started_at=NOW,
        app_id=None,
    )
    return begun._replace(**changes)


@pytest.mark.parametrize(
    "begun",
    [pending(), pending(groups=(), description=None, created_by=None), pending(app_id="0oa1", started_at=NOW + 0.125)],
)
def test_a_creation_comes_back_as_it_was_added(creations: PendingCreations, begun: PendingCreation) -> None:
    creations.add(begun)
    assert creations.all() == [begun]
    assert creations.named("ai-agent-3") == begun


def test_a_second_creation_under_one_id_is_refused_and_the_first_kept(creations: PendingCreations) -> None:
    creations.add(pending())
    with pytest.raises(StoreDataInvalid, match="unique index"):
        creations.add(pending(name="other"))
    assert creations.all() == [pending()]


def test_the_application_is_noted_and_nothing_else_changes(creations: PendingCreations) -> None:
    creations.add(pending())
    creations.add(pending(id="other", started_at=NOW + 1))
    assert creations.note_app(ID, "0oa1") is True
    assert creations.all() == [pending(app_id="0oa1"), pending(id="other", started_at=NOW + 1)]


def test_noting_the_application_of_a_removed_creation_says_so_and_brings_nothing_back(
    creations: PendingCreations,
) -> None:
    creations.add(pending())
    creations.remove(ID)
    assert creations.note_app(ID, "0oa1") is False
    assert creations.all() == []


@pytest.mark.parametrize("name", ["", "AI-agent-3", "ai-agent", "$ne"], ids=repr)
def test_another_name_finds_nothing(creations: PendingCreations, name: str) -> None:
    creations.add(pending())
    assert creations.named(name) is None


def test_of_several_of_one_name_the_oldest_is_given(creations: PendingCreations) -> None:
    creations.add(pending(id="late", started_at=NOW + 1))
    creations.add(pending(id="early", started_at=NOW - 1))
    creations.add(pending())
    found = creations.named("ai-agent-3")
    assert found is not None
    assert found.id == "early"
    assert [each.id for each in creations.all()] == ["early", ID, "late"]


def test_more_creations_than_one_batch_are_all_given(creations: PendingCreations, database: Database[Document]) -> None:
    database[COLLECTION].insert_many({"_id": f"{number:03}"} for number in range(250))
    assert len(creations.all()) == 250


def test_removing_is_done_once_however_many_do_it(databases: list[Database[Document]], at_once: AtOnce) -> None:
    sandboxes = [PendingCreations(database) for database in databases]
    for attempt in range(10):
        sandboxes[0].add(pending(id=str(attempt)))
        assert at_once([partial(sandbox.remove, str(attempt)) for sandbox in sandboxes]).count(True) == 1
    assert sandboxes[0].all() == []


def test_an_application_is_noted_or_the_creation_is_gone_but_never_both(
    databases: list[Database[Document]], at_once: AtOnce
) -> None:
    creating, cleaning = (PendingCreations(database) for database in databases[:2])
    for attempt in range(20):
        creating.add(pending(id=str(attempt)))
        _, removed = at_once([partial(creating.note_app, str(attempt), "0oa1"), partial(cleaning.remove, str(attempt))])
        assert removed is True
        assert creating.all() == []


@pytest.mark.parametrize(
    ("row", "read"),
    [
        ({}, PendingCreation(ID, "", None, (), None, 0.0, None)),
        (
            {"name": 7, "description": [], "groups": "admins", "created_by": {}, "started_at": NOW, "app_id": 1},
            PendingCreation(ID, "", None, (), None, 0.0, None),
        ),
        (
            {"name": "n", "groups": ["a", 7, None, "b"], "app_id": "0oa1", "extra": 1},
            PendingCreation(ID, "n", None, ("a", "b"), None, 0.0, "0oa1"),
        ),
    ],
    ids=["empty", "wrong types", "mixed groups"],
)
def test_a_damaged_row_still_shows_and_can_be_removed(
    creations: PendingCreations, database: Database[Document], row: Document, read: PendingCreation
) -> None:
    creations.add(pending(id="whole"))
    database[COLLECTION].insert_one({"_id": ID, **row})
    assert creations.all() == [read, pending(id="whole")]
    assert creations.remove(ID) is True
    assert creations.all() == [pending(id="whole")]


def test_a_row_whose_id_is_no_text_is_not_ours(creations: PendingCreations, database: Database[Document]) -> None:
    database[COLLECTION].insert_many([{"name": "ai-agent-3"}, {"_id": 7, "name": "ai-agent-3"}])
    assert creations.all() == []
    assert creations.named("ai-agent-3") is None


def test_a_row_holds_dates_that_a_person_can_read(creations: PendingCreations, database: Database[Document]) -> None:
    creations.add(pending())
    assert database[COLLECTION].find_one() == {
        "_id": ID,
        "name": "ai-agent-3",
        "description": "Reads servers",
        "groups": ["public-mcp-users", "everyone"],
        "created_by": "00u1234567890abcdef",
        "started_at": datetime.fromtimestamp(NOW, UTC).replace(tzinfo=None),
        "app_id": None,
    }


OPERATIONS: dict[str, Callable[[PendingCreations], object]] = {
    "add": lambda creations: creations.add(pending()),
    "note_app": lambda creations: creations.note_app(ID, "0oa1"),
    "named": lambda creations: creations.named("ai-agent-3"),
    "all": PendingCreations.all,
    "remove": lambda creations: creations.remove(ID),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_a_store_that_is_down_is_an_error(
    unreachable_database: Database[Document], operation: Callable[[PendingCreations], object]
) -> None:
    with pytest.raises(StoreUnavailable, match="no answer from the database"):
        operation(PendingCreations(unreachable_database))
