"""The groups of machine clients, as the authorizer reads them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.database import Database

from okta_gateway.errors import StoreDataInvalid, StoreUnavailable
from okta_gateway.store.connection import Document
from okta_gateway.store.m2m_clients import COLLECTION, M2MClient, M2MClients

from .documentdb import DocumentDBOnly

NOW = 1_700_000_000.0
AGENT = "0oa0987654321fedcba"


@pytest.fixture
def clients(database: Database[Document]) -> M2MClients:
    return M2MClients(database, clock=lambda: NOW)


def row(**fields: Any) -> Document:
    return {"client_id": AGENT, "name": "ai-agent-3", "groups": ["public-mcp-users"]} | fields


def test_a_registered_client_has_its_groups_in_order(clients: M2MClients) -> None:
    clients.register(M2MClient(AGENT, "ai-agent-3", ("registry-admins", "public-mcp-users")))
    assert clients.groups_of(AGENT) == ("registry-admins", "public-mcp-users")


def test_a_registered_client_can_have_no_groups(clients: M2MClients) -> None:
    clients.register(M2MClient(AGENT, "ai-agent-3", ()))
    assert clients.groups_of(AGENT) == ()


@pytest.mark.parametrize(
    "client_id", ["", "0oa5555555555unknown", AGENT.upper(), AGENT[:-1], "$ne", "\ud800", "\x00"], ids=repr
)
def test_another_client_id_is_no_client(clients: M2MClients, client_id: str) -> None:
    clients.register(M2MClient(AGENT, "ai-agent-3", ("registry-admins",)))
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
    clients.ensure_indexes()
    assert "scalar_index_entries" in plan()


def test_registering_writes_the_registrys_shape(clients: M2MClients, database: Database[Document]) -> None:
    clients.register(
        M2MClient(AGENT, "ai-agent-3", ("a",), description="d", provider="okta", idp_app_id="0oaapp", created_by="ada")
    )
    written = database[COLLECTION].find_one({"client_id": AGENT}, {"_id": 0})
    moment = datetime.fromtimestamp(NOW, UTC).replace(tzinfo=None)
    assert written == {
        "client_id": AGENT,
        "name": "ai-agent-3",
        "description": "d",
        "groups": ["a"],
        "enabled": True,
        "provider": "okta",
        "idp_app_id": "0oaapp",
        "created_by": "ada",
        "created_at": moment,
        "updated_at": moment,
    }


def test_registering_again_replaces_the_groups_and_keeps_the_creation(database: Database[Document]) -> None:
    times = iter([NOW, NOW + 60])
    clients = M2MClients(database, clock=lambda: next(times))
    clients.register(M2MClient(AGENT, "old", ("a",), created_by="ada"))
    clients.register(M2MClient(AGENT, "new", ("b",), created_by="pat"))
    (written,) = database[COLLECTION].find({}, {"_id": 0})
    assert (written["name"], written["groups"], written["created_by"]) == ("new", ["b"], "ada")
    assert (written["updated_at"] - written["created_at"]).total_seconds() == 60


def test_the_unique_index_refuses_a_second_document(clients: M2MClients, database: Database[Document]) -> None:
    clients.ensure_indexes()
    clients.ensure_indexes()
    database[COLLECTION].insert_one(row())
    with pytest.raises(Exception, match="E11000"):
        database[COLLECTION].insert_one(row())


def test_a_unique_index_that_the_registry_made_under_another_name_is_enough(
    clients: M2MClients, database: Database[Document], listener: DocumentDBOnly
) -> None:
    database[COLLECTION].create_index("client_id", unique=True, name="by_client")
    before = len(listener.named("createIndexes"))
    clients.ensure_indexes()
    assert len(listener.named("createIndexes")) == before


def test_the_unique_index_is_not_made_over_documents_that_share_a_client_id(
    clients: M2MClients, database: Database[Document]
) -> None:
    database[COLLECTION].insert_many([row(), row()])
    with pytest.raises(StoreDataInvalid, match="delete one of the two"):
        clients.ensure_indexes()


def test_an_index_on_client_id_that_is_not_unique_is_an_error(
    clients: M2MClients, database: Database[Document]
) -> None:
    database[COLLECTION].create_index("client_id")
    with pytest.raises(StoreUnavailable, match="refused a command with error code"):
        clients.ensure_indexes()
