"""The groups of machine clients, as the authorizer reads them."""

from typing import Any

import pytest
from pymongo.database import Database

from okta_gateway.errors import StoreDataInvalid
from okta_gateway.store.connection import Document
from okta_gateway.store.m2m_clients import COLLECTION, M2MClients
from okta_gateway.store.m2m_registry import M2MRegistry

from .documentdb import DocumentDBOnly

AGENT = "0oa0987654321fedcba"


@pytest.fixture
def clients(database: Database[Document]) -> M2MClients:
    return M2MClients(database)


def row(**fields: Any) -> Document:
    return {"client_id": AGENT, "name": "ai-agent-3", "groups": ["public-mcp-users"]} | fields


def test_a_client_has_its_groups_in_order(clients: M2MClients, database: Database[Document]) -> None:
    database[COLLECTION].insert_one(row(groups=["registry-admins", "public-mcp-users"]))
    assert clients.groups_of(AGENT) == ("registry-admins", "public-mcp-users")


def test_a_client_can_have_no_groups(clients: M2MClients, database: Database[Document]) -> None:
    database[COLLECTION].insert_one(row(groups=[]))
    assert clients.groups_of(AGENT) == ()


@pytest.mark.parametrize(
    "client_id", ["", "0oa5555555555unknown", AGENT.upper(), AGENT[:-1], "$ne", "\ud800", "\x00"], ids=repr
)
def test_another_client_id_is_no_client(clients: M2MClients, database: Database[Document], client_id: str) -> None:
    database[COLLECTION].insert_one(row())
    assert clients.groups_of(client_id) is None


@pytest.mark.parametrize("enabled", [False, "false", "true", 0, 1, None, ""], ids=repr)
def test_a_client_that_is_not_exactly_enabled_is_no_client(
    clients: M2MClients, database: Database[Document], enabled: object
) -> None:
    database[COLLECTION].insert_one(row(enabled=enabled))
    assert clients.groups_of(AGENT) is None


@pytest.mark.parametrize(
    "fields",
    [{}, {"enabled": True}, {"provider": "okta"}, {"provider": "manual"}, {"enabled": True, "provider": "okta"}],
    ids=repr,
)
def test_the_guides_document_counts(clients: M2MClients, database: Database[Document], fields: Document) -> None:
    database[COLLECTION].insert_one(row(**fields))
    assert clients.groups_of(AGENT) == ("public-mcp-users",)


@pytest.mark.parametrize("provider", ["auth0", "keycloak", "entra", "Okta", "", None, ["okta"]], ids=repr)
def test_a_client_of_another_identity_provider_is_no_client(
    clients: M2MClients, database: Database[Document], provider: object
) -> None:
    database[COLLECTION].insert_one(row(provider=provider))
    assert clients.groups_of(AGENT) is None


@pytest.mark.parametrize(
    "groups", ["registry-admins", None, {}, 7, ["registry-admins", 7], [["registry-admins"]], [None]], ids=repr
)
def test_groups_that_are_no_list_of_strings_are_an_error_that_names_the_client(
    clients: M2MClients, database: Database[Document], groups: object
) -> None:
    database[COLLECTION].insert_one(row(groups=groups))
    with pytest.raises(StoreDataInvalid, match=f"groups of client_id '{AGENT}' must be an array of strings"):
        clients.groups_of(AGENT)


def test_a_document_without_groups_is_an_error(clients: M2MClients, database: Database[Document]) -> None:
    database[COLLECTION].insert_one({"client_id": AGENT})
    with pytest.raises(StoreDataInvalid, match="must be an array of strings"):
        clients.groups_of(AGENT)


def test_a_disabled_client_with_malformed_groups_is_no_client(
    clients: M2MClients, database: Database[Document]
) -> None:
    database[COLLECTION].insert_one(row(enabled=False, groups="registry-admins"))
    assert clients.groups_of(AGENT) is None


@pytest.mark.parametrize("second", [{}, {"enabled": False}, {"provider": "keycloak"}], ids=repr)
def test_two_documents_with_one_client_id_are_an_error_that_says_what_to_do(
    clients: M2MClients, database: Database[Document], second: Document
) -> None:
    database[COLLECTION].insert_many([row(), row(**second)])
    with pytest.raises(StoreDataInvalid, match=f"several documents have client_id '{AGENT}': delete all but one"):
        clients.groups_of(AGENT)


def test_a_lookup_is_one_find_by_client_id_that_asks_for_three_fields_of_two_rows(
    clients: M2MClients, listener: DocumentDBOnly
) -> None:
    clients.groups_of(AGENT)
    (sent,) = listener.sent
    assert sent["find"] == "idp_m2m_clients"
    assert sent["filter"] == {"client_id": AGENT}
    assert sent["projection"] == {"_id": 0, "groups": 1, "enabled": 1, "provider": 1}
    assert sent["limit"] == 2


def test_a_lookup_uses_the_index_on_client_id(clients: M2MClients, database: Database[Document]) -> None:
    command = {"find": COLLECTION, "filter": {"client_id": AGENT}, "limit": 2}

    def plan() -> str:
        return str(database.command("explain", command)["details"])

    database[COLLECTION].insert_one(row())
    assert "scalar_index_entries" not in plan()  # mongoeco's table of index entries
    M2MRegistry(database).ensure_indexes()
    assert "scalar_index_entries" in plan()
