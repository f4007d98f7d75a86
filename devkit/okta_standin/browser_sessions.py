"""The stand-in's own sessions with browsers, which make a second sign-in silent."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

from devkit.okta_standin.org import Org
from devkit.okta_standin.people import User

IDLE_SECONDS = 2 * 3600
"""Okta's default for a session that is not used."""
COOKIES = ("idx", "sid")
"""Okta's names. Both carry the session: `idx` crosses sites, as a sign-out by form needs; `sid` is for browsers and
HTTP clients that keep Secure cookies to themselves on http."""


@dataclass
class BrowserSession:
    """Who is signed in in a browser, and since when (epoch seconds)."""

    id: str = field(repr=False)
    login: str
    auth_time: int
    last_used: float


class BrowserSessions:
    """All sessions, by the value of their cookie."""

    def __init__(self, org: Org, clock: Callable[[], float]) -> None:
        self._org = org
        self._clock = clock
        self._sessions: dict[str, BrowserSession] = {}

    def begin(self, user: User) -> BrowserSession:
        """A new session of a user who has just proved who they are."""
        now = self._clock()
        session = BrowserSession(secrets.token_urlsafe(32), user.login, int(now), now)
        self._sessions[session.id] = session
        return session

    def find(self, cookies: Mapping[str, str]) -> BrowserSession | None:
        """The session of the browser that sent `cookies`, unless it has ended or been idle for too long."""
        now = self._clock()
        for name in COOKIES:
            session = self._sessions.get(cookies.get(name, ""))
            if session is None:
                continue
            if now - session.last_used <= IDLE_SECONDS and self.user(session) is not None:
                session.last_used = now
                return session
            self.end(session)
        return None

    def user(self, session: BrowserSession) -> User | None:
        """The session's user, while they are active."""
        user = self._org.user(session.login)
        return user if user is not None and user.active else None

    def end(self, session: BrowserSession) -> None:
        """End a session."""
        self._sessions.pop(session.id, None)

    def end_all(self, user: User) -> None:
        """End every session of a user."""
        self._sessions = {key: session for key, session in self._sessions.items() if session.login != user.login}


def set_cookies(response: Response, session: BrowserSession) -> None:
    """Hand the session to the browser."""
    response.set_cookie("idx", session.id, httponly=True, secure=True, samesite="none")
    response.set_cookie("sid", session.id, httponly=True, samesite="lax")


def drop_cookies(response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie("idx", httponly=True, secure=True, samesite="none")
    response.delete_cookie("sid", httponly=True, samesite="lax")
