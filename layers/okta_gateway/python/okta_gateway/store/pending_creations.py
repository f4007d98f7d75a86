"""The collection iam_pending_creations: machine clients whose creation was begun and is not known to have ended."""

from typing import NamedTuple

from pymongo.database import Database

from okta_gateway.store.connection import Document
from okta_gateway.store.expiring_rows import moment
from okta_gateway.store.failures import driver_failures_translated
from okta_gateway.store.lenient_fields import lenient_collection, text, texts, time_of

COLLECTION = "iam_pending_creations"


class PendingCreation(NamedTuple):
    """What is needed to finish a creation, or to undo it.

    `started_at` is in seconds since 1970, kept to the millisecond. `app_id` is the application in Okta, as soon as it
    is known: None says that none was made, or that the creation was cut off before its id was written here.
    """

    id: str
    name: str
    description: str | None
    groups: tuple[str, ...]
    created_by: str | None
    started_at: float
    app_id: str | None


class PendingCreations:
    """The creations under way or cut off.

    The order that leaves a trace at every point: `add`, create the application in Okta, `note_app`, write the client to
    the registry, `remove`. Cut off after `add` or in Okta: no app_id, and the application, if any, is found there by
    what the id marks. After `note_app`: the app_id tells. After the registry: the client is complete, and `remove` is
    all that is missing. The secret that Okta gave is never here.
    """

    def __init__(self, database: Database[Document]) -> None:
        self._collection = lenient_collection(database, COLLECTION)

    def add(self, pending: PendingCreation) -> None:
        """Remember `pending`. Raises StoreUnavailable; StoreDataInvalid for an id that another creation has."""
        row = {
            "_id": pending.id,
            "name": pending.name,
            "description": pending.description,
            "groups": list(pending.groups),
            "created_by": pending.created_by,
            "started_at": moment(pending.started_at),
            "app_id": pending.app_id,
        }
        with driver_failures_translated():
            self._collection.insert_one(row)

    def note_app(self, pending_id: str, app_id: str) -> bool:
        """Remember which application was made; False when somebody removed the creation. Raises StoreUnavailable."""
        with driver_failures_translated():
            return self._collection.update_one({"_id": pending_id}, {"$set": {"app_id": app_id}}).matched_count == 1

    def named(self, name: str) -> PendingCreation | None:
        """Give the oldest creation of a client called exactly `name`. Raises StoreUnavailable."""
        return next(iter(self._found({"name": name})), None)

    def all(self) -> list[PendingCreation]:
        """Give every creation, the oldest first. Raises StoreUnavailable."""
        return self._found({})

    def remove(self, pending_id: str) -> bool:
        """Forget a creation that ended, well or undone; False when there was none. Raises StoreUnavailable."""
        with driver_failures_translated():
            return self._collection.delete_one({"_id": pending_id}).deleted_count == 1

    def _found(self, condition: Document) -> list[PendingCreation]:
        with driver_failures_translated():
            # Ids are strings: a row with another one is not ours, and could not be named to `remove`.
            rows = list(self._collection.find({"_id": {"$type": "string"}, **condition}))
        return sorted(map(_pending_creation, rows), key=lambda pending: pending.started_at)


def _pending_creation(row: Document) -> PendingCreation:
    """A row with odd fields still shows, without them: it may be all that tells of an application in Okta."""
    return PendingCreation(
        id=row["_id"],
        name=text(row.get("name")) or "",
        description=text(row.get("description")),
        groups=texts(row.get("groups")),
        created_by=text(row.get("created_by")),
        started_at=time_of(row.get("started_at")) or 0.0,
        app_id=text(row.get("app_id")),
    )
