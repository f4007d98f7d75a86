"""The collections idp_group_scopes and idp_scope_permissions: the content of scopes.yml, kept in the database."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from pymongo import ReplaceOne
from pymongo.collection import Collection
from pymongo.database import Database

from okta_gateway.errors import StoreDataInvalid
from okta_gateway.store.connection import Document, one_lookup
from okta_gateway.store.failures import driver_failures_translated

GROUP_SCOPES = "idp_group_scopes"
SCOPE_PERMISSIONS = "idp_scope_permissions"
BATCH = 1_000  # far above the rules people write, so that one query is one round trip

type Rules = dict[str, dict[str, list[str]]]


class AccessRuleCollections:
    """Groups to scopes, and scopes to permissions."""

    def __init__(self, database: Database[Document], clock: Callable[[], float] = time.time) -> None:
        self._group_scopes = database[GROUP_SCOPES]
        self._scope_permissions = database[SCOPE_PERMISSIONS]
        self._clock = clock

    def read(self) -> Rules:
        """Give `{"groups": {group: [scope]}, "permissions": {scope: [permission]}}`, in two queries.

        The types are checked, names and patterns are not. Raises StoreUnavailable or StoreDataInvalid.
        """
        with one_lookup():
            return {
                "groups": _read(self._group_scopes, "scopes"),
                "permissions": _read(self._scope_permissions, "permissions"),
            }

    def replace(self, rules: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        """Write `rules`, of the shape that `read` gives, and delete all others. Raises StoreUnavailable.

        Rows are replaced before others are deleted, scopes before the groups that name them: a reader in between sees
        old or new rows, never an empty collection.
        """
        now = datetime.fromtimestamp(self._clock(), UTC)
        permissions = [{"_id": name, "permissions": list(opened)} for name, opened in rules["permissions"].items()]
        groups = [{"_id": name, "scopes": list(scopes), "updated_at": now} for name, scopes in rules["groups"].items()]
        with driver_failures_translated():
            _write(self._scope_permissions, permissions)
            _write(self._group_scopes, groups)
            _delete_others(self._group_scopes, groups)
            _delete_others(self._scope_permissions, permissions)

    def group_scopes(self, group: str) -> tuple[str, ...] | None:
        """Give the scopes of `group`, or None when it has no row. Raises StoreUnavailable or StoreDataInvalid."""
        with driver_failures_translated():
            row = self._group_scopes.find_one({"_id": group}, {"scopes": 1})
        return None if row is None else tuple(_entry(row, "scopes", GROUP_SCOPES)[1])

    def set_group_scopes(self, group: str, scopes: Sequence[str]) -> None:
        """Give `group` exactly `scopes`; its row goes with the last one. Raises StoreUnavailable."""
        row = {"scopes": list(scopes), "updated_at": datetime.fromtimestamp(self._clock(), UTC)}
        with driver_failures_translated():
            if scopes:
                self._group_scopes.update_one({"_id": group}, {"$set": row}, upsert=True)
            else:
                self._group_scopes.delete_one({"_id": group})


def _read(collection: Collection[Document], field: str) -> dict[str, list[str]]:
    with driver_failures_translated():
        rows = list(collection.find({}, {field: 1}, batch_size=BATCH))
    return dict(_entry(row, field, collection.name) for row in rows)


def _entry(row: Document, field: str, collection: str) -> tuple[str, list[str]]:
    name, values = row["_id"], row.get(field)
    if not isinstance(name, str):
        raise StoreDataInvalid(f"{collection}: _id {name!r} must be a string")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise StoreDataInvalid(f"{collection}: {field} of _id {name!r} must be an array of strings")
    return name, values


def _write(collection: Collection[Document], rows: list[Document]) -> None:
    if rows:
        collection.bulk_write([ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows])


def _delete_others(collection: Collection[Document], rows: list[Document]) -> None:
    collection.delete_many({"_id": {"$nin": [row["_id"] for row in rows]}})
