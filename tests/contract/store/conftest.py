"""A document store over TCP for each test, seen through a listener that refuses what DocumentDB would not support."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pymongo
import pytest
from pymongo.database import Database

from devkit.document_store import document_store
from okta_gateway.store.connection import Document, connect

from .documentdb import DocumentDBOnly

DATABASE = "mcp_registry_default"


@pytest.fixture
def store_uri() -> Iterator[str]:
    """DOCUMENTDB_URI of an empty store, in memory."""
    with document_store(None) as uri:
        yield uri


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[DocumentDBOnly]:
    """Hears every client that `connect` makes, and fails the test for anything outside DocumentDB's tables."""
    listener = DocumentDBOnly()
    client_class = pymongo.MongoClient

    def client_with_listener(*args: Any, **options: Any) -> pymongo.MongoClient[Document]:
        return client_class(*args, **options, event_listeners=[listener])

    monkeypatch.setattr("okta_gateway.store.connection.MongoClient", client_with_listener)
    yield listener
    listener.verify()


@pytest.fixture
def open_database(listener: DocumentDBOnly) -> Iterator[Callable[[str], Database[Document]]]:
    """`connect`, whose clients are closed after the test."""
    with ExitStack() as clients:

        def open_database(uri: str) -> Database[Document]:
            database = connect(uri, DATABASE)
            clients.callback(database.client.close)
            return database

        yield open_database


@pytest.fixture
def database(store_uri: str, open_database: Callable[[str], Database[Document]]) -> Database[Document]:
    """The database of an empty store, as the functions see it."""
    return open_database(store_uri)
