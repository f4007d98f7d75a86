"""Okta's rate limits of the management API: a bucket per kind of path, filled anew each minute."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from devkit.okta_standin.errors import rate_limited

PER_MINUTE = 10_000
"""Far above any real org, so that only tests that set a limit meet it (an Integrator org has 10 to 50)."""
SECONDS = 60

_BUCKETS = (
    ("apps/{id}", re.compile("/api/v1/apps/[^/]+")),
    ("apps", re.compile("/api/v1/apps(/.*)?")),
    ("groups/{id}", re.compile("/api/v1/groups/[^/]+")),
    ("groups", re.compile("/api/v1/groups")),
    ("users/{id}", re.compile("/api/v1/users/[^/]+")),
    ("users", re.compile("/api/v1/users")),
)
OTHER = "other"
BUCKETS = (*(name for name, _ in _BUCKETS), OTHER)
"""As Okta's table of default limits has them (docs, "Management rate limits", 2025)."""


def bucket_of(path: str) -> str:
    """The bucket that a path is counted in."""
    return next((name for name, pattern in _BUCKETS if pattern.fullmatch(path)), OTHER)


@dataclass
class _Window:
    start: float
    calls: int = 0


class RateLimits:
    """How many calls each caller has left in this minute."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._limits: dict[str, int] = {}
        self._windows: dict[tuple[str, str], _Window] = {}

    def set(self, bucket: str, limit: int | None) -> None:
        """Allow `limit` calls a minute, or the usual number."""
        self._windows = {key: window for key, window in self._windows.items() if key[0] != bucket}
        if limit is None:
            self._limits.pop(bucket, None)
        else:
            self._limits[bucket] = limit

    def count(self, caller: str, path: str) -> dict[str, str]:
        """Count a call and return its rate-limit headers. Raises OktaRefusal (429) when none is left."""
        bucket = bucket_of(path)
        limit = self._limits.get(bucket, PER_MINUTE)
        window = self._window(bucket, caller)
        reset = int(window.start) + SECONDS
        if window.calls >= limit:
            raise rate_limited(limit, reset)
        window.calls += 1
        return rate_limit_headers(limit, limit - window.calls, reset)

    def _window(self, bucket: str, caller: str) -> _Window:
        now = self._clock()
        window = self._windows.get((bucket, caller))
        if window is None or now >= window.start + SECONDS:
            window = self._windows[bucket, caller] = _Window(now)
        return window


def rate_limit_headers(limit: int, remaining: int, reset: int) -> dict[str, str]:
    """The three headers on every answer of the management API."""
    return {
        "X-Rate-Limit-Limit": str(limit),
        "X-Rate-Limit-Remaining": str(remaining),
        "X-Rate-Limit-Reset": str(reset),
    }
