"""The requests that passed the gateway lately, each explained at once, so that no token is kept."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from devkit.cli.asked_route import AskedRoute
from devkit.console.stations import Way
from devkit.explain import Disagreement, Explanation

KEPT = 50
END_SECONDS = 5.0
_log = logging.getLogger(__name__)

type Explain = Callable[[str], Explanation]
"""Explains an Authorization header's value. Raises Disagreement."""


@dataclass(frozen=True)
class Passed:
    """A request that the gateway has answered with `status`, at `at` seconds since 1970."""

    route: AskedRoute
    authorization: str = field(repr=False)
    status: int
    at: float


@dataclass(frozen=True)
class Recent:
    """A request that was explained; numbers count up from 1."""

    number: int
    at: float
    way: Way


class RecentRequests:
    """The last 50 requests. They are explained one after the other, beside the gateway, which waits for nothing here.

    When requests come faster than that, the older ones are left out: they would not be kept anyway.
    """

    def __init__(self, explain: Explain, clock: Callable[[], float] = time.time) -> None:
        self._explain = explain
        self._clock = clock
        self._waiting: deque[Passed] = deque(maxlen=KEPT)
        self._kept: deque[Recent] = deque(maxlen=KEPT)
        self._count = 0
        self._ended = False
        self._changed = threading.Condition()

    def note(self, route: AskedRoute, authorization: str, status: int) -> None:
        """Take a request that the gateway has answered; returns at once."""
        with self._changed:
            self._waiting.append(Passed(route, authorization, status, self._clock()))
            self._changed.notify_all()

    def after(self, number: int) -> list[Recent]:
        """Those with a higher number, the newest first."""
        with self._changed:
            return [recent for recent in reversed(self._kept) if recent.number > number]

    def find(self, number: int) -> Recent | None:
        """The request with this number, if it is still kept."""
        with self._changed:
            return next((recent for recent in self._kept if recent.number == number), None)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Explain what is noted until the block ends."""
        thread = threading.Thread(target=self._work, name="console", daemon=True)
        thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
            thread.join(END_SECONDS)

    def _work(self) -> None:
        # While the next request is waited for, nothing here may hold the last one, which has its token.
        while self._await_next():
            self._take_next()

    def _await_next(self) -> bool:
        """Wait for a request; False when there will be none any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._waiting)
            return not self._ended

    def _take_next(self) -> None:
        with self._changed:
            passed = self._waiting.popleft()
        try:
            explanation = self._explain(passed.authorization)
        except Disagreement as error:
            _log.error("%s: %s", passed.route, error)
            return
        with self._changed:
            self._count += 1
            self._kept.append(Recent(self._count, passed.at, Way(explanation, passed.route, passed.status)))
