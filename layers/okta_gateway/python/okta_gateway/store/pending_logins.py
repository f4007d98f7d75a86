"""The collection oauth_pending_logins: sign-ins that were begun and whose callback has not come yet."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from pymongo.database import Database

from okta_gateway.store.connection import Document
from okta_gateway.store.expiring_rows import check_shape, ensure_expiry_index, moment, seconds
from okta_gateway.store.failures import driver_failures_translated

COLLECTION = "oauth_pending_logins"
SHAPE: Mapping[str, type] = {
    "browser_hash": str,
    "nonce": str,
    "code_verifier": str,
    "target": str,
    "expires_at": datetime,
}


class PendingLogin(NamedTuple):
    """What the callback needs to know of the request that it answers.

    `state_hash` and `browser_hash` are hashes of the `state` parameter and of the cookie that binds the attempt to its
    browser, so that a stolen row starts nothing. `expires_at` is in seconds since 1970, kept to the millisecond.
    """

    state_hash: str
    browser_hash: str
    nonce: str
    code_verifier: str
    target: str
    expires_at: float

    def __repr__(self) -> str:
        return f"PendingLogin(state_hash={self.state_hash!r}, ...)"


class PendingLogins:
    """The pending sign-ins. Each is given out at most once, to the browser that began it."""

    def __init__(self, database: Database[Document], *, clock: Callable[[], float] = time.time) -> None:
        self._collection = database[COLLECTION]
        self._clock = clock

    def add(self, pending: PendingLogin) -> None:
        """Remember `pending`. Raises StoreUnavailable; StoreDataInvalid for a state that another sign-in has."""
        row = {
            "_id": pending.state_hash,
            "browser_hash": pending.browser_hash,
            "nonce": pending.nonce,
            "code_verifier": pending.code_verifier,
            "target": pending.target,
            "expires_at": moment(pending.expires_at),
        }
        with driver_failures_translated():
            self._collection.insert_one(row)

    def consume(self, state_hash: str, browser_hash: str) -> PendingLogin | None:
        """Take out the sign-in with both hashes; None when there is none, or it has expired (RFC 6749, section 10.12).

        Finding and deleting is one command, which DocumentDB runs atomically ("Functional differences", implicit
        transactions), so that of many callers one gets it. Another browser's attempt leaves it where it is. When the
        answer is lost on the way, the sign-in is lost with it. Raises StoreUnavailable or StoreDataInvalid.
        """
        with driver_failures_translated():
            row = self._collection.find_one_and_delete({"_id": state_hash, "browser_hash": browser_hash})
        if row is None:
            return None
        pending = _pending_login(row)
        # The TTL index deletes in the background, after the time.
        return pending if self._clock() < pending.expires_at else None

    def ensure_indexes(self) -> None:
        """Create the TTL index on expires_at unless there is one. Raises StoreUnavailable."""
        ensure_expiry_index(self._collection)


def _pending_login(row: Document) -> PendingLogin:
    check_shape(row, SHAPE, COLLECTION)
    return PendingLogin(
        state_hash=row["_id"],
        browser_hash=row["browser_hash"],
        nonce=row["nonce"],
        code_verifier=row["code_verifier"],
        target=row["target"],
        expires_at=seconds(row["expires_at"]),
    )
