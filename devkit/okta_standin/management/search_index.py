"""What `search=` sees: the org as it was a moment ago, since Okta's search is eventually consistent."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from devkit.okta_standin.org import Org
from devkit.okta_standin.people import Group, User
from devkit.okta_standin.records import Identified, Records

DELAY = 1.0
"""Seconds by the stand-in's clock until a change is found."""


@dataclass
class SearchDelay:
    """How long a change stays unseen; a control route sets it."""

    seconds: float = DELAY


class SearchIndex[T: Identified]:
    """Copies of records that follow their changes after a delay."""

    def __init__(self, records: Records[T], delay: SearchDelay, clock: Callable[[], float]) -> None:
        self._seen = {record.id: record for record in records}
        self._unseen: deque[tuple[float, str, T | None]] = deque()
        self._delay = delay
        self._clock = clock
        records.watch(self._note)

    def records(self) -> list[T]:
        """The records that a search looks at now."""
        now = self._clock()
        while self._unseen and self._unseen[0][0] + self._delay.seconds <= now:
            _, record_id, record = self._unseen.popleft()
            if record is None:
                self._seen.pop(record_id, None)
            else:
                self._seen[record_id] = record
        return list(self._seen.values())

    def _note(self, record_id: str, record: T | None) -> None:
        self._unseen.append((self._clock(), record_id, record))


@dataclass(frozen=True, slots=True)
class SearchIndexes:
    """One for each kind that can be searched."""

    users: SearchIndex[User]
    groups: SearchIndex[Group]
    delay: SearchDelay


def search_indexes(org: Org, clock: Callable[[], float]) -> SearchIndexes:
    """Indexes that follow the changes of `org`."""
    delay = SearchDelay()
    return SearchIndexes(SearchIndex(org.users, delay, clock), SearchIndex(org.groups, delay, clock), delay)
