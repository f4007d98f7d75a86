"""Fetch a key set over HTTP: one GET, no redirect, bounded in size and in total time.

It runs in a thread of its own, because no socket time-out bounds a slow name server or an answer that comes byte by
byte, and because a cold start can then import the rest meanwhile. Standard library only: httpx costs twice the
import (facts in docs/adr/0001-verify-with-cryptography.md).
"""

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from okta_gateway.errors import KeysUnavailable

if TYPE_CHECKING:
    from socket import socket

TOTAL_SECONDS = 3.0
MAX_BYTES = 256 * 1024
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age=(\d{1,10})(?:$|[,\s])", re.ASCII | re.IGNORECASE)


class KeyDocument(NamedTuple):
    """The answer of a key set's address: the body, and Cache-Control's max-age in seconds where it has one."""

    body: bytes
    max_age: int | None


type Wait = Callable[[], KeyDocument]
"""Waits for a fetch that is under way. Raises KeysUnavailable."""


def start_fetch(url: str) -> Wait:
    """Start to fetch `url` (https, or http on loopback: the settings see to it) and return how to wait for it."""
    fetch = _Fetch(url)
    fetch.start()
    return fetch.wait


class _Fetch(threading.Thread):
    def __init__(self, url: str) -> None:
        super().__init__(name="key-fetch", daemon=True)
        self._url = url
        self._socket: socket | None = None
        self._document: KeyDocument | None = None
        self._failure = "the fetch ended without an answer"

    def run(self) -> None:
        # Imported here, so that the import too happens beside the others at a cold start.
        from http.client import HTTPException

        try:
            self._document = self._get()
        except (OSError, HTTPException, ValueError) as error:
            self._failure = f"{type(error).__name__}: {error}"

    def wait(self) -> KeyDocument:
        self.join(TOTAL_SECONDS)
        if self.is_alive():
            self._abort()
            raise KeysUnavailable(f"{self._url} took longer than {TOTAL_SECONDS:.0f} s")
        if self._document is None:
            raise KeysUnavailable(f"{self._url} could not be fetched: {self._failure}")
        return self._document

    def _get(self) -> KeyDocument:
        from http.client import HTTPConnection, HTTPSConnection

        scheme, _, rest = self._url.partition("://")
        host, _, path = rest.partition("/")
        connection = (HTTPSConnection if scheme == "https" else HTTPConnection)(host, timeout=TOTAL_SECONDS)
        try:
            connection.connect()
            # http.client lets go of the socket once it reads an answer that ends with the connection.
            self._socket = connection.sock
            connection.request("GET", f"/{path}", headers={"Accept": "application/json", "Connection": "close"})
            response = connection.getresponse()
            if response.status != 200:
                raise ValueError(f"status {response.status}; redirects are not followed")
            body = response.read(MAX_BYTES + 1)
            if len(body) > MAX_BYTES:
                raise ValueError(f"more than {MAX_BYTES} bytes")
            return KeyDocument(body, _max_age(response.getheader("Cache-Control", "")))
        finally:
            connection.close()

    def _abort(self) -> None:
        """Wake the thread from whatever it reads, so that it ends instead of lingering."""
        from socket import SHUT_RDWR

        if self._socket is None:
            return
        try:
            self._socket.shutdown(SHUT_RDWR)
        except OSError as error:
            # The thread closed the socket meanwhile: then it ends by itself.
            self._failure = str(error)


def _max_age(cache_control: str) -> int | None:
    """Cache-Control's max-age (RFC 9111, section 5.2.2.1)."""
    match = _MAX_AGE.search(cache_control)
    return int(match[1]) if match else None
