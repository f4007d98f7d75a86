"""The collection idp_m2m_clients: machine clients and the groups an administrator gave them.

Its documents have the shape of the MCP Gateway Registry's, so that one collection can serve both.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database

from okta_gateway.errors import StoreDataInvalid
from okta_gateway.store.connection import Document
from okta_gateway.store.failures import driver_failures_translated

COLLECTION = "idp_m2m_clients"
PROVIDERS = ("okta", "manual")  # rows of other identity providers share the collection and mean nothing here
FIELDS_READ = {"_id": 0, "groups": 1, "enabled": 1, "provider": 1}


@dataclass(frozen=True, slots=True)
class M2MClient:
    """A machine client as it is registered."""

    client_id: str
    name: str
    groups: tuple[str, ...]
    description: str | None = None
    enabled: bool = True
    provider: str = "manual"
    idp_app_id: str | None = None
    created_by: str | None = None


class M2MClients:
    """The registered machine clients."""

    def __init__(self, database: Database[Document], clock: Callable[[], float] = time.time) -> None:
        self._collection = database[COLLECTION]
        self._clock = clock

    def groups_of(self, client_id: str) -> tuple[str, ...] | None:
        """Give the groups of the enabled client `client_id`, or None when there is no such client.

        Raises StoreUnavailable; StoreDataInvalid for two documents with one client_id, or groups that are not strings.
        """
        if not _is_unicode(client_id):
            return None
        with driver_failures_translated():
            # The second row is asked for only to notice that there is one.
            rows = list(self._collection.find({"client_id": client_id}, FIELDS_READ, limit=2))
        if len(rows) > 1:
            raise StoreDataInvalid(f"{COLLECTION}: several documents have client_id {client_id!r}: delete all but one")
        if not rows or not _counts(rows[0]):
            return None
        return _groups(rows[0], client_id)

    def register(self, client: M2MClient) -> None:
        """Write `client`, replacing what was registered under its client_id. Raises StoreUnavailable."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        written = {
            "name": client.name,
            "description": client.description,
            "groups": list(client.groups),
            "enabled": client.enabled,
            "provider": client.provider,
            "idp_app_id": client.idp_app_id,
            "updated_at": now,
        }
        first_written = {"created_by": client.created_by, "created_at": now}
        with driver_failures_translated():
            self._collection.update_one(
                {"client_id": client.client_id}, {"$set": written, "$setOnInsert": first_written}, upsert=True
            )

    def ensure_indexes(self) -> None:
        """Create the unique index on client_id unless there is one, whoever made it and whatever its name.

        Raises StoreDataInvalid when documents share a client_id, StoreUnavailable when the database refuses.
        """
        with driver_failures_translated():
            indexes = self._collection.index_information().values()
            if not any(index["key"] == [("client_id", 1)] and index.get("unique") for index in indexes):
                self._collection.create_index("client_id", unique=True)


def _is_unicode(text: str) -> bool:
    """Whether BSON can hold `text`: JSON's escapes can make strings, lone surrogates in them, that are not Unicode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _counts(row: Document) -> bool:
    """Only True or no `enabled` at all counts: a row with "false", 0 or null was meant to be off."""
    return row.get("enabled", True) is True and row.get("provider", "okta") in PROVIDERS


def _groups(row: Document, client_id: str) -> tuple[str, ...]:
    groups: Any = row.get("groups")
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        raise StoreDataInvalid(f"{COLLECTION}: the groups of client_id {client_id!r} must be an array of strings")
    return tuple(groups)
