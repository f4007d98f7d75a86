"""Audit entries: written before the change, finished once after it, never deleted."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.database import Database

from okta_gateway.errors import StoreDataInvalid, StoreUnavailable
from okta_gateway.store import audit_entries
from okta_gateway.store.audit_entries import COLLECTION, AuditEntries, AuditEntry
from okta_gateway.store.connection import Document

from .documentdb import DocumentDBOnly

NOW = 1_700_000_000.0
ID = "7f6b6c1e"


@pytest.fixture
def entries(database: Database[Document]) -> AuditEntries:
    return AuditEntries(database, clock=lambda: NOW + 2)


def entry(**changes: Any) -> AuditEntry:
    begun = AuditEntry(
        id=ID,
        request_id="c6af52d0-5ca7-4b40-9c35-0e3f2a1d9a11",
        actor={"sub": "00u1234567890abcdef", "username": "ada@example.com"},
        action="user.groups.replace",
        target="00u9876543210fedcba",
        before={"groups": ["everyone"]},
        at=NOW,
    )
    return begun._replace(**changes)


def date(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def test_the_intent_stands_in_the_store_before_anything_is_done(
    entries: AuditEntries, database: Database[Document]
) -> None:
    entries.begin(entry())
    assert database[COLLECTION].find_one() == {
        "_id": ID,
        "request_id": "c6af52d0-5ca7-4b40-9c35-0e3f2a1d9a11",
        "actor": {"sub": "00u1234567890abcdef", "username": "ada@example.com"},
        "action": "user.groups.replace",
        "target": "00u9876543210fedcba",
        "before": '{"groups": ["everyone"]}',
        "at": date(NOW),
        "result": "begun",
    }


def test_the_result_is_added_to_the_intent(entries: AuditEntries, database: Database[Document]) -> None:
    entries.begin(entry())
    begun = database[COLLECTION].find_one() or {}
    entries.finish(ID, "failed", {"groups": ["everyone"]}, "okta_rate_limited")
    assert database[COLLECTION].find_one() == begun | {
        "result": "failed",
        "after": '{"groups": ["everyone"]}',
        "error": "okta_rate_limited",
        "finished_at": date(NOW + 2),
    }


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"$set": {"a.b": 1}, "": {"$where": "x"}},
        {"huge": 2**70, "deep": [[[{}]]]},
        "\ud800\x00",
        {"\x00": "\ufffd"},
    ],
    ids=repr,
)
def test_whatever_json_can_say_is_kept_as_it_was(
    entries: AuditEntries, database: Database[Document], value: object
) -> None:
    entries.begin(entry(before=value))
    entries.finish(ID, "done", value, None)
    stored = database[COLLECTION].find_one() or {}
    assert (json.loads(stored["before"]), json.loads(stored["after"])) == (value, value)


def test_what_json_has_no_word_for_is_kept_as_text(entries: AuditEntries, database: Database[Document]) -> None:
    entries.begin(entry(before={"since": date(NOW)}))
    entries.finish(ID, "done", frozenset(["a"]), None)
    stored = database[COLLECTION].find_one() or {}
    assert (stored["before"], stored["after"]) == ('{"since": "2023-11-14 22:13:20"}', "\"frozenset({'a'})\"")


def test_an_entry_is_not_begun_twice(entries: AuditEntries, database: Database[Document]) -> None:
    entries.begin(entry())
    with pytest.raises(StoreDataInvalid, match="unique index"):
        entries.begin(entry(action="user.delete"))
    assert [row["action"] for row in database[COLLECTION].find()] == ["user.groups.replace"]


def test_a_result_is_not_overwritten(entries: AuditEntries, database: Database[Document]) -> None:
    entries.begin(entry())
    entries.finish(ID, "failed", None, "okta_unavailable")
    with pytest.raises(StoreDataInvalid, match=f"{COLLECTION}: there is no unfinished entry '{ID}'"):
        entries.finish(ID, "done", None, None)
    assert [row["result"] for row in database[COLLECTION].find()] == ["failed"]


def test_a_result_without_an_intent_is_an_error_and_writes_nothing(
    entries: AuditEntries, database: Database[Document]
) -> None:
    with pytest.raises(StoreDataInvalid, match="no unfinished entry"):
        entries.finish(ID, "done", None, None)
    assert database[COLLECTION].count_documents({}) == 0


def test_finishing_one_entry_leaves_the_others_begun(entries: AuditEntries, database: Database[Document]) -> None:
    entries.begin(entry())
    entries.begin(entry(id="other"))
    entries.finish(ID, "done", None, None)
    assert {row["_id"]: row["result"] for row in database[COLLECTION].find()} == {ID: "done", "other": "begun"}


def test_a_change_is_one_insert_and_one_update(entries: AuditEntries, listener: DocumentDBOnly) -> None:
    entries.begin(entry())
    entries.finish(ID, "done", None, None)
    assert [next(iter(command)) for command in listener.sent] == ["insert", "update"]
    (update,) = listener.sent[1]["updates"]
    assert "upsert" not in update or update["upsert"] is False


def test_nothing_in_the_module_deletes() -> None:
    names = vars(AuditEntries).keys() | vars(audit_entries).keys()
    assert not [name for name in names if "delete" in name.lower() or "remove" in name.lower()]


def test_entries_are_found_by_time_and_by_target_through_indexes_made_once(
    entries: AuditEntries, database: Database[Document], listener: DocumentDBOnly
) -> None:
    entries.ensure_indexes()
    entries.ensure_indexes()
    assert len(listener.named("createIndexes")) == 2
    keys = [index["key"] for index in database[COLLECTION].index_information().values()]
    assert [("at", 1)] in keys
    assert [("target", 1)] in keys


OPERATIONS: dict[str, Callable[[AuditEntries], object]] = {
    "begin": lambda entries: entries.begin(entry()),
    "finish": lambda entries: entries.finish(ID, "done", None, None),
    "ensure_indexes": AuditEntries.ensure_indexes,
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_a_store_that_is_down_is_an_error(
    unreachable_database: Database[Document], operation: Callable[[AuditEntries], object]
) -> None:
    with pytest.raises(StoreUnavailable, match="no answer from the database") as failure:
        operation(AuditEntries(unreachable_database))
    assert "ada@example.com" not in str(failure.value)
