"""The signing keys of one issuer, kept as long as they are good and asked for as seldom as possible.

All times are wall-clock seconds compared at use: a Lambda sandbox may be frozen for hours, and timers stop meanwhile.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from okta_gateway.errors import KeysUnavailable, NoMatchingKey
from okta_gateway.tokens.jwks import KeySet, parse_key_set
from okta_gateway.tokens.key_fetch import Wait, start_fetch

MIN_FRESH_SECONDS = 300
MAX_FRESH_SECONDS = 3600
MAX_STALE_SECONDS = 6 * 3600
QUIET_SECONDS = 60
"""After a fetch that failed or did not find the wanted key, the issuer is left alone for so long."""
MAX_FETCHES_IN_QUIET_TIME = 2
_PAUSES = (0, 1, 2, 4, 8, 10)
"""Without any keys nobody gets in: so many seconds after a first, second, ... failure the issuer is asked again."""

_logger = logging.getLogger(__name__)


class KeyCache:
    """Keys of the key set at `url`.

    Fresh for Cache-Control's max-age within five minutes and an hour. While fetches fail, keys serve up to six hours
    after they were fetched. A bad answer never replaces good keys.
    """

    def __init__(
        self,
        url: str,
        *,
        pending: Wait | None = None,
        fetch: Callable[[str], Wait] = start_fetch,
        clock: Callable[[], float] = time.time,
        spread: Callable[[], float] = lambda: 0.75 + os.urandom(1)[0] / 512,
    ) -> None:
        """`spread` lengthens or shortens a pause, so that sandboxes which failed together do not ask together again."""
        self.url = url
        self._start_fetch = fetch
        self._clock = clock
        self._spread = spread
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched_at = 0.0
        self._fresh_seconds = 0
        self._failure: str | None = None
        self._failures = 0
        """How many fetches have failed since one succeeded."""
        self._failed_at = self._pause_seconds = 0.0
        self._attempts: deque[float] = deque(maxlen=MAX_FETCHES_IN_QUIET_TIME)
        self._unknown_key_at: float | None = None
        self._pending = pending
        self._pending_since = clock()
        self.fetches = 0
        """How often the issuer was asked, successfully or not; for the metrics."""

    def get(self, kid: str) -> RSAPublicKey:
        """The key named `kid`.

        Raises NoMatchingKey when the issuer has no such key, KeyUnfit when it may not be used, and KeysUnavailable
        when that could not be found out.
        """
        with self._lock:
            keys = self._keys if self._keys and self._is_fresh() else self._current_keys()
            if kid not in keys and self._may_look_for_unknown_key():
                self._unknown_key_at = self._clock()
                self._refresh()
                keys = self._keys or keys
            if kid in keys:
                return keys.get(kid)
            if self._failure:
                raise KeysUnavailable(self._failure)
            raise NoMatchingKey(f"{self.url} has no key {kid!r}")

    def age(self) -> float | None:
        """Seconds since the keys that serve now were fetched; None while there are none."""
        return self._age() if self._keys else None

    def prime(self) -> None:
        """Have keys at hand, as after the first token. Raises KeysUnavailable."""
        with self._lock:
            self._current_keys()

    def start_anew(self, *, prefetch: bool) -> None:
        """Begin another life with the keys there are, in a copy of the process that was restored from a snapshot.

        Keys count by their age. What was tried, what failed and what was counted belongs to the life before. With
        `prefetch` a fetch begins at once, beside whatever comes next, unless the keys are fresh.
        """
        with self._lock:
            self._failure, self._failures = None, 0
            self._attempts.clear()
            self._unknown_key_at = None
            self._pending = self._start_fetch(self.url) if prefetch and not self._is_fresh() else None
            self._pending_since = self._clock()
            self.fetches = 0

    def _current_keys(self) -> KeySet:
        if self._age() < 0:
            # The clock was set back, and how old the keys are cannot be told: they are fetched anew, and where that
            # fails, their six hours begin now instead of when the clock has caught up.
            self._fetched_at, self._fresh_seconds = self._clock(), 0
        if not self._is_fresh() and self._may_fetch():
            self._refresh()
        if self._keys and self._age() <= MAX_STALE_SECONDS:
            return self._keys
        self._keys = None
        raise KeysUnavailable(self._failure or f"{self.url} was asked too often in the last {QUIET_SECONDS} s")

    def _refresh(self) -> None:
        """Fetch the key set; on failure keep what is there and remember why."""
        wait, started_at = self._take_pending() or (self._start_fetch(self.url), self._clock())
        self._attempts.append(started_at)
        self.fetches += 1
        try:
            document = wait()
            self._keys = parse_key_set(document.body)
        except KeysUnavailable as error:
            self._failure = error.detail
            self._failures += 1
            self._failed_at = self._clock()
            self._pause_seconds = _PAUSES[min(self._failures, len(_PAUSES)) - 1] * self._spread()
            _logger.warning("keys not renewed, %s: %s", self._what_serves(), error.detail)
            return
        self._failure, self._failures = None, 0
        self._fetched_at = started_at
        self._fresh_seconds = min(max(document.max_age or 0, MIN_FRESH_SECONDS), MAX_FRESH_SECONDS)

    def _take_pending(self) -> tuple[Wait, float] | None:
        """The fetch that the cold start began, if nobody has used it yet.

        Not one from before a long freeze: provisioned sandboxes wait for hours, and connections break meanwhile.
        """
        pending, self._pending = self._pending, None
        return (pending, self._pending_since) if pending and self._is_recent(self._pending_since) else None

    def _may_fetch(self) -> bool:
        if self._keys is None:
            return not self._failures or not self._is_recent(self._failed_at, self._pause_seconds)
        if sum(map(self._is_recent, self._attempts)) == MAX_FETCHES_IN_QUIET_TIME:
            return False
        return not (self._failure and self._is_recent(self._attempts[-1]))

    def _may_look_for_unknown_key(self) -> bool:
        asked_lately = self._unknown_key_at is not None and self._is_recent(self._unknown_key_at)
        return not asked_lately and self._may_fetch()

    def _is_fresh(self) -> bool:
        return self._keys is not None and 0 <= self._age() < self._fresh_seconds

    def _is_recent(self, moment: float, seconds: float = QUIET_SECONDS) -> bool:
        return 0 <= self._clock() - moment < seconds

    def _age(self) -> float:
        return self._clock() - self._fetched_at

    def _what_serves(self) -> str:
        return f"those of {self._age():.0f} s ago serve on" if self._keys else "and there are none"
