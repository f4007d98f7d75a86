"""DOCUMENTDB_URI: what is accepted, what is refused, and that no refusal quotes it."""

import traceback
from pathlib import Path
from typing import Any

import pytest

from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.store import connection
from okta_gateway.store.connection import AMAZON_CA_FILE, connect

CONSOLE_OPTIONS = (  # what the AWS console offers to copy
    "tls=true&tlsCAFile=global-bundle.pem&replicaSet=rs0&readPreference=secondaryPreferred&retryWrites=false"
)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What `connect` gives to the driver, which opens no sockets here."""
    calls: list[tuple[str, dict[str, Any]]] = []

    class NoClient(dict[str, Any]):
        def __init__(self, uri: str, **options: Any) -> None:
            super().__init__(mcp_registry_default="database")
            calls.append((uri, options))

    monkeypatch.setattr(connection, "MongoClient", NoClient)
    return calls


def test_a_uri_from_the_aws_console_works_as_it_is(given: list[tuple[str, dict[str, Any]]]) -> None:
    connect(
        f"mongodb://user:word@docdb.cluster-x.us-east-1.docdb.amazonaws.com:27017/?{CONSOLE_OPTIONS}",
        "mcp_registry_default",
    )
    ((uri, options),) = given
    assert "tlsCAFile" not in uri
    assert "replicaSet=rs0" in uri
    assert options["tls"] is True
    assert options["tlsCAFile"] == str(AMAZON_CA_FILE)
    assert options["retryWrites"] is False
    assert options["readPreference"] == "primary"


@pytest.mark.parametrize(
    "host", ["db.example.com", "10.0.0.7", "db.example.com,127.0.0.1", "localhost.example.com", "[fd00::1]"]
)
def test_tls_is_on_for_every_host_off_loopback(given: list[tuple[str, dict[str, Any]]], host: str) -> None:
    connect(f"mongodb://user:word@{host}/", "mcp_registry_default")
    assert given[0][1]["tls"] is True


@pytest.mark.parametrize("host", ["127.0.0.1:27017", "localhost", "[::1]:27017", "127.0.0.1,localhost:27018"])
def test_loopback_needs_no_tls(given: list[tuple[str, dict[str, Any]]], host: str) -> None:
    connect(f"mongodb://user:word@{host}/?authMechanism=SCRAM-SHA-256", "mcp_registry_default")
    assert "tls" not in given[0][1]


def test_a_tunnel_on_loopback_may_skip_the_host_name_check(given: list[tuple[str, dict[str, Any]]]) -> None:
    connect("mongodb://user:word@localhost/?tls=true&tlsAllowInvalidHostnames=true", "mcp_registry_default")
    assert given[0][1]["tls"] is True


@pytest.mark.parametrize(
    "options",
    [
        "tls=false",
        "ssl=false",
        "tls=true&tlsInsecure=true",
        "TLSAllowInvalidCertificates=true",
        "tlsAllowInvalidHostnames=true",
    ],
)
def test_tls_cannot_be_weakened_off_loopback(options: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="allowed for hosts on loopback only"):
        connect(f"mongodb://user:word@db.example.com/?{options}", "mcp_registry_default")


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "s3cretword",
        "postgres://user:s3cretword@db.example.com/",
        "mongodb+srv://user:s3cretword@db.example.com/",
        "mongodb://user:s3cretword@",
        "mongodb://user:s3cret/word@db.example.com/",
        "mongodb://user:s3cret@word@db.example.com/",
        "mongodb://user:s3cret%word@db.example.com/",
        "mongodb://user:s3cret:word@db.example.com/",
        "mongodb://user:s3cret?word@db.example.com/",
        "mongodb://user:s3cretword@db.example.com:99999/",
        "mongodb://user:s3cretword@db.example.com:s3cretword/",
        "mongodb://user:s3cretword@db.example.com/?s3cretword=true",
        "mongodb://user:s3cretword@db.example.com/?authMechanism=s3cretword",
        "mongodb://user:s3cretword@db.example.com/?tlsCertificateKeyFile=s3cretword",
        "mongodb://user:s3cretword@db.example.com/?maxPoolSize=s3cretword",
        "mongodb://user:s3cretword@[::1/",
    ],
)
def test_a_uri_that_cannot_work_is_refused_without_being_quoted(uri: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="DOCUMENTDB_URI is not understood") as refused:
        connect(uri, "mcp_registry_default")
    shown = "".join(traceback.format_exception(refused.value))
    assert "s3cret" not in shown
    assert refused.value.__context__ is None


def test_a_uri_that_needs_dns_to_be_read_is_refused_without_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "parse_uri", lambda *_, **__: pytest.fail("the driver was asked"))
    with pytest.raises(ConfigurationInvalid, match="must look like mongodb://"):
        connect("mongodb+srv://user:word@db.example.com/", "mcp_registry_default")


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a$b", "a.b"], ids=repr)
def test_a_database_name_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="DOCUMENTDB_DATABASE"):
        connect("mongodb://127.0.0.1:1/", name)


def test_a_ca_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match=f"DOCUMENTDB_TLS_CA_FILE: there is no file {tmp_path}/none.pem"):
        connect("mongodb://user:word@db.example.com/", "mcp_registry_default", f"{tmp_path}/none.pem")
