"""The collection oauth_sessions_gateway: who is signed in, with Okta's tokens sealed, and who may refresh them now."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pymongo.database import Database

from okta_gateway.store.connection import Document
from okta_gateway.store.expiring_rows import check_shape, ensure_expiry_index, malformed, moment, seconds
from okta_gateway.store.failures import driver_failures_translated

COLLECTION = "oauth_sessions_gateway"
SHAPE: Mapping[str, type] = {
    "subject": str,
    "username": str,
    "groups": list,
    "created_at": datetime,
    "last_seen_at": datetime,
    "expires_at": datetime,
    "sealed": bytes,
    "token_expires_at": datetime,
    "version": int,
    "lease_until": datetime,
}
# A lease that ran out long ago is no lease: one comparison then finds both the free and the abandoned.
NO_LEASE: Mapping[str, Any] = {"lease_holder": None, "lease_until": datetime.fromtimestamp(0, UTC)}


class Session(NamedTuple):
    """A signed-in person. Times are in seconds since 1970, kept to the millisecond.

    `id_hash` is the hash of the cookie's value, `expires_at` the absolute end, `sealed` the encrypted tokens of Okta,
    and `version` counts how often they were replaced.
    """

    id_hash: str
    subject: str
    username: str
    groups: tuple[str, ...]
    created_at: float
    last_seen_at: float
    expires_at: float
    sealed: bytes
    token_expires_at: float
    version: int

    def __repr__(self) -> str:
        return f"Session(id_hash={self.id_hash!r}, subject={self.subject!r}, version={self.version!r}, ...)"


class Sessions:
    """The sessions.

    Every change is one command on at most one document, which DocumentDB runs atomically ("Functional differences",
    implicit transactions), and none creates a document: a session that was deleted stays deleted.
    """

    def __init__(
        self, database: Database[Document], *, idle_seconds: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._collection = database[COLLECTION]
        self._idle_seconds = idle_seconds
        self._clock = clock

    def add(self, session: Session) -> None:
        """Begin `session`. Raises StoreUnavailable; StoreDataInvalid for an id that another session has."""
        with driver_failures_translated():
            self._collection.insert_one(_row(session))

    def find(self, id_hash: str) -> Session | None:
        """Give the session, or None when there is none or it is over, by idleness or its absolute end.

        One lookup by `_id`. Raises StoreUnavailable or StoreDataInvalid.
        """
        with driver_failures_translated():
            row = self._collection.find_one({"_id": id_hash})
        if row is None:
            return None
        session = _session(row)
        return None if self._is_over(session) else session

    def touch(self, id_hash: str) -> None:
        """Say that the session was used just now; one that is over stays over. Raises StoreUnavailable."""
        now = self._clock()
        alive = {
            "_id": id_hash,
            "last_seen_at": {"$gt": moment(now - self._idle_seconds)},
            "expires_at": {"$gt": moment(now)},
        }
        self._update(alive, {"$max": {"last_seen_at": moment(now)}})

    def delete(self, id_hash: str) -> bool:
        """End the session; False when there was none. Raises StoreUnavailable."""
        with driver_failures_translated():
            return self._collection.delete_one({"_id": id_hash}).deleted_count == 1

    def take(self, id_hash: str) -> Session | None:
        """End the session and give it as it was last, in one step: a renewal cannot come in between.

        Raises StoreUnavailable or StoreDataInvalid.
        """
        with driver_failures_translated():
            row = self._collection.find_one_and_delete({"_id": id_hash})
        return None if row is None else _session(row)

    def take_lease(self, id_hash: str, holder: str, seconds: float) -> bool:
        """Let `holder`, and nobody else for `seconds`, refresh the tokens; False when somebody has the lease.

        `holder` names one attempt. Whoever gets the lease must `find` the session again: the tokens may have been
        replaced since it was read. Raises StoreUnavailable.
        """
        now = self._clock()
        free = {"_id": id_hash, "lease_until": {"$lte": moment(now)}}
        return self._update(free, {"$set": {"lease_holder": holder, "lease_until": moment(now + seconds)}})

    def release_lease(self, id_hash: str, holder: str) -> None:
        """Give the lease back, if `holder` has it. Raises StoreUnavailable."""
        self._update({"_id": id_hash, "lease_holder": holder}, {"$set": dict(NO_LEASE)})

    def replace_tokens(self, session: Session, holder: str) -> bool:
        """Write what a refresh may change (username, groups, sealed, token_expires_at), and release the lease.

        False, and nothing written, when the lease is somebody else's by now, the stored version is not `session`'s,
        or the session was deleted. A lease that ran out while nobody else took it is still `holder`'s: Okta has rotated
        the refresh token already, and the new one must not be lost. The stored version is one higher afterwards.
        Raises StoreUnavailable.
        """
        replaced = {
            "username": session.username,
            "groups": list(session.groups),
            "sealed": session.sealed,
            "token_expires_at": moment(session.token_expires_at),
        }
        return self._update(
            {"_id": session.id_hash, "lease_holder": holder, "version": session.version},
            {"$set": {**replaced, **NO_LEASE}, "$inc": {"version": 1}},
        )

    def ensure_indexes(self) -> None:
        """Create the TTL index on expires_at unless there is one. Raises StoreUnavailable."""
        ensure_expiry_index(self._collection)

    def _is_over(self, session: Session) -> bool:
        return self._clock() >= min(session.expires_at, session.last_seen_at + self._idle_seconds)

    def _update(self, matching: Document, change: Document) -> bool:
        with driver_failures_translated():
            return self._collection.update_one(matching, change).matched_count == 1


def _row(session: Session) -> Document:
    return {
        "_id": session.id_hash,
        "subject": session.subject,
        "username": session.username,
        "groups": list(session.groups),
        "created_at": moment(session.created_at),
        "last_seen_at": moment(session.last_seen_at),
        "expires_at": moment(session.expires_at),
        "sealed": session.sealed,
        "token_expires_at": moment(session.token_expires_at),
        "version": session.version,
        **NO_LEASE,
    }


def _session(row: Document) -> Session:
    check_shape(row, SHAPE, COLLECTION)
    if not all(isinstance(group, str) for group in row["groups"]):
        raise malformed(row, "groups", COLLECTION)
    return Session(
        id_hash=row["_id"],
        subject=row["subject"],
        username=row["username"],
        groups=tuple(row["groups"]),
        created_at=seconds(row["created_at"]),
        last_seen_at=seconds(row["last_seen_at"]),
        expires_at=seconds(row["expires_at"]),
        sealed=row["sealed"],
        token_expires_at=seconds(row["token_expires_at"]),
        version=row["version"],
    )
