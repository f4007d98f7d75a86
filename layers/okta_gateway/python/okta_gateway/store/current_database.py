"""The database under the credentials that are good now: a changed password needs no new sandbox."""

import time
from collections.abc import Callable

from okta_gateway.errors import StoreCredentialsRefused
from okta_gateway.store.connection import Database, Document

RENEWAL_SECONDS = 10.0
"""A password that stays wrong costs one read of the secret in this time, not one a request."""


class CurrentDatabase:
    """Keeps the handle that `connect` made until the database refuses its credentials.

    A client of pymongo keeps the password it was made with, and asks with it for every new connection. Connections
    that are open go on working after a change: the refusal comes with the first new one. Times are wall-clock: other
    clocks stop in a frozen sandbox, and a password that was changed meanwhile would be refused for longer.
    """

    def __init__(self, connect: Callable[[], Database[Document]], *, clock: Callable[[], float] = time.time) -> None:
        self._connect = connect
        self._clock = clock
        self._handle: Database[Document] | None = None
        self._connected_at = 0.0

    def __call__(self) -> Database[Document]:
        """Raises what `connect` raises: the next call tries again then."""
        if self._handle is None:
            self._handle = self._connect()
            self._connected_at = self._clock()
        return self._handle

    def forget(self) -> bool:
        """Let the next call connect anew; False when the handle was made too short a time ago for that to help."""
        if self._handle is None or 0 <= self._clock() - self._connected_at < RENEWAL_SECONDS:
            return False
        self.close()
        return True

    def close(self) -> None:
        """Close every connection; the next call connects anew."""
        if self._handle is not None:
            self._handle.client.close()
        self._handle = None

    def ask[T](self, question: Callable[[Database[Document]], T]) -> T:
        """Give the answer to `question`, asked again under new credentials where the old ones are refused.

        Credentials are refused before a command is sent, but a question of several commands is repeated whole: it must
        only read. Raises what `question` raises.
        """
        try:
            return question(self())
        except StoreCredentialsRefused:
            if not self.forget():
                raise
            return question(self())
