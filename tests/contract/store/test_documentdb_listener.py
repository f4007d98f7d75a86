"""The listener that stands between our code and what only MongoDB or mongoeco would accept."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pymongo
import pytest
from pymongo.collation import Collation
from pymongo.collection import Collection

from okta_gateway.store.connection import Document

from .documentdb import DocumentDBOnly, OutsideDocumentDB

type Use = Callable[[Collection[Document]], object]

FORBIDDEN: dict[str, tuple[Use, str]] = {
    "a facet": (lambda rows: list(rows.aggregate([{"$facet": {"a": [{"$match": {}}]}}])), "stage $facet"),
    "a stage of 8.0": (lambda rows: list(rows.aggregate([{"$set": {"a": 1}}])), "stage $set"),
    "a lookup with a pipeline": (
        lambda rows: list(rows.aggregate([{"$lookup": {"from": "b", "pipeline": [], "as": "c"}}])),
        "option pipeline of $lookup",
    ),
    "a collation in a find": (lambda rows: list(rows.find({}, collation=Collation("en"))), "option collation"),
    "a collation in an index": (
        lambda rows: rows.create_index("a", collation=Collation("en")),
        "option collation of indexes",
    ),
    "a min bound": (lambda rows: list(rows.find({}, hint=[("_id", 1)], min=[("_id", 1)])), "option min"),
    "a where": (lambda rows: list(rows.find({"$where": "true"})), "operator $where"),
    "a nested operator": (lambda rows: list(rows.find({"$or": [{"a": {"$where": "1"}}]})), "operator $where"),
    "a command": (lambda rows: rows.database.command("dbHash"), "the command"),
    "a hidden index": (lambda rows: rows.create_index("a", hidden=True), "option hidden of indexes"),
    "an update by pipeline": (lambda rows: rows.update_one({}, [{"$replaceWith": {"a": 1}}]), "operator $replaceWith"),
}
ALLOWED: dict[str, Use] = {
    "insert": lambda rows: rows.insert_one({"a": 1}),
    "find": lambda rows: list(rows.find({"a": {"$in": [1]}}, {"a": 1}, sort=[("a", 1)], limit=2)),
    "update": lambda rows: rows.update_one({"a": 1}, {"$set": {"b": 2}}, upsert=True),
    "delete": lambda rows: rows.delete_many({"a": {"$nin": [1]}}),
    "unique index": lambda rows: rows.create_index("a", unique=True),
    "equality lookup": lambda rows: list(
        rows.aggregate([{"$lookup": {"from": "b", "localField": "a", "foreignField": "a", "as": "c"}}])
    ),
}


@pytest.fixture
def overheard(store_uri: str) -> Iterator[tuple[Collection[Document], DocumentDBOnly]]:
    listener = DocumentDBOnly()
    client: pymongo.MongoClient[Document] = pymongo.MongoClient(
        store_uri, retryWrites=False, event_listeners=[listener]
    )
    with client:
        yield client["listened"]["rows"], listener


@pytest.mark.parametrize(("use", "problem"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_what_documentdb_lacks_fails_the_test_even_if_this_server_has_it(
    overheard: tuple[Collection[Document], DocumentDBOnly], use: Use, problem: str
) -> None:
    rows, listener = overheard
    with suppress(pymongo.errors.OperationFailure):  # whether this server has it does not matter
        use(rows)
    with pytest.raises(OutsideDocumentDB, match=problem.replace("$", r"\$")):
        listener.verify()


@pytest.mark.parametrize("use", ALLOWED.values(), ids=ALLOWED.keys())
def test_what_documentdb_has_passes(overheard: tuple[Collection[Document], DocumentDBOnly], use: Use) -> None:
    rows, listener = overheard
    use(rows)
    listener.verify()
    assert listener.sent


def test_a_retryable_write_fails_the_test(listener: DocumentDBOnly) -> None:
    """No replica set here, so that the driver never sends one to this server: the event is made by hand."""
    listener.started(_started("insert", {"insert": "rows", "documents": [], "ordered": True, "txnNumber": 1}))
    with pytest.raises(OutsideDocumentDB, match="option txnNumber"):
        listener.verify()
    listener.outside.clear()


def _started(name: str, command: Document) -> pymongo.monitoring.CommandStartedEvent:
    return pymongo.monitoring.CommandStartedEvent(command, "listened", 1, ("127.0.0.1", 27017), 1)
