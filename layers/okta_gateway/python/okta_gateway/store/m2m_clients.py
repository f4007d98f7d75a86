"""The collection idp_m2m_clients, as the authorizer reads it: machine clients and the groups they were given.

Its documents have the shape of the MCP Gateway Registry's, so that one collection can serve both.
"""

from typing import Any

from pymongo.database import Database

from okta_gateway.errors import StoreDataInvalid
from okta_gateway.store.connection import Document, one_lookup
from okta_gateway.store.failures import driver_failures_translated

COLLECTION = "idp_m2m_clients"
PROVIDERS = ("okta", "manual")  # rows of other identity providers share the collection and mean nothing here
FIELDS_READ = {"_id": 0, "groups": 1, "enabled": 1, "provider": 1}


class M2MClients:
    """The registered machine clients."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def groups_of(self, client_id: str) -> tuple[str, ...] | None:
        """Give the groups of the enabled client `client_id`, or None when there is no such client.

        Raises StoreUnavailable; StoreDataInvalid for two documents with one client_id, or groups that are not strings.
        """
        if not _is_unicode(client_id):
            return None
        with driver_failures_translated(), one_lookup():
            # The second row is asked for only to notice that there is one.
            rows = list(self._collection.find({"client_id": client_id}, FIELDS_READ, limit=2))
        if len(rows) > 1:
            raise StoreDataInvalid(f"{COLLECTION}: several documents have client_id {client_id!r}: delete all but one")
        if not rows or not _counts(rows[0]):
            return None
        return _groups(rows[0], client_id)


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
