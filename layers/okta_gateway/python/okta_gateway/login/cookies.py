"""Cookies of sign-in: the session's, and one for each attempt (RFC 6265bis; `__Host-` ties them to this host)."""

import secrets
from collections.abc import Sequence
from hashlib import sha256

ATTEMPT_SECONDS = 600
_SESSION = "okta-gateway-session"
_ATTEMPT = "okta-gateway-login-"
_MAX_VALUE_LENGTH = 128


def new_secret() -> str:
    """256 random bits, as text that fits into a cookie, a URL, and RFC 7636's code verifier."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What the store keeps instead of a secret that only the browser has."""
    return sha256(secret.encode("utf-8")).hexdigest()


class Cookies:
    """Reads and writes the cookies. Over plain http (loopback) they lack `__Host-` and Secure."""

    def __init__(self, *, plain_http: bool) -> None:
        self._prefix = "" if plain_http else "__Host-"
        self._attributes = "; Path=/; HttpOnly; SameSite=Lax" + ("" if plain_http else "; Secure")

    def session_id(self, headers: Sequence[str]) -> str | None:
        return self._read(_SESSION, headers)

    def attempt_secret(self, state: str, headers: Sequence[str]) -> str | None:
        return self._read(self._attempt_name(state), headers)

    def set_session(self, session_id: str, max_age: int) -> str:
        return self._write(_SESSION, session_id, max_age)

    def clear_session(self) -> str:
        return self._write(_SESSION, "", 0)

    def set_attempt(self, state: str, secret: str) -> str:
        return self._write(self._attempt_name(state), secret, ATTEMPT_SECONDS)

    def clear_attempt(self, state: str) -> str:
        return self._write(self._attempt_name(state), "", 0)

    @staticmethod
    def _attempt_name(state: str) -> str:
        """One cookie an attempt, so that two tabs do not disturb each other."""
        return _ATTEMPT + digest(state)[:12]

    def _write(self, name: str, value: str, max_age: int) -> str:
        return f"{self._prefix}{name}={value}; Max-Age={max_age}{self._attributes}"

    def _read(self, name: str, headers: Sequence[str]) -> str | None:
        """The cookie's value; none when it is there twice with two values, since one of them is not ours."""
        # Blanks and tabs only (RFC 6265, section 5.2): other white space is part of a name, and hides its prefix.
        pairs = (pair.strip(" \t").partition("=") for header in headers for pair in header.split(";"))
        values = {value for found, _, value in pairs if found == self._prefix + name}
        value = values.pop() if len(values) == 1 else ""
        return value if value.isascii() and 0 < len(value) <= _MAX_VALUE_LENGTH else None
