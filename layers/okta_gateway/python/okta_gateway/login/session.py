"""Sessions: what a browser's cookie stands for, and the tokens behind it, sealed (RFC 6265bis; RFC 9700, 4.14)."""

import json
import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from okta_gateway.login.api_tokens import ApiToken
from okta_gateway.login.cookies import digest, new_secret
from okta_gateway.login.errors import KeyServiceUnavailable, SealBroken, SessionMissing
from okta_gateway.login.sealing import Sealer
from okta_gateway.store.sessions import Session, Sessions

TOUCH_SECONDS = 60.0
"""A session in use is noted as such at most so often, or ten times in its idle time."""

_logger = logging.getLogger(__name__)


class SessionTokens(NamedTuple):
    """The secrets of a session: the token for the API, and Okta's tokens to renew it and to sign out."""

    api_token: str
    id_token: str
    refresh_token: str | None

    def __repr__(self) -> str:
        return "SessionTokens(...)"


class BrowserSessions:
    """Begins, reads and ends sessions. The cookie's id never reaches the store, only its hash does."""

    def __init__(
        self,
        store: Sessions,
        sealer: Sealer,
        *,
        max_seconds: int,
        idle_seconds: int,
        count: Callable[[str], object] = lambda _metric: None,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = new_secret,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._max_seconds = max_seconds
        self._touch_seconds = min(TOUCH_SECONDS, idle_seconds / 10)
        self.count = count
        """Counts something for the metrics, by the metric's name."""
        self._clock = clock
        self._new_id = new_id

    @property
    def max_seconds(self) -> int:
        return self._max_seconds

    def begin(self, api_token: ApiToken, id_token: str, refresh_token: str | None) -> str:
        """A new session under a new id, for the cookie. Raises StoreUnavailable."""
        session_id, now = self._new_id(), self._clock()
        person = api_token.person
        self._store.add(
            Session(
                id_hash=digest(session_id),
                subject=person.subject,
                username=person.username,
                groups=person.groups,
                created_at=now,
                last_seen_at=now,
                expires_at=now + self._max_seconds,
                sealed=self.seal(digest(session_id), SessionTokens(api_token.token, id_token, refresh_token)),
                token_expires_at=api_token.expires_at,
                version=1,
            )
        )
        self.count("Sessions")
        return session_id

    def read(self, session_id: str | None) -> Session:
        """The session of a cookie: one indexed lookup. Raises SessionMissing."""
        session = self._store.find(digest(session_id)) if session_id else None
        if session is None:
            raise SessionMissing("no cookie" if not session_id else "no such session: ended, idle or too old")
        if self._clock() - session.last_seen_at >= self._touch_seconds:
            self._store.touch(session.id_hash)
        return session

    def end(self, session_id: str | None) -> SessionTokens | None:
        """Delete the session; its tokens, for what is left to do at Okta, or None when there was no session."""
        session = self._store.take(digest(session_id)) if session_id else None
        if session is None:
            return None
        try:
            return self.open(session)
        except (SessionMissing, KeyServiceUnavailable) as error:
            _logger.warning("the session has ended, but its refresh token could not be read for revocation: %s", error)
            return None

    def make_ready_to_seal(self) -> None:
        """Get a data key if need be. Done before Okta rotates a refresh token, which could not be kept without one."""
        self._sealer.seal(b"", b"")

    def seal(self, id_hash: str, tokens: SessionTokens) -> bytes:
        """Bound to the session: a row that is copied under another id does not open."""
        return self._sealer.seal(json.dumps(tokens._asdict()).encode("utf-8"), id_hash.encode("ascii"))

    def open(self, session: Session) -> SessionTokens:
        """The session's secrets. One whose seal is broken ends: raises SessionMissing."""
        try:
            sealed = self._sealer.open(session.sealed, session.id_hash.encode("ascii"))
        except SealBroken as error:
            self._store.delete(session.id_hash)
            raise SessionMissing(f"{error}; {error.advice}") from None
        return SessionTokens(**json.loads(sealed))
