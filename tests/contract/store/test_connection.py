"""What happens when the database cannot be reached, refuses us, or goes away for a while."""

import socket
import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pymongo import ReadPreference
from pymongo.database import Database

from devkit.document_store import PASSWORD, document_store
from devkit.serving import PortTaken
from okta_gateway.errors import StoreCredentialsRefused, StoreUnavailable
from okta_gateway.store.access_rules import AccessRuleCollections
from okta_gateway.store.connection import Document, connect
from okta_gateway.store.m2m_clients import M2MClients
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry

type OpenDatabase = Callable[[str], Database[Document]]


@pytest.fixture
def short_selection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds are for production: tests need not wait that long to see that nobody answers."""
    monkeypatch.setattr("okta_gateway.store.connection.SELECTION_MS", 300)
    monkeypatch.setattr("okta_gateway.store.connection.SOCKET_MS", 300)


def port_of(uri: str) -> int:
    port = urlsplit(uri).port
    assert port is not None
    return port


def test_a_wrong_password_is_refused_and_not_quoted(store_uri: str, open_database: OpenDatabase) -> None:
    database = open_database(store_uri.replace(PASSWORD, "wr0ng-secret"))
    with pytest.raises(StoreCredentialsRefused, match="refused the user name or password of DOCUMENTDB_URI") as refused:
        M2MClients(database).groups_of("anyone")
    assert "wr0ng-secret" not in "".join(traceback.format_exception(refused.value))


def test_nobody_reads_without_a_password(store_uri: str, open_database: OpenDatabase) -> None:
    database = open_database(f"mongodb://127.0.0.1:{port_of(store_uri)}/?directConnection=true")
    with pytest.raises((StoreUnavailable, StoreCredentialsRefused), match="refused"):
        M2MClients(database).groups_of("anyone")


@pytest.mark.usefixtures("short_selection")
def test_a_database_that_is_down_is_an_error_that_names_host_and_reason(open_database: OpenDatabase) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    database = open_database(f"mongodb://ada:s3cret-word@127.0.0.1:{port}/")
    with pytest.raises(StoreUnavailable, match=f"127.0.0.1:{port}: .*Connection refused$") as failure:
        AccessRuleCollections(database).read()
    assert "s3cret-word" not in "".join(traceback.format_exception(failure.value))


@pytest.mark.usefixtures("short_selection")
def test_a_database_that_accepts_and_never_answers_is_an_error(open_database: OpenDatabase) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database = open_database(f"mongodb://127.0.0.1:{silent.getsockname()[1]}/?directConnection=true")
        with pytest.raises(StoreUnavailable, match="no answer from the database"):
            M2MClients(database).groups_of("anyone")


@pytest.mark.usefixtures("short_selection")
def test_a_database_that_comes_back_is_used_again_by_the_same_client(
    tmp_path: Path, open_database: OpenDatabase
) -> None:
    file = tmp_path / "store.sqlite"
    with document_store(file) as uri:
        database = open_database(uri)
        M2MRegistry(database).add(M2MRecord("agent", "agent", ("a",)))
        clients = M2MClients(database)
        assert clients.groups_of("agent") == ("a",)
    with pytest.raises(StoreUnavailable):
        clients.groups_of("agent")
    with document_store(file, port_of(uri)):
        assert clients.groups_of("agent") == ("a",)


def test_a_connection_cut_between_two_lookups_is_not_noticed(tmp_path: Path, open_database: OpenDatabase) -> None:
    """As after a sandbox was frozen: the driver repeats the read on a new connection."""
    file = tmp_path / "store.sqlite"
    with document_store(file) as uri:
        clients = M2MClients(open_database(uri))
        assert clients.groups_of("agent") is None
    with document_store(file, port_of(uri)):
        assert clients.groups_of("agent") is None


def test_data_in_a_file_survives_a_restart_and_data_in_memory_does_not(
    tmp_path: Path, open_database: OpenDatabase
) -> None:
    def groups_after_a_restart(path: Path | None) -> tuple[str, ...] | None:
        with document_store(path) as uri:
            M2MRegistry(open_database(uri)).add(M2MRecord("agent", "agent", ("a",)))
        with document_store(path) as uri:
            return M2MClients(open_database(uri)).groups_of("agent")

    assert groups_after_a_restart(tmp_path / "new-folder" / "store.sqlite") == ("a",)
    assert groups_after_a_restart(None) is None


def test_a_taken_port_is_said_to_be_taken(store_uri: str) -> None:
    with (
        pytest.raises(PortTaken, match=f"Port {port_of(store_uri)} is taken"),
        document_store(None, port_of(store_uri)),
    ):
        pytest.fail("two stores on one port")


def test_no_password_shows_in_the_handle(database: Database[Document]) -> None:
    for shown in (repr(database), repr(database.client), str(database["a"]), repr(vars(M2MClients(database)))):
        assert PASSWORD not in shown


def test_the_uri_cannot_switch_on_what_documentdb_lacks_nor_reads_from_replicas(
    store_uri: str, open_database: OpenDatabase
) -> None:
    client = open_database(f"{store_uri}&retryWrites=true&readPreference=secondaryPreferred").client
    assert client.options.retry_writes is False
    assert client.read_preference == ReadPreference.PRIMARY
    assert client.options.server_selection_timeout == 2.0
    assert client.options.pool_options.max_pool_size == 4
    assert client.options.pool_options.metadata["application"]["name"] == "okta-gateway"


def test_the_driver_reports_its_own_errors_as_ours_for_every_operation(store_uri: str) -> None:
    database = connect(store_uri, "closed")
    database.client.close()
    for operation in (
        lambda: M2MClients(database).groups_of("a"),
        lambda: M2MRegistry(database).add(M2MRecord("a", "a", ())),
        lambda: M2MRegistry(database).ensure_indexes(),
        lambda: AccessRuleCollections(database).read(),
        lambda: AccessRuleCollections(database).replace({"groups": {}, "permissions": {}}),
    ):
        with pytest.raises(StoreUnavailable, match="InvalidOperation"):
            operation()
