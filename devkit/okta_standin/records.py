"""The users, groups or apps of an org, by id, with somebody who is told of each change."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol


class Identified(Protocol):
    """Something that has an id, for good."""

    @property
    def id(self) -> str:
        """The id."""
        ...


class Records[T: Identified]:
    """Records in the order in which they were added."""

    def __init__(self, records: Iterable[T] = ()) -> None:
        self._by_id = {record.id: record for record in records}
        self._watchers: list[Callable[[str, T | None], None]] = []

    def __iter__(self) -> Iterator[T]:
        """All of them, as they are now."""
        return iter(tuple(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    def find(self, record_id: object) -> T | None:
        """The record with this id."""
        return self._by_id.get(record_id) if isinstance(record_id, str) else None

    def put(self, record: T) -> None:
        """Add a record, or put it in the place of the one with the same id."""
        self._by_id[record.id] = record
        self._tell(record.id, record)

    def remove(self, record_id: str) -> None:
        """Remove the record with this id. Raises KeyError when there is none."""
        del self._by_id[record_id]
        self._tell(record_id, None)

    def watch(self, watcher: Callable[[str, T | None], None]) -> None:
        """Call `watcher` with each record that is put, and with an id and None for each that is removed."""
        self._watchers.append(watcher)

    def _tell(self, record_id: str, record: T | None) -> None:
        for watcher in self._watchers:
            watcher(record_id, record)
