"""Machine clients as an administrator sees them, beside rows that others wrote or damaged."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from okta_gateway.errors import StoreDataInvalid, StoreUnavailable
from okta_gateway.store.connection import Document
from okta_gateway.store.m2m_clients import COLLECTION, M2MClients
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry

from .documentdb import DocumentDBOnly

type AtOnce = Callable[[Sequence[Callable[[], object]]], list[object]]

NOW = 1_700_000_000.0
AGENT = "0oa0987654321fedcba"
NOT_OURS = ["auth0", "keycloak", "entra", "Okta", "", None, 7, ["okta"], ["manual", "okta"], {"okta": 1}]


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
def registry(database: Database[Document], clock: Clock) -> M2MRegistry:
    registry = M2MRegistry(database, clock)
    registry.ensure_indexes()
    return registry


def record(client_id: str = AGENT, **changes: Any) -> M2MRecord:
    made = M2MRecord(
        client_id=client_id,
        name="ai-agent-3",
        groups=("registry-admins", "public-mcp-users"),
        description="Reads servers",
        provider="okta",
        idp_app_id="0oaapp",
        created_by="00u1234567890abcdef",
    )
    return made._replace(**changes)


def stored(written: M2MRecord, at: float = NOW) -> M2MRecord:
    return written._replace(created_at=at, updated_at=at)


def date(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


# --- adding and finding


@pytest.mark.parametrize(
    "added",
    [record(), record(groups=(), description=None, enabled=False, provider="manual", idp_app_id=None, created_by=None)],
    ids=["everything", "the least"],
)
def test_a_client_comes_back_as_it_was_added(registry: M2MRegistry, added: M2MRecord) -> None:
    assert registry.add(added) is True
    assert registry.find(AGENT) == stored(added)
    assert registry.named("ai-agent-3") == [stored(added)]
    assert registry.page(10, None) == ([stored(added)], None)


def test_a_row_has_the_registrys_shape(registry: M2MRegistry, database: Database[Document]) -> None:
    registry.add(record())
    assert database[COLLECTION].find_one({}, {"_id": 0}) == {
        "client_id": AGENT,
        "name": "ai-agent-3",
        "description": "Reads servers",
        "groups": ["registry-admins", "public-mcp-users"],
        "enabled": True,
        "provider": "okta",
        "idp_app_id": "0oaapp",
        "created_by": "00u1234567890abcdef",
        "created_at": date(NOW),
        "updated_at": date(NOW),
    }


def test_the_authorizer_sees_an_added_client_until_it_is_disabled(
    registry: M2MRegistry, database: Database[Document]
) -> None:
    registry.add(record())
    assert M2MClients(database).groups_of(AGENT) == ("registry-admins", "public-mcp-users")
    registry.change(AGENT, enabled=False)
    assert M2MClients(database).groups_of(AGENT) is None


def test_the_times_are_those_of_adding_whatever_the_record_says(registry: M2MRegistry) -> None:
    registry.add(record(created_at=1.0, updated_at=2.0))
    assert registry.find(AGENT) == stored(record())


@pytest.mark.parametrize("theirs", [{}, {"provider": "keycloak"}, {"enabled": False}], ids=repr)
def test_a_client_id_that_is_taken_is_refused_and_its_row_kept(
    registry: M2MRegistry, database: Database[Document], theirs: Document
) -> None:
    row = {"_id": 1, "client_id": AGENT, "name": "theirs", "groups": ["theirs"], **theirs}
    database[COLLECTION].insert_one(row)
    assert registry.add(record()) is False
    assert list(database[COLLECTION].find()) == [row]


@pytest.mark.parametrize("client_id", ["", AGENT.upper(), AGENT[:-1], "$ne", "\x00"], ids=repr)
def test_another_client_id_is_no_client(registry: M2MRegistry, client_id: str) -> None:
    registry.add(record())
    assert registry.find(client_id) is None
    assert registry.change(client_id, enabled=False) is None
    assert registry.remove(client_id) is False
    assert registry.find(AGENT) == stored(record())


@pytest.mark.parametrize("name", ["", "AI-Agent-3", "ai-agent", "$ne"], ids=repr)
def test_another_name_is_no_client(registry: M2MRegistry, name: str) -> None:
    registry.add(record())
    assert registry.named(name) == []


def test_clients_of_one_name_are_all_named_in_order(registry: M2MRegistry) -> None:
    for client_id in ("c", "a", "b"):
        registry.add(record(client_id))
    registry.add(record("d", name="other"))
    assert [each.client_id for each in registry.named("ai-agent-3")] == ["a", "b", "c"]


def test_several_are_found_in_one_query_and_unknown_ones_left_out(
    registry: M2MRegistry, listener: DocumentDBOnly
) -> None:
    for number in range(150):  # a first batch is 101 documents unless one asks
        registry.add(record(f"client-{number}"))
    listener.sent.clear()
    asked = [f"client-{number}" for number in range(0, 300, 2)]
    found = registry.found(asked)
    assert found == {client_id: stored(record(client_id)) for client_id in asked[:75]}
    assert [next(iter(command)) for command in listener.sent] == ["find"]


def test_nothing_is_asked_for_nobody(registry: M2MRegistry, listener: DocumentDBOnly) -> None:
    listener.sent.clear()
    assert registry.found([]) == {}
    assert listener.sent == []


# --- pages


def test_pages_give_every_client_once_in_order(registry: M2MRegistry) -> None:
    ids = [f"client-{number:03}" for number in range(7)]
    for client_id in reversed(ids):
        registry.add(record(client_id))
    first, after = registry.page(3, None)
    second, beyond = registry.page(3, after)
    third, end = registry.page(3, beyond)
    assert [each.client_id for each in (*first, *second, *third)] == ids
    assert (after, beyond, end) == ("client-002", "client-005", None)


def test_a_page_that_is_just_full_is_the_last(registry: M2MRegistry) -> None:
    for client_id in ("a", "b"):
        registry.add(record(client_id))
    assert registry.page(2, None)[1] is None
    assert registry.page(1, None)[1] == "a"
    assert registry.page(2, "b") == ([], None)


def test_clients_that_come_and_go_between_pages_shift_nothing(registry: M2MRegistry) -> None:
    for client_id in ("b", "c", "d"):
        registry.add(record(client_id))
    _, after = registry.page(2, None)
    registry.remove("b")
    registry.remove("c")
    registry.add(record("a"))
    assert [each.client_id for each in registry.page(2, after)[0]] == ["d"]


def test_a_page_is_one_sorted_query_and_one_batch(registry: M2MRegistry, listener: DocumentDBOnly) -> None:
    """DocumentDB promises no order but a stated one, and sends 101 rows first unless one asks for more."""
    for number in range(205):
        registry.add(record(f"client-{number:03}"))
    listener.sent.clear()
    assert len(registry.page(200, None)[0]) == 200
    (sent,) = listener.sent
    assert (sent["sort"], sent["limit"]) == ({"client_id": 1}, 201)
    assert sent["batchSize"] >= 201


def test_the_ids_of_okta_come_in_batches_and_are_of_clients_that_okta_made(
    registry: M2MRegistry, database: Database[Document]
) -> None:
    ids = {f"client-{number}" for number in range(250)}
    for client_id in ids:
        registry.add(record(client_id))
    registry.add(record("by-hand", provider="manual"))
    database[COLLECTION].insert_one({"client_id": "says-nothing"})
    for number, provider in enumerate(NOT_OURS):
        database[COLLECTION].insert_one({"client_id": f"theirs-{number}", "provider": provider})
    given = list(registry.client_ids_of_okta())
    assert len(given) == 250
    assert set(given) == ids


# --- changing and removing


@pytest.mark.parametrize(
    "change",
    [
        {"name": "new"},
        {"description": "New words"},
        {"groups": ("a", "b")},
        {"groups": ()},
        {"enabled": False},
        {"idp_app_id": "0oanew"},
        {"name": "new", "description": "New", "groups": ("a",), "enabled": False, "idp_app_id": "0oanew"},
    ],
    ids=repr,
)
def test_only_what_is_given_changes_in_one_command_and_the_new_client_comes_back(
    registry: M2MRegistry, clock: Clock, listener: DocumentDBOnly, change: dict[str, Any]
) -> None:
    registry.add(record())
    registry.add(record("other"))
    listener.sent.clear()
    clock.now += 60
    changed = registry.change(AGENT, **change)
    assert [next(iter(command)) for command in listener.sent] == ["findAndModify"]
    assert changed == stored(record())._replace(updated_at=NOW + 60, **change)
    assert registry.find(AGENT) == changed
    assert registry.find("other") == stored(record("other"))


def test_an_empty_description_clears_it(registry: M2MRegistry) -> None:
    registry.add(record())
    changed = registry.change(AGENT, description="")
    assert changed is not None
    assert changed.description is None


def test_changing_what_is_not_there_makes_nothing(registry: M2MRegistry, database: Database[Document]) -> None:
    assert registry.change(AGENT, groups=("a",)) is None
    assert database[COLLECTION].count_documents({}) == 0


def test_a_removed_client_is_gone_and_its_id_free(registry: M2MRegistry) -> None:
    registry.add(record())
    registry.add(record("other"))
    assert registry.remove(AGENT) is True
    assert registry.remove(AGENT) is False
    assert registry.find(AGENT) is None
    assert registry.find("other") is not None
    assert registry.add(record(groups=())) is True


# --- rows of others, and damaged ones


@pytest.mark.parametrize("provider", NOT_OURS, ids=repr)
def test_a_client_of_another_identity_provider_is_neither_shown_nor_touched(
    registry: M2MRegistry, database: Database[Document], provider: object
) -> None:
    row = {"_id": 1, "client_id": AGENT, "name": "ai-agent-3", "groups": ["theirs"], "provider": provider}
    database[COLLECTION].insert_one(row)
    registry.add(record("ours"))
    assert registry.find(AGENT) is None
    assert registry.found([AGENT, "ours"]).keys() == {"ours"}
    assert [each.client_id for each in registry.named("ai-agent-3")] == ["ours"]
    assert [each.client_id for each in registry.page(10, None)[0]] == ["ours"]
    assert registry.change(AGENT, groups=()) is None
    assert registry.remove(AGENT) is False
    assert database[COLLECTION].find_one({"client_id": AGENT}) == row


ODD_ROWS: dict[str, tuple[Document, M2MRecord]] = {
    "the guide's": (
        {"name": "n", "groups": ["a"], "provider": "okta", "enabled": True, "created_at": date(NOW)},
        M2MRecord(AGENT, "n", ("a",), provider="okta", created_at=NOW),
    ),
    "nothing but an id": ({}, M2MRecord(AGENT, "", ())),
    "wrong types": (
        {"name": 7, "groups": "admins", "description": [], "idp_app_id": 1, "created_by": {}, "created_at": "2023"},
        M2MRecord(AGENT, "", ()),
    ),
    "groups that are no strings": ({"name": "n", "groups": ["a", None, 7, "b"]}, M2MRecord(AGENT, "n", ("a", "b"))),
    "enabled in words": ({"name": "n", "enabled": "false"}, M2MRecord(AGENT, "n", (), enabled=False)),
    "enabled by null": ({"name": "n", "enabled": None}, M2MRecord(AGENT, "n", (), enabled=False)),
}


@pytest.mark.parametrize(("row", "read"), ODD_ROWS.values(), ids=ODD_ROWS.keys())
def test_an_odd_row_is_shown_beside_the_others_and_can_be_mended_and_removed(
    registry: M2MRegistry, database: Database[Document], row: Document, read: M2MRecord
) -> None:
    database[COLLECTION].insert_one({"client_id": AGENT, **row})
    registry.add(record("9-whole"))
    assert registry.find(AGENT) == read
    assert registry.page(10, None)[0] == [read, stored(record("9-whole"))]
    mended = registry.change(AGENT, name="mended", groups=("a",), enabled=True)
    assert mended == read._replace(name="mended", groups=("a",), enabled=True, updated_at=NOW)
    assert M2MClients(database).groups_of(AGENT) == ("a",)
    assert registry.remove(AGENT) is True


@pytest.mark.parametrize("client_id", [None, 7, "", ["0oa1"], {"a": "0oa1"}], ids=repr)
def test_a_row_without_a_client_id_to_name_it_by_is_left_out(
    registry: M2MRegistry, database: Database[Document], client_id: object
) -> None:
    database[COLLECTION].insert_one({"client_id": client_id, "name": "ai-agent-3", "provider": "okta"})
    registry.add(record("whole"))
    assert [each.client_id for each in registry.page(1, None)[0]] == ["whole"]
    assert [each.client_id for each in registry.named("ai-agent-3")] == ["whole"]
    assert list(registry.client_ids_of_okta()) == ["whole"]
    assert registry.find("0oa1") is None


# --- several at once


@pytest.mark.parametrize("indexed", [True, False], ids=["unique index", "no index"])
def test_of_ten_that_add_one_client_id_at_once_one_does(
    databases: list[Database[Document]], at_once: AtOnce, indexed: bool
) -> None:
    sandboxes = [M2MRegistry(database) for database in databases]
    if indexed:
        sandboxes[0].ensure_indexes()
    for attempt in range(10):
        added = at_once(
            [partial(sandbox.add, record(str(attempt), name=str(n))) for n, sandbox in enumerate(sandboxes)]
        )
        assert added.count(True) == 1
        assert added.count(False) == 9
        found = sandboxes[0].find(str(attempt))
        assert found is not None
        assert found.name == str(added.index(True))
    assert databases[0][COLLECTION].count_documents({}) == 10


def refusing(code: int) -> Callable[..., None]:
    """A bulk write of which the server has refused the first of two and done the second (as pymongo tells it)."""

    def refuses(*_: object, **__: object) -> None:
        raise BulkWriteError({"writeErrors": [{"index": 0, "code": code}], "upserted": [{"index": 1, "_id": "b"}]})

    return refuses


def test_a_second_row_that_only_the_index_notices_is_refused(
    registry: M2MRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """mongoeco runs one upsert after the other, so that the refusal of a real race is made by hand."""
    monkeypatch.setattr(Collection, "bulk_write", refusing(11000))
    assert registry.add_all([record(client_id="0oa1"), record(client_id="0oa2")]) == {"0oa2"}


def test_another_refusal_of_one_row_is_an_error(registry: M2MRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Collection, "bulk_write", refusing(50))
    with pytest.raises(StoreUnavailable, match="refused a command"):
        registry.add_all([record(client_id="0oa1"), record(client_id="0oa2")])


def test_of_many_those_are_added_whose_id_is_free_and_the_others_stay_as_they_are(registry: M2MRegistry) -> None:
    registry.add(record(client_id="0oa1", name="first"))
    many = [record(client_id=client_id, name="second") for client_id in ("0oa1", "0oa2", "0oa3", "0oa2")]
    assert registry.add_all(many) == {"0oa2", "0oa3"}
    assert registry.add_all([]) == set()
    found = registry.found(["0oa1", "0oa2", "0oa3"]).values()
    assert [client.name for client in found] == ["first", "second", "second"]


def test_changes_at_once_of_different_fields_all_stay(databases: list[Database[Document]], at_once: AtOnce) -> None:
    sandboxes = [M2MRegistry(database) for database in databases]
    changes: list[dict[str, Any]] = [
        {"name": "new"},
        {"description": "New"},
        {"groups": ("a",)},
        {"enabled": False},
        {"idp_app_id": "0oanew"},
    ]
    for attempt in range(10):
        sandboxes[0].add(record(str(attempt)))
        at_once(
            [
                partial(sandbox.change, str(attempt), **change)
                for sandbox, change in zip(sandboxes, changes, strict=False)
            ]
        )
        changed = sandboxes[0].find(str(attempt))
        assert changed is not None
        assert changed[1:5] + changed[6:7] == ("new", ("a",), "New", False, "0oanew")


def test_a_client_removed_while_it_is_changed_stays_removed(
    databases: list[Database[Document]], at_once: AtOnce
) -> None:
    changing, removing = (M2MRegistry(database) for database in databases[:2])
    for attempt in range(20):
        changing.add(record(str(attempt)))
        _, removed = at_once(
            [partial(changing.change, str(attempt), groups=("a",)), partial(removing.remove, str(attempt))]
        )
        assert removed is True
        assert changing.find(str(attempt)) is None


# --- the unique index, and failures


def test_the_unique_index_is_made_once_and_refuses_a_second_row(
    registry: M2MRegistry, database: Database[Document], listener: DocumentDBOnly
) -> None:
    registry.ensure_indexes()
    assert len(listener.named("createIndexes")) == 1
    database[COLLECTION].insert_one({"client_id": AGENT})
    with pytest.raises(Exception, match="E11000"):
        database[COLLECTION].insert_one({"client_id": AGENT})


def test_a_unique_index_that_the_registry_made_under_another_name_is_enough(
    database: Database[Document], listener: DocumentDBOnly
) -> None:
    database[COLLECTION].create_index("client_id", unique=True, name="by_client")
    before = len(listener.named("createIndexes"))
    M2MRegistry(database).ensure_indexes()
    assert len(listener.named("createIndexes")) == before


def test_the_unique_index_is_not_made_over_rows_that_share_a_client_id(database: Database[Document]) -> None:
    database[COLLECTION].insert_many([{"client_id": AGENT}, {"client_id": AGENT}])
    with pytest.raises(StoreDataInvalid, match="delete one of the two"):
        M2MRegistry(database).ensure_indexes()


def test_an_index_on_client_id_that_is_not_unique_is_an_error(database: Database[Document]) -> None:
    database[COLLECTION].create_index("client_id")
    with pytest.raises(StoreUnavailable, match="refused a command with error code"):
        M2MRegistry(database).ensure_indexes()


def test_a_name_that_is_not_unicode_is_an_error_of_ours(registry: M2MRegistry) -> None:
    with pytest.raises(StoreDataInvalid, match="UnicodeEncodeError"):
        registry.add(record(name="\ud800"))


OPERATIONS: dict[str, Callable[[M2MRegistry], object]] = {
    "find": lambda registry: registry.find(AGENT),
    "named": lambda registry: registry.named("ai-agent-3"),
    "page": lambda registry: registry.page(10, None),
    "client_ids_of_okta": lambda registry: list(registry.client_ids_of_okta()),
    "add": lambda registry: registry.add(record()),
    "change": lambda registry: registry.change(AGENT, enabled=False),
    "remove": lambda registry: registry.remove(AGENT),
    "ensure_indexes": M2MRegistry.ensure_indexes,
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_a_store_that_is_down_is_an_error(
    unreachable_database: Database[Document], operation: Callable[[M2MRegistry], object]
) -> None:
    with pytest.raises(StoreUnavailable, match="no answer from the database"):
        operation(M2MRegistry(unreachable_database))
