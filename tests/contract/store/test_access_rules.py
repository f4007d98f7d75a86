"""scopes.yml's content, read from the database."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from pymongo.database import Database

from okta_gateway.errors import StoreDataInvalid, StoreUnavailable
from okta_gateway.store.access_rules import GROUP_SCOPES, SCOPE_PERMISSIONS, AccessRuleCollections
from okta_gateway.store.connection import Document

from .documentdb import DocumentDBOnly

RULES = {
    "groups": {"registry-admins": ["registry:admin:full", "mcp:servers:read"], "nobody": []},
    "permissions": {"registry:admin:full": ["ANY /*"], "mcp:servers:read": ["GET /api/servers/*"]},
}


@pytest.fixture
def rules(database: Database[Document]) -> AccessRuleCollections:
    return AccessRuleCollections(database, clock=lambda: 1_700_000_000.0)


def test_rules_come_back_as_they_were_written(rules: AccessRuleCollections) -> None:
    rules.replace(RULES)
    assert rules.read() == RULES


def test_an_empty_database_has_no_rules(rules: AccessRuleCollections) -> None:
    assert rules.read() == {"groups": {}, "permissions": {}}


def test_rules_are_read_in_two_queries_whatever_their_number(
    rules: AccessRuleCollections, listener: DocumentDBOnly
) -> None:
    many = {f"scope-{number}": ["ANY /*"] for number in range(110)}  # a first batch is 101 documents unless one asks
    rules.replace({"groups": {f"group-{number}": [] for number in range(110)}, "permissions": many})
    listener.sent.clear()
    assert rules.read()["permissions"] == many
    assert [command.get("find") for command in listener.sent] == [GROUP_SCOPES, SCOPE_PERMISSIONS]


def test_replacing_removes_what_is_not_named_any_more(rules: AccessRuleCollections) -> None:
    rules.replace(RULES)
    rules.replace({"groups": {"nobody": ["a"]}, "permissions": {}})
    assert rules.read() == {"groups": {"nobody": ["a"]}, "permissions": {}}


def test_a_group_row_says_when_it_was_written(rules: AccessRuleCollections, database: Database[Document]) -> None:
    rules.replace(RULES)
    (first, _) = database[GROUP_SCOPES].find(sort=[("_id", -1)])
    assert first["_id"] == "registry-admins"
    assert first["updated_at"].isoformat() == "2023-11-14T22:13:20"


def test_a_value_is_data_even_when_it_looks_like_an_operator(rules: AccessRuleCollections) -> None:
    hostile = {"groups": {"$where": ["$ne"]}, "permissions": {"a.b": ["GET /$"]}}
    rules.replace(hostile)
    assert rules.read() == hostile


@pytest.mark.parametrize(
    ("collection", "row", "problem"),
    [
        (GROUP_SCOPES, {"_id": "g", "scopes": "admin"}, "idp_group_scopes: scopes of _id 'g' must be an array"),
        (GROUP_SCOPES, {"_id": "g"}, "idp_group_scopes: scopes of _id 'g' must be an array"),
        (GROUP_SCOPES, {"_id": "g", "scopes": ["a", 1]}, "idp_group_scopes: scopes of _id 'g' must be an array"),
        (GROUP_SCOPES, {"_id": 7, "scopes": []}, "idp_group_scopes: _id 7 must be a string"),
        (SCOPE_PERMISSIONS, {"_id": "s", "permissions": None}, "idp_scope_permissions: permissions of _id 's'"),
        (SCOPE_PERMISSIONS, {"_id": "s", "permissions": [{"GET": "/"}]}, "idp_scope_permissions: permissions of _id"),
    ],
)
def test_a_row_of_wrong_types_is_an_error_that_names_it(
    rules: AccessRuleCollections, database: Database[Document], collection: str, row: dict[str, Any], problem: str
) -> None:
    rules.replace(RULES)
    database[collection].insert_one(row)
    with pytest.raises(StoreDataInvalid, match=problem):
        rules.read()


# --- one group at a time


def test_the_scopes_of_one_group_are_read_alone(rules: AccessRuleCollections, listener: DocumentDBOnly) -> None:
    rules.replace(RULES)
    listener.sent.clear()
    assert rules.group_scopes("registry-admins") == ("registry:admin:full", "mcp:servers:read")
    assert rules.group_scopes("nobody") == ()
    assert rules.group_scopes("Registry-Admins") is None
    assert [command["filter"] for command in listener.sent] == [
        {"_id": "registry-admins"},
        {"_id": "nobody"},
        {"_id": "Registry-Admins"},
    ]


@pytest.mark.parametrize("group", ["registry-admins", "nobody", "new", "$where", "a.b", ""], ids=repr)
def test_the_scopes_of_one_group_are_replaced_in_one_command_and_no_others(
    rules: AccessRuleCollections, database: Database[Document], listener: DocumentDBOnly, group: str
) -> None:
    rules.replace(RULES)
    listener.sent.clear()
    later = AccessRuleCollections(database, clock=lambda: 1_700_000_060.0)
    later.set_group_scopes(group, ["b", "a"])
    assert [next(iter(command)) for command in listener.sent] == ["update"]
    assert later.read() == RULES | {"groups": RULES["groups"] | {group: ["b", "a"]}}
    row = database[GROUP_SCOPES].find_one({"_id": group}) or {}
    assert row["updated_at"].isoformat() == "2023-11-14T22:14:20"


@pytest.mark.parametrize("group", ["registry-admins", "new"])
def test_a_group_without_scopes_has_no_row(
    rules: AccessRuleCollections, database: Database[Document], group: str
) -> None:
    rules.replace(RULES)
    rules.set_group_scopes(group, ())
    assert rules.group_scopes(group) is None
    assert database[GROUP_SCOPES].count_documents({"_id": group}) == 0
    assert rules.read()["groups"].keys() == RULES["groups"].keys() - {group}


def test_setting_scopes_mends_a_damaged_row_and_keeps_what_others_wrote_there(
    rules: AccessRuleCollections, database: Database[Document]
) -> None:
    database[GROUP_SCOPES].insert_one({"_id": "g", "scopes": "admin", "note": "theirs"})
    with pytest.raises(StoreDataInvalid, match="idp_group_scopes: scopes of _id 'g' must be an array"):
        rules.group_scopes("g")
    rules.set_group_scopes("g", ("a",))
    assert rules.group_scopes("g") == ("a",)
    assert (database[GROUP_SCOPES].find_one({"_id": "g"}) or {})["note"] == "theirs"


def test_of_several_who_set_one_group_at_once_one_wins_whole(
    databases: list[Database[Document]], at_once: Callable[[Sequence[Callable[[], object]]], list[object]]
) -> None:
    sandboxes = [AccessRuleCollections(database) for database in databases]
    for attempt in range(10):
        given = [(f"a{number}", f"b{number}") for number in range(10)]
        at_once(
            [
                partial(sandbox.set_group_scopes, f"group-{attempt}", scopes)
                for sandbox, scopes in zip(sandboxes, given, strict=True)
            ]
        )
        assert sandboxes[0].group_scopes(f"group-{attempt}") in given


OPERATIONS: dict[str, Callable[[AccessRuleCollections], object]] = {
    "read": AccessRuleCollections.read,
    "replace": lambda rules: rules.replace(RULES),
    "group_scopes": lambda rules: rules.group_scopes("g"),
    "set_group_scopes": lambda rules: rules.set_group_scopes("g", ("a",)),
    "set_group_scopes to none": lambda rules: rules.set_group_scopes("g", ()),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_a_store_that_is_down_is_an_error(
    unreachable_database: Database[Document], operation: Callable[[AccessRuleCollections], object]
) -> None:
    with pytest.raises(StoreUnavailable, match="no answer from the database"):
        operation(AccessRuleCollections(unreachable_database))
