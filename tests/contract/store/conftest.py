"""A document store over TCP for each test, seen through a listener that refuses what DocumentDB would not support."""

import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
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


@pytest.fixture
def databases(store_uri: str, open_database: Callable[[str], Database[Document]]) -> list[Database[Document]]:
    """One store as ten sandboxes see it: each has a client and connections of its own, opened already."""
    databases = [open_database(store_uri) for _ in range(10)]
    for database in databases:
        database["opened"].find_one()
    return databases


@pytest.fixture
def unreachable_database(
    open_database: Callable[[str], Database[Document]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database[Document]]:
    """A database on a port where nobody listens, which is noticed sooner than in production."""
    monkeypatch.setattr("okta_gateway.store.connection.SELECTION_MS", 50)
    monkeypatch.setattr("okta_gateway.store.connection.LOOKUP_SECONDS", 0.1)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield open_database(f"mongodb://127.0.0.1:{unused.getsockname()[1]}/?directConnection=true")


@pytest.fixture
def at_once() -> Iterator[Callable[[Sequence[Callable[[], object]]], list[object]]]:
    """Runs calls in a thread each, begun together; gives their results in order."""
    with ThreadPoolExecutor(max_workers=10) as threads:

        def at_once(calls: Sequence[Callable[[], object]]) -> list[object]:
            start = Barrier(len(calls))

            def begin(call: Callable[[], object]) -> object:
                start.wait(timeout=10)
                return call()

            return list(threads.map(begin, calls))

        yield at_once
