"""The collection iam_leases: who may change, for a while and alone, what several must not change at once."""

import time
from collections.abc import Callable

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from okta_gateway.store.connection import Document
from okta_gateway.store.expiring_rows import moment
from okta_gateway.store.failures import driver_failures_translated

COLLECTION = "iam_leases"


class Leases:
    """Leases by name. Each is one row, and every change of it one command."""

    def __init__(self, database: Database[Document], clock: Callable[[], float] = time.time) -> None:
        self._collection = database[COLLECTION]
        self._clock = clock

    def take(self, name: str, holder: str, seconds: float) -> bool:
        """Let `holder`, and nobody else for `seconds`, have the lease `name`; False when somebody has it.

        `holder` names one attempt: who has a lease does not get it a second time. Nothing stops a holder whose time ran
        out: `seconds` must outlast the work. A row without a time, or with an odd one, is an abandoned lease.

        The filter names the row by `_id`, so that a lease that is held makes the upsert an insert of a second row of
        that `_id`, which the database refuses. It is one command, which DocumentDB runs atomically ("Functional
        differences", implicit transactions). Raises StoreUnavailable; whether the lease was got is unknown then, and
        `release` is worth a try.
        """
        now = self._clock()
        free = {"_id": name, "held_until": {"$not": {"$gt": moment(now)}}}
        taken = {"$set": {"holder": holder, "held_until": moment(now + seconds)}}
        with driver_failures_translated():
            try:
                self._collection.update_one(free, taken, upsert=True)
            except DuplicateKeyError:
                return False
        return True

    def release(self, name: str, holder: str) -> None:
        """Give the lease back, if `holder` still has it. Raises StoreUnavailable."""
        with driver_failures_translated():
            self._collection.delete_one({"_id": name, "holder": holder})
