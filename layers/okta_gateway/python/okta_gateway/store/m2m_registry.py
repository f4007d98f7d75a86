"""Administration of the collection idp_m2m_clients: machine clients are found, listed, added, changed and removed.

The authorizer reads the same collection through store/m2m_clients.py, which says whose rows they are.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any, NamedTuple

from pymongo import ReturnDocument, UpdateOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from okta_gateway.store.connection import Document
from okta_gateway.store.expiring_rows import moment
from okta_gateway.store.failures import driver_failures_translated
from okta_gateway.store.indexes import ensure_index
from okta_gateway.store.lenient_fields import lenient_collection, text, texts, time_of
from okta_gateway.store.m2m_clients import COLLECTION, PROVIDERS

# `x.0` exists where x is an array, and an array matches when one of its elements does.
OURS: Mapping[str, Any] = {
    "provider.0": {"$exists": False},
    "$or": [{"provider": {"$in": list(PROVIDERS)}}, {"provider": {"$exists": False}}],
}
ADDED_AT_ONCE = 50
"""In one command, which must stay far below the time that a command has."""
DUPLICATE_KEY = 11000  # MongoDB's error codes (mongo/src/mongo/base/error_codes.yml)
NAMED: Mapping[str, Any] = {"client_id": {"$type": "string", "$ne": ""}, "client_id.0": {"$exists": False}}


class M2MRecord(NamedTuple):
    """A machine client as it is registered.

    Times are in seconds since 1970; None for a row that has none, and before the client was added. `provider` is `okta`
    for a client that Okta made for us or that was found there, `manual` for one that somebody wrote down; a row that
    says nothing is taken for `manual`.
    """

    client_id: str
    name: str
    groups: tuple[str, ...]
    description: str | None = None
    enabled: bool = True
    provider: str = "manual"
    idp_app_id: str | None = None
    created_by: str | None = None
    created_at: float | None = None
    updated_at: float | None = None
    rotating_from: tuple[str, ...] | None = None
    """The ids of the secrets that were there when a rotation began whose new secret nobody got yet."""


class M2MRegistry:
    """The registered machine clients, but those of other identity providers, which share the collection.

    Every change of a document is atomic of itself in DocumentDB ("Functional differences", implicit transactions). A
    field of a wrong type reads as missing, so that one odd row hides no other.
    """

    def __init__(self, database: Database[Document], clock: Callable[[], float] = time.time) -> None:
        self._collection = lenient_collection(database, COLLECTION)
        self._clock = clock

    def find(self, client_id: str) -> M2MRecord | None:
        """Give the client, enabled or not. Raises StoreUnavailable."""
        return self.found([client_id]).get(client_id)

    def found(self, client_ids: Sequence[str]) -> dict[str, M2MRecord]:
        """Give those of `client_ids` that are registered, in one query. Raises StoreUnavailable."""
        if not client_ids:
            return {}
        asked = {"client_id": {"$in": list(client_ids)}, "client_id.0": {"$exists": False}}
        records = self._records(asked, len(client_ids))
        return {record.client_id: record for record in records}

    def named(self, name: str) -> list[M2MRecord]:
        """Give the clients called exactly `name`, ordered by client_id. Raises StoreUnavailable."""
        return self._records({**NAMED, "name": name})

    def page(self, limit: int, after: str | None) -> tuple[list[M2MRecord], str | None]:
        """Give at most `limit` clients ordered by client_id, those after `after`, and the `after` of the next page.

        The latter is None at the end. Clients that come or go in between shift nothing. Raises StoreUnavailable.
        """
        beyond = {**NAMED, "client_id": {"$type": "string", "$gt": after or ""}}
        records = self._records(beyond, limit + 1)  # one more shows whether there is more
        return records[:limit], records[limit - 1].client_id if len(records) > limit else None

    def client_ids_of_okta(self) -> Iterator[str]:
        """Give the ids of the clients that Okta should know, in batches. Raises StoreUnavailable."""
        of_okta = {**NAMED, "provider": "okta", "provider.0": {"$exists": False}}
        with driver_failures_translated(), self._collection.find(of_okta, {"client_id": 1}) as rows:
            for row in rows:
                yield row["client_id"]

    def add(self, record: M2MRecord) -> bool:
        """Register `record` as new now; False, and nothing changed, when its client_id is taken, by whomever.

        Raises StoreUnavailable.
        """
        return record.client_id in self.add_all([record])

    def add_all(self, records: Sequence[M2MRecord]) -> set[str]:
        """Register those whose client_id is free, in few commands; give their ids. Raises StoreUnavailable."""
        batches = batched(records, ADDED_AT_ONCE, strict=False)
        return {client_id for batch in batches for client_id in self._added(batch)}

    def _added(self, records: Sequence[M2MRecord]) -> Iterator[str]:
        # Not inserts: this refuses a second row also where the unique index is missing.
        upserts = [UpdateOne({"client_id": record.client_id}, self._new_row(record), upsert=True) for record in records]
        with driver_failures_translated():
            try:
                added: Iterable[int] = self._collection.bulk_write(upserts, ordered=False).upserted_ids or ()
            except BulkWriteError as error:
                if any(failure["code"] != DUPLICATE_KEY for failure in error.details["writeErrors"]):
                    raise
                # The index has refused what others add just now.
                added = (row["index"] for row in error.details["upserted"])
        return (records[number].client_id for number in added)

    def _new_row(self, record: M2MRecord) -> Document:
        now = moment(self._clock())
        row = record._asdict() | {"groups": list(record.groups), "created_at": now, "updated_at": now}
        del row["rotating_from"], row["client_id"]
        return {"$setOnInsert": row}

    def change(
        self,
        client_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        groups: Sequence[str] | None = None,
        enabled: bool | None = None,
        idp_app_id: str | None = None,
    ) -> M2MRecord | None:
        """Change what is not None, and give the client as it is then; None when there is none.

        An empty description clears it. Raises StoreUnavailable.
        """
        given = {
            "name": name,
            "description": description,
            "groups": None if groups is None else list(groups),
            "enabled": enabled,
            "idp_app_id": idp_app_id,
        }
        changed = {field: value for field, value in given.items() if value is not None}
        with driver_failures_translated():
            row = self._collection.find_one_and_update(
                {"client_id": client_id, **OURS},
                {"$set": changed | {"updated_at": moment(self._clock())}},
                return_document=ReturnDocument.AFTER,
            )
        return None if row is None else _record(row)

    def begin_rotation(self, client_id: str, secret_ids: Sequence[str]) -> None:
        """Remember which secrets the client has before it gets another one. Raises StoreUnavailable."""
        with driver_failures_translated():
            self._collection.update_one({"client_id": client_id, **OURS}, {"$set": {"rotating_from": list(secret_ids)}})

    def end_rotation(self, client_id: str) -> None:
        """Forget it: the new secret is about to be handed out. Raises StoreUnavailable."""
        with driver_failures_translated():
            self._collection.update_one({"client_id": client_id, **OURS}, {"$unset": {"rotating_from": ""}})

    def remove(self, client_id: str) -> bool:
        """Forget the client; False when there was none. Raises StoreUnavailable."""
        with driver_failures_translated():
            return self._collection.delete_one({"client_id": client_id, **OURS}).deleted_count == 1

    def ensure_indexes(self) -> None:
        """Create the unique index on client_id unless there is one, whoever made it and whatever its name.

        Raises StoreDataInvalid when documents share a client_id, StoreUnavailable when the database refuses.
        """
        ensure_index(self._collection, "client_id", unique=True)

    def _records(self, condition: Document, limit: int = 0) -> list[M2MRecord]:
        """The rows by client_id; at most `limit` of them, in one batch, where it is not 0."""
        with driver_failures_translated():
            rows = self._collection.find({**condition, **OURS}, sort=[("client_id", 1)], limit=limit, batch_size=limit)
            return [_record(row) for row in rows]


def _record(row: Document) -> M2MRecord:
    return M2MRecord(
        client_id=row["client_id"],
        name=text(row.get("name")) or "",
        groups=texts(row.get("groups")),
        description=text(row.get("description")) or None,
        # As the authorizer has it: a row with "false", 0 or null was meant to be off.
        enabled=row.get("enabled", True) is True,
        provider=row.get("provider", "manual"),
        idp_app_id=text(row.get("idp_app_id")),
        created_by=text(row.get("created_by")),
        created_at=time_of(row.get("created_at")),
        updated_at=time_of(row.get("updated_at")),
        rotating_from=texts(row["rotating_from"]) if "rotating_from" in row else None,
    )
