"""The collection iam_audit: who changed what, from what to what, with which result."""

import json
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pymongo.database import Database

from okta_gateway.errors import StoreDataInvalid
from okta_gateway.store.connection import Document
from okta_gateway.store.expiring_rows import moment
from okta_gateway.store.failures import driver_failures_translated
from okta_gateway.store.indexes import ensure_index

COLLECTION = "iam_audit"
BEGUN = "begun"


class AuditEntry(NamedTuple):
    """A change that somebody is about to make: `actor` by names such as `sub`, `at` in seconds since 1970.

    `before` is what JSON can say about `target` now; None where there is nothing yet.
    """

    id: str
    request_id: str
    actor: Mapping[str, str]
    action: str
    target: str
    before: object
    at: float


class AuditEntries:
    """The entries. They are added and finished, and nothing here can delete one.

    A row that stays `begun` is a change that was cut off, or whose result could not be written: what it did is unknown.
    `before` and `after` are JSON text: DocumentDB refuses field names with a dot or a leading dollar ("Functional
    differences", field name restrictions), which profiles in Okta may have.
    """

    def __init__(self, database: Database[Document], clock: Callable[[], float] = time.time) -> None:
        self._collection = database[COLLECTION]
        self._clock = clock

    def begin(self, entry: AuditEntry) -> None:
        """Write the intent. Raises StoreUnavailable; StoreDataInvalid for an id that another entry has."""
        row = {
            "_id": entry.id,
            "request_id": entry.request_id,
            "actor": dict(entry.actor),
            "action": entry.action,
            "target": entry.target,
            "before": _json(entry.before),
            "at": moment(entry.at),
            "result": BEGUN,
        }
        with driver_failures_translated():
            self._collection.insert_one(row)

    def finish(self, entry_id: str, result: str, after: object, error: str | None) -> None:
        """Write the result, once: what was written stays. `error` is the code of what went wrong, if anything did.

        Raises StoreUnavailable; StoreDataInvalid when there is no such entry or it is finished.
        """
        finished = {
            "result": result,
            "after": _json(after),
            "error": error,
            "finished_at": moment(self._clock()),
        }
        with driver_failures_translated():
            done = self._collection.update_one({"_id": entry_id, "result": BEGUN}, {"$set": finished})
        if done.matched_count != 1:
            raise StoreDataInvalid(f"{COLLECTION}: there is no unfinished entry {entry_id!r}")

    def ensure_indexes(self) -> None:
        """Create the indexes on `at` and `target` unless there are some. Raises StoreUnavailable."""
        ensure_index(self._collection, "at")
        ensure_index(self._collection, "target")


def _json(value: object) -> str:
    """What JSON has no word for becomes its text: it must not make an error of a change that was made."""
    return json.dumps(value, default=str)
