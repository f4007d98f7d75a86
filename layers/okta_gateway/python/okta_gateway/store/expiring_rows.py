"""Rows that end at a time of their own: the index that deletes them, their times, and the check of their shape."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pymongo.collection import Collection

from okta_gateway.errors import StoreDataInvalid
from okta_gateway.store.connection import Document
from okta_gateway.store.indexes import ensure_index

EXPIRY = "expires_at"


def ensure_expiry_index(collection: Collection[Document]) -> None:
    """Create the TTL index on `expires_at` unless there is one, whatever its name. Raises StoreUnavailable.

    It deletes in the background, some time after the end: readers check the time themselves.
    """
    ensure_index(collection, EXPIRY, expireAfterSeconds=0)


def check_shape(row: Document, shape: Mapping[str, type], collection: str) -> None:
    """Raises StoreDataInvalid, which names the row and the field and shows no value."""
    for field, kind in shape.items():
        if not isinstance(row.get(field), kind):
            raise malformed(row, field, collection)


def malformed(row: Document, field: str, collection: str) -> StoreDataInvalid:
    return StoreDataInvalid(f"{collection}: {field} of _id {row['_id']!r} is missing or of a wrong type: delete it")


def moment(seconds: float) -> datetime:
    """A BSON date, which the TTL index needs; kept to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC)


def seconds(date: datetime) -> float:
    return date.replace(tzinfo=UTC).timestamp()
