"""Sessions: found while they live, refreshed by one holder at a time, and gone when they are deleted."""

import time
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
from pymongo.database import Database

from okta_gateway.errors import StoreDataInvalid, StoreUnavailable
from okta_gateway.store.connection import Document
from okta_gateway.store.sessions import COLLECTION, Session, Sessions

from .documentdb import DocumentDBOnly

type AtOnce = Callable[[Sequence[Callable[[], object]]], list[object]]

NOW = 1_700_000_000.0
IDLE, LONGEST, LEASE = 3600, 28_800, 10.0
ID = sha256(b"what the browser's cookie holds").hexdigest()
SEALED = b"sealed-t0kens\x00\xff"


class Clock:
    """A wall clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(database: Database[Document], clock: Clock) -> Sessions:
    return Sessions(database, idle_seconds=IDLE, clock=clock)


@pytest.fixture
def sandboxes(databases: list[Database[Document]], clock: Clock) -> list[Sessions]:
    return [Sessions(database, idle_seconds=IDLE, clock=clock) for database in databases]


def session(id_hash: str = ID, **changes: Any) -> Session:
    begun = Session(
        id_hash=id_hash,
        subject="00u1234567890abcdef",
        username="ada@example.com",
        groups=("registry-admins", "everyone"),
        created_at=NOW,
        last_seen_at=NOW,
        expires_at=NOW + LONGEST,
        sealed=SEALED,
        token_expires_at=NOW + 900,
        version=1,
    )
    return begun._replace(**changes)


def refreshed(stored: Session) -> Session:
    return stored._replace(sealed=b"new " + stored.sealed, token_expires_at=stored.token_expires_at + 900)


# --- a session's life


def test_a_session_comes_back_as_it_was_added(sessions: Sessions) -> None:
    begun = session(groups=(), last_seen_at=NOW + 0.125)
    sessions.add(begun)
    assert sessions.find(ID) == begun


@pytest.mark.parametrize("id_hash", ["", ID.upper(), ID[:-1], "$ne"], ids=repr)
def test_another_id_finds_nothing(sessions: Sessions, id_hash: str) -> None:
    sessions.add(session())
    assert sessions.find(id_hash) is None


def test_finding_is_one_lookup_by_id(sessions: Sessions, listener: DocumentDBOnly) -> None:
    sessions.add(session())
    listener.sent.clear()
    assert sessions.find(ID)
    (sent,) = listener.sent
    assert sent["find"] == "oauth_sessions_gateway"
    assert sent["filter"] == {"_id": ID}
    assert sent["limit"] == 1


def test_a_second_session_under_one_id_is_refused_and_the_first_kept(sessions: Sessions) -> None:
    sessions.add(session())
    with pytest.raises(StoreDataInvalid) as refused:
        sessions.add(session(subject="00uattacker"))
    assert "t0kens" not in "".join(traceback.format_exception(refused.value))
    assert sessions.find(ID) == session()


@pytest.mark.parametrize(
    ("last_seen", "now", "alive"),
    [
        (0, IDLE - 0.01, True),
        (0, IDLE, False),
        (0, LONGEST * 9, False),
        (LONGEST - 60, LONGEST - 0.01, True),
        (LONGEST - 60, LONGEST, False),
    ],
    ids=["just not idle", "idle", "long gone", "just not at its end", "at its end, though in use"],
)
def test_a_session_that_is_over_is_not_found_though_it_is_still_stored(
    sessions: Sessions, database: Database[Document], clock: Clock, last_seen: float, now: float, alive: bool
) -> None:
    sessions.add(session(last_seen_at=NOW + last_seen))
    clock.now = NOW + now
    assert (sessions.find(ID) is not None) is alive
    assert database[COLLECTION].count_documents({}) == 1


def test_a_session_in_use_outlives_the_idle_time_but_not_its_end(sessions: Sessions, clock: Clock) -> None:
    sessions.add(session())
    for _ in range(15):
        clock.now += IDLE / 2
        sessions.touch(ID)
        assert sessions.find(ID) == session(last_seen_at=clock.now)
    clock.now += IDLE / 2
    sessions.touch(ID)
    assert sessions.find(ID) is None


@pytest.mark.parametrize(
    ("now", "last_seen"), [(IDLE, 0), (LONGEST, LONGEST - 60)], ids=["idle for too long", "at its end"]
)
def test_a_touch_does_not_revive_a_session_that_is_over(
    sessions: Sessions, clock: Clock, now: float, last_seen: float
) -> None:
    sessions.add(session(last_seen_at=NOW + last_seen))
    clock.now = NOW + now
    sessions.touch(ID)
    clock.now = NOW + last_seen
    assert sessions.find(ID) == session(last_seen_at=NOW + last_seen)


def test_a_touch_by_a_slow_clock_does_not_move_it_back(sessions: Sessions, clock: Clock) -> None:
    sessions.add(session(last_seen_at=NOW + 5))
    sessions.touch(ID)
    assert sessions.find(ID) == session(last_seen_at=NOW + 5)


def test_a_touch_moves_no_other_session_and_no_lease(sessions: Sessions, clock: Clock) -> None:
    for id_hash in ("", ID, "other"):
        sessions.add(session(id_hash))
    sessions.take_lease(ID, "a", LEASE)
    clock.now += 1
    sessions.touch(ID)
    assert (sessions.find(""), sessions.find("other")) == (session(""), session("other"))
    assert sessions.replace_tokens(refreshed(session()), "a")


def test_a_deleted_session_is_gone(sessions: Sessions) -> None:
    sessions.add(session())
    sessions.add(session("other"))
    assert sessions.delete(ID) is True
    assert sessions.find(ID) is None
    assert sessions.delete(ID) is False
    assert sessions.find("other") == session("other")


def test_a_session_that_is_taken_is_gone_and_given_as_it_was_last(sessions: Sessions) -> None:
    sessions.add(session())
    sessions.take_lease(ID, "a", LEASE)
    assert sessions.replace_tokens(refreshed(session()), "a")
    taken = sessions.take(ID)
    assert taken is not None
    assert (taken.sealed, taken.version) == (refreshed(session()).sealed, session().version + 1)
    assert sessions.find(ID) is None
    assert sessions.take(ID) is None


def test_nothing_brings_a_deleted_session_back(sessions: Sessions, database: Database[Document]) -> None:
    sessions.add(session())
    assert sessions.take_lease(ID, "a", LEASE)
    sessions.delete(ID)
    assert sessions.replace_tokens(refreshed(session()), "a") is False
    assert sessions.take_lease(ID, "a", LEASE) is False
    sessions.touch(ID)
    sessions.release_lease(ID, "a")
    assert database[COLLECTION].count_documents({}) == 0


# --- the lease and the tokens


def test_the_holder_of_the_lease_replaces_the_tokens_and_what_comes_with_them(sessions: Sessions, clock: Clock) -> None:
    sessions.add(session())
    assert sessions.take_lease(ID, "a", LEASE)
    new = refreshed(session(username="ada.l@example.com", groups=("everyone",)))
    assert sessions.replace_tokens(new, "a") is True
    assert sessions.find(ID) == new._replace(version=2)


def test_a_refresh_moves_neither_the_end_nor_the_last_use_nor_the_subject(sessions: Sessions) -> None:
    sessions.add(session())
    sessions.take_lease(ID, "a", LEASE)
    moved = session(subject="00uother", created_at=NOW + 1, last_seen_at=NOW + 1, expires_at=NOW + LONGEST * 2)
    assert sessions.replace_tokens(moved, "a")
    assert sessions.find(ID) == session(version=2)


def test_replacing_releases_the_lease(sessions: Sessions) -> None:
    sessions.add(session())
    sessions.take_lease(ID, "a", LEASE)
    sessions.replace_tokens(session(), "a")
    assert sessions.replace_tokens(session(version=2), "a") is False
    assert sessions.take_lease(ID, "b", LEASE) is True


def test_nobody_replaces_tokens_without_the_lease(sessions: Sessions) -> None:
    sessions.add(session())
    assert sessions.replace_tokens(refreshed(session()), "a") is False
    sessions.take_lease(ID, "b", LEASE)
    assert sessions.replace_tokens(refreshed(session()), "a") is False
    assert sessions.find(ID) == session()


@pytest.mark.parametrize("version", [0, 2])
def test_another_version_than_the_stored_one_is_not_replaced(sessions: Sessions, version: int) -> None:
    sessions.add(session())
    sessions.take_lease(ID, "a", LEASE)
    assert sessions.replace_tokens(refreshed(session(version=version)), "a") is False
    assert sessions.find(ID) == session()


@pytest.mark.parametrize("second", ["a", "b"])
def test_a_lease_is_not_given_twice(sessions: Sessions, clock: Clock, second: str) -> None:
    sessions.add(session())
    assert sessions.take_lease(ID, "a", LEASE) is True
    clock.now += LEASE - 0.01
    assert sessions.take_lease(ID, second, LEASE) is False


def test_an_expired_lease_can_be_taken_over_and_its_late_holder_replaces_nothing(
    sessions: Sessions, clock: Clock
) -> None:
    sessions.add(session())
    sessions.take_lease(ID, "late", LEASE)
    clock.now += LEASE
    assert sessions.take_lease(ID, "next", LEASE) is True
    assert sessions.replace_tokens(session(sealed=b"late"), "late") is False
    sessions.release_lease(ID, "late")
    assert sessions.take_lease(ID, "third", LEASE) is False
    assert sessions.replace_tokens(session(sealed=b"next"), "next") is True
    assert sessions.find(ID) == session(sealed=b"next", version=2)


def test_a_late_holder_whose_lease_nobody_took_still_saves_the_rotated_tokens(sessions: Sessions, clock: Clock) -> None:
    sessions.add(session())
    sessions.take_lease(ID, "late", LEASE)
    clock.now += LEASE + 1
    assert sessions.replace_tokens(refreshed(session()), "late") is True


def test_a_released_lease_is_free_at_once(sessions: Sessions) -> None:
    sessions.add(session())
    sessions.take_lease(ID, "a", LEASE)
    sessions.release_lease(ID, "a")
    assert sessions.replace_tokens(refreshed(session()), "a") is False
    assert sessions.take_lease(ID, "b", LEASE) is True


def test_a_lease_belongs_to_one_session(sessions: Sessions) -> None:
    sessions.add(session())
    sessions.add(session("other"))
    assert sessions.take_lease(ID, "a", LEASE) is True
    assert sessions.take_lease("other", "b", LEASE) is True
    assert sessions.replace_tokens(session("other"), "a") is False


@pytest.mark.parametrize("abandoned", [False, True], ids=["free lease", "expired lease"])
def test_of_ten_holders_at_once_one_gets_the_lease(
    sandboxes: list[Sessions], clock: Clock, at_once: AtOnce, abandoned: bool
) -> None:
    for attempt in range(10):
        id_hash = f"session-{attempt}"
        sandboxes[0].add(session(id_hash))
        if abandoned:
            assert sandboxes[0].take_lease(id_hash, "gone", LEASE)
            clock.now += LEASE
        taken = at_once(
            [
                partial(sandbox.take_lease, id_hash, f"holder-{number}", LEASE)
                for number, sandbox in enumerate(sandboxes)
            ]
        )
        assert taken.count(True) == 1
        winner = taken.index(True)
        replaced = at_once(
            [
                partial(sandbox.replace_tokens, session(id_hash), f"holder-{number}")
                for number, sandbox in enumerate(sandboxes)
            ]
        )
        assert replaced == [number == winner for number in range(10)]


def test_tokens_of_one_version_are_replaced_once_even_by_one_holder(sandboxes: list[Sessions], at_once: AtOnce) -> None:
    sandboxes[0].add(session())
    sandboxes[0].take_lease(ID, "a", LEASE)
    replaced = at_once([partial(sandbox.replace_tokens, refreshed(session()), "a") for sandbox in sandboxes])
    assert replaced.count(True) == 1
    stored = sandboxes[0].find(ID)
    assert stored is not None
    assert stored.version == 2


def test_a_session_deleted_while_it_is_refreshed_stays_deleted(
    sandboxes: list[Sessions], database: Database[Document], at_once: AtOnce
) -> None:
    for attempt in range(10):
        id_hash = f"session-{attempt}"
        sandboxes[0].add(session(id_hash))
        sandboxes[0].take_lease(id_hash, "a", LEASE)
        refreshing, deleting, touching = sandboxes[:3]
        at_once(
            [
                partial(refreshing.replace_tokens, refreshed(session(id_hash)), "a"),
                partial(deleting.delete, id_hash),
                partial(touching.touch, id_hash),
            ]
        )
        assert deleting.find(id_hash) is None
    assert database[COLLECTION].count_documents({}) == 0


# --- the TTL index


def test_the_ttl_index_is_made_once(sessions: Sessions, database: Database[Document], listener: DocumentDBOnly) -> None:
    sessions.ensure_indexes()
    sessions.ensure_indexes()
    assert len(listener.named("createIndexes")) == 1
    index = database[COLLECTION].index_information()["expires_at_1"]
    assert (index["key"], index["expireAfterSeconds"]) == ([("expires_at", 1)], 0)


@pytest.mark.parametrize("options", [{}, {"expireAfterSeconds": 86_400}], ids=repr)
def test_an_index_that_deletes_never_or_too_late_is_an_error(
    sessions: Sessions, database: Database[Document], options: dict[str, Any]
) -> None:
    database[COLLECTION].create_index("expires_at", **options)
    with pytest.raises(StoreUnavailable, match="refused a command with error code"):
        sessions.ensure_indexes()


def test_the_database_deletes_what_is_past_its_end_and_nothing_else(database: Database[Document]) -> None:
    sessions = Sessions(database, idle_seconds=IDLE)
    sessions.ensure_indexes()
    sessions.add(session("over", expires_at=time.time() - 1))
    sessions.add(session("alive", expires_at=time.time() + 600))
    assert [kept["_id"] for kept in database[COLLECTION].find()] == ["alive"]


# --- failures and secrets


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", None),
        ("username", 7),
        ("groups", "registry-admins"),
        ("groups", ["registry-admins", 7]),
        ("created_at", NOW),
        ("last_seen_at", "2023-11-14T22:13:20Z"),
        ("expires_at", None),
        ("sealed", "sealed-t0kens"),
        ("token_expires_at", NOW),
        ("version", "1"),
        ("version", 1.5),
        ("lease_until", None),
    ],
)
def test_a_row_of_wrong_types_is_an_error_that_names_it_and_quotes_nothing(
    sessions: Sessions, database: Database[Document], field: str, value: object
) -> None:
    sessions.add(session())
    database[COLLECTION].update_one({"_id": ID}, {"$set": {field: value}})
    with pytest.raises(StoreDataInvalid, match=f"{COLLECTION}: {field} of _id '{ID}'") as problem:
        sessions.find(ID)
    assert "t0kens" not in "".join(traceback.format_exception(problem.value))


def test_a_malformed_session_can_be_deleted(sessions: Sessions, database: Database[Document]) -> None:
    database[COLLECTION].insert_one({"_id": ID})
    with pytest.raises(StoreDataInvalid, match="missing"):
        sessions.find(ID)
    assert sessions.delete(ID) is True


OPERATIONS: dict[str, Callable[[Sessions], object]] = {
    "add": lambda sessions: sessions.add(session()),
    "find": lambda sessions: sessions.find(ID),
    "touch": lambda sessions: sessions.touch(ID),
    "delete": lambda sessions: sessions.delete(ID),
    "take_lease": lambda sessions: sessions.take_lease(ID, "a", LEASE),
    "release_lease": lambda sessions: sessions.release_lease(ID, "a"),
    "replace_tokens": lambda sessions: sessions.replace_tokens(session(), "a"),
    "ensure_indexes": Sessions.ensure_indexes,
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_a_store_that_is_down_is_an_error_without_secrets(
    unreachable_database: Database[Document], operation: Callable[[Sessions], object]
) -> None:
    with pytest.raises(StoreUnavailable, match="no answer from the database") as failure:
        operation(Sessions(unreachable_database, idle_seconds=IDLE))
    assert "t0kens" not in "".join(traceback.format_exception(failure.value))


def test_neither_the_sealed_tokens_nor_people_show(sessions: Sessions) -> None:
    for shown in (repr(session()), str(session()), f"{[session()]}", repr(vars(sessions))):
        assert "t0kens" not in shown
        assert "ada@example.com" not in shown
    assert ID in repr(session())


def test_a_row_holds_the_hash_the_sealed_tokens_and_dates_that_a_ttl_index_understands(
    sessions: Sessions, database: Database[Document]
) -> None:
    sessions.add(session())

    def date(seconds: float) -> datetime:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)

    assert database[COLLECTION].find_one() == {
        "_id": ID,
        "subject": "00u1234567890abcdef",
        "username": "ada@example.com",
        "groups": ["registry-admins", "everyone"],
        "created_at": date(NOW),
        "last_seen_at": date(NOW),
        "expires_at": date(NOW + LONGEST),
        "sealed": SEALED,
        "token_expires_at": date(NOW + 900),
        "version": 1,
        "lease_holder": None,
        "lease_until": date(0),
    }
