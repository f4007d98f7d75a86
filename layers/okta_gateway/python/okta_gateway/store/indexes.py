"""Indexes made once, whoever makes them first and whatever their name."""

from typing import Any

from pymongo.collection import Collection

from okta_gateway.store.connection import Document
from okta_gateway.store.failures import driver_failures_translated


def ensure_index(collection: Collection[Document], field: str, **options: Any) -> None:  # noqa: ANN401 - the driver's own
    """Create an index on `field` with `options`, unless there is one that has them.

    Raises StoreDataInvalid when `unique` is among them and documents share a value; StoreUnavailable when the database
    refuses, as it does while an index on the same field has other options.
    """
    with driver_failures_translated():
        indexes = collection.index_information().values()
        if not any(index["key"] == [(field, 1)] and options.items() <= index.items() for index in indexes):
            collection.create_index(field, **options)
