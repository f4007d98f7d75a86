"""Sessions behind cookies: what is kept, what a lookup costs, and what ends them."""

from contextlib import suppress

import pytest

from okta_gateway.errors import StoreUnavailable
from okta_gateway.login.cookies import digest
from okta_gateway.login.errors import KeyServiceUnavailable, SessionMissing
from okta_gateway.login.session import TOUCH_SECONDS, BrowserSessions, SessionTokens
from tests.tokens import NOW, FakeClock
from tests.unit.login.signing_in import DOWN, SESSION_ID, UID, SessionsInMemory, TransparentSealer, api_token

TOKENS = SessionTokens("the-first-api-token", "the-id-token", "the-refresh-token")
OTHER_ID = "another-id"


@pytest.fixture
def store(clock: FakeClock) -> SessionsInMemory:
    return SessionsInMemory(clock)


@pytest.fixture
def sealer() -> TransparentSealer:
    return TransparentSealer()


@pytest.fixture
def sessions(store: SessionsInMemory, sealer: TransparentSealer, clock: FakeClock) -> BrowserSessions:
    sessions = BrowserSessions(
        store, sealer, max_seconds=28800, idle_seconds=3600, clock=clock, new_id=lambda: SESSION_ID
    )
    assert sessions.begin(api_token(), TOKENS.id_token, TOKENS.refresh_token) == SESSION_ID
    store.calls.clear()
    return sessions


def test_a_new_session_has_the_person_the_times_and_only_the_hash_of_its_id(
    sessions: BrowserSessions, store: SessionsInMemory
) -> None:
    (row,) = store.rows.values()
    assert row.id_hash == digest(SESSION_ID)
    assert SESSION_ID not in str(tuple(row))
    assert (row.subject, row.username, row.groups) == (UID, "ada@example.com", ("registry-admins",))
    assert (row.created_at, row.last_seen_at, row.expires_at) == (NOW, NOW, NOW + 28800)
    assert (row.token_expires_at, row.version) == (NOW + 3600, 1)
    assert sessions.max_seconds == 28800


def test_tokens_are_kept_sealed_and_come_back_whole(sessions: BrowserSessions, store: SessionsInMemory) -> None:
    assert sessions.open(sessions.read(SESSION_ID)) == TOKENS
    assert store.rows[digest(SESSION_ID)].sealed.startswith(digest(SESSION_ID).encode())
    without = sessions.seal("x", TOKENS._replace(refresh_token=None))
    assert sessions.open(store.rows[digest(SESSION_ID)]._replace(id_hash="x", sealed=without)).refresh_token is None


@pytest.mark.parametrize("max_seconds", [1, 28800])
def test_ids_are_new_secrets_unless_a_test_gives_them(
    store: SessionsInMemory, sealer: TransparentSealer, clock: FakeClock, max_seconds: int
) -> None:
    sessions = BrowserSessions(store, sealer, max_seconds=max_seconds, idle_seconds=3600, clock=clock)
    ids = {sessions.begin(api_token(), "i", None) for _ in range(10)}
    assert len(ids) == len(store.rows) == 10
    assert {len(one) for one in ids} == {43}


def test_reading_is_one_lookup(sessions: BrowserSessions, store: SessionsInMemory, clock: FakeClock) -> None:
    for seconds in (0, 1, TOUCH_SECONDS - 2):
        clock.advance(seconds)
        assert sessions.read(SESSION_ID).subject == UID
    assert store.calls == ["find"] * 3


def test_use_is_noted_once_a_minute(sessions: BrowserSessions, store: SessionsInMemory, clock: FakeClock) -> None:
    clock.advance(TOUCH_SECONDS)
    sessions.read(SESSION_ID)
    sessions.read(SESSION_ID)
    assert store.calls == ["find", "touch", "find"]
    assert store.rows[digest(SESSION_ID)].last_seen_at == NOW + TOUCH_SECONDS


@pytest.mark.parametrize("session_id", [None, "", OTHER_ID, digest(SESSION_ID), f"{SESSION_ID} "])
def test_without_a_session_reading_is_refused(sessions: BrowserSessions, session_id: str | None) -> None:
    with pytest.raises(SessionMissing) as failure:
        sessions.read(session_id)
    assert not session_id or session_id not in str(failure.value)


@pytest.mark.parametrize("session_id", [None, ""])
def test_without_a_cookie_the_store_is_not_asked(
    sessions: BrowserSessions, store: SessionsInMemory, session_id: str | None
) -> None:
    with pytest.raises(SessionMissing):
        sessions.read(session_id)
    assert sessions.end(session_id) is None
    assert store.calls == []


def test_a_row_copied_under_another_id_does_not_open_and_ends(
    sessions: BrowserSessions, store: SessionsInMemory
) -> None:
    store.rows[digest(OTHER_ID)] = store.rows[digest(SESSION_ID)]._replace(id_hash=digest(OTHER_ID))
    with pytest.raises(SessionMissing, match="SESSION_KEY"):
        sessions.open(sessions.read(OTHER_ID))
    assert list(store.rows) == [digest(SESSION_ID)]


def test_a_session_that_ends_gives_its_tokens_once(sessions: BrowserSessions, store: SessionsInMemory) -> None:
    assert sessions.end(SESSION_ID) == TOKENS
    assert store.rows == {}
    assert sessions.end(SESSION_ID) is None
    with pytest.raises(SessionMissing):
        sessions.read(SESSION_ID)


def test_a_broken_seal_does_not_keep_a_session_alive(sessions: BrowserSessions, store: SessionsInMemory) -> None:
    store.rows[digest(SESSION_ID)] = store.rows[digest(SESSION_ID)]._replace(sealed=b"changed")
    assert sessions.end(SESSION_ID) is None
    assert store.rows == {}


def test_a_session_ends_even_while_its_tokens_cannot_be_opened(
    sessions: BrowserSessions, store: SessionsInMemory, sealer: TransparentSealer
) -> None:
    """Who signs out must be out, at a shared computer above all; only the revocation at Okta needs the tokens."""
    sealer.unavailable = True
    with suppress(KeyServiceUnavailable):
        sessions.end(SESSION_ID)
    assert store.rows == {}


def test_an_outage_of_the_keys_does_not_end_a_session_that_is_only_used(
    sessions: BrowserSessions, store: SessionsInMemory, sealer: TransparentSealer
) -> None:
    sealer.unavailable = True
    with pytest.raises(KeyServiceUnavailable):
        sessions.open(sessions.read(SESSION_ID))
    sealer.unavailable = False
    assert sessions.open(sessions.read(SESSION_ID)) == TOKENS


def test_while_the_store_is_down_nothing_is_decided(sessions: BrowserSessions, store: SessionsInMemory) -> None:
    store.broken = DOWN
    for attempt in (
        lambda: sessions.read(SESSION_ID),
        lambda: sessions.end(SESSION_ID),
        lambda: sessions.begin(api_token(), "i", None),
    ):
        with pytest.raises(StoreUnavailable):
            attempt()


def test_secrets_of_a_session_are_not_shown(sessions: BrowserSessions) -> None:
    shown = repr(TOKENS) + repr(sessions.read(SESSION_ID)) + repr(api_token())
    assert not any(token and token in shown for token in TOKENS)
