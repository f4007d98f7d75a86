"""scopes.yml's content, read from the database."""

from typing import Any

import pytest
from pymongo.database import Database

from okta_gateway.errors import StoreDataInvalid
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
