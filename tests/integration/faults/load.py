"""Load on a running gateway while something is broken: who was let in, who was told what, and when that was over."""

import http.client
import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

THREADS = 4
PAUSE_SECONDS = 0.01
"""Between two requests of one thread: the machine has other things to do."""
PATIENCE_SECONDS = 30.0
"""How long a test waits for what has to happen, on a machine that may be slow."""
LOST = 0
"""Stands for the status where a request got no answer at all."""
ERROR_TYPES = {
    200: {""},
    401: {"UnauthorizedException"},
    403: {"AccessDeniedException"},
    500: {"AuthorizerFailureException"},
    LOST: {"no answer"},
}
"""The x-amzn-ErrorType that comes with a status. A 500 of another type is a function that died or took too long."""


class Kind(NamedTuple):
    """A kind of token; `make` gives a new one for each request, so that no cache on the way hides a fault."""

    name: str
    good: bool
    make: Callable[[], str]


class Answer(NamedTuple):
    """What one request was answered; times are readings of time.monotonic(), in seconds."""

    kind: str
    good: bool
    asked_at: float
    answered_at: float
    status: int
    error_type: str
    body: bytes

    @property
    def let_in(self) -> bool:
        return 200 <= self.status < 300


class Load:
    """Threads that send requests until they are stopped, each with the next kind of token in turn."""

    def __init__(self, address: str, kinds: Iterable[Kind], *, path: str = "/api/servers") -> None:
        self._address = address.removeprefix("http://")
        self._path = path
        self._kinds = tuple(kinds)
        self._next_kind = itertools.cycle(self._kinds)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._answers: list[Answer] = []
        self._broken_by: list[Exception] = []
        self._fault_began = self._fault_ended = math.inf
        self._is_held = False
        self._under_way = 0
        self._threads = [threading.Thread(target=self._send_on, name=f"load-{n}", daemon=True) for n in range(THREADS)]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Send no more, and wait for the last answers."""
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        assert not any(thread.is_alive() for thread in self._threads), "a request is still without an answer"
        assert not self._broken_by, self._broken_by

    @contextmanager
    def held(self) -> Iterator[None]:
        """Send nothing until the block ends; it begins when no request is under way any more."""
        with self._lock:
            self._is_held = True
        try:
            wait_until(lambda: not self._under_way)
            yield
        finally:
            with self._lock:
                self._is_held = False

    def begin_fault(self) -> None:
        """From now on, answers may be those that are documented for the fault."""
        self._fault_began, self._fault_ended = time.monotonic(), math.inf

    def end_fault(self) -> None:
        """From now on all has to be as before: call it once the time that recovery may take has passed."""
        self._fault_ended = time.monotonic()

    def answers(self, *, since: float = 0.0) -> list[Answer]:
        """The answers to requests that were sent since then."""
        with self._lock:
            return [answer for answer in self._answers if answer.asked_at >= since]

    def until(self, done: Callable[[list[Answer]], bool]) -> list[Answer]:
        """Wait until the answers to requests that are sent from now on are what the caller waits for; return them."""
        since = time.monotonic()
        while not done(answers := self.answers(since=since)):
            assert not self._broken_by, self._broken_by
            assert time.monotonic() - since < PATIENCE_SECONDS, f"in vain: {summary(answers)}"
            time.sleep(PAUSE_SECONDS)
        return answers

    def until_let_in(self, times: int = 1) -> list[Answer]:
        """Wait until each good kind of token was let in so many times, and each bad one was answered at all."""
        good = {kind.name for kind in self._kinds if kind.good}
        return self.until(
            lambda answers: (
                _fewest([one for one in answers if one.let_in], good) >= times
                and _fewest(answers, {kind.name for kind in self._kinds}) >= times
            )
        )

    def until_told(self, status: int, times: int = 1) -> list[Answer]:
        """Wait until each good kind of token was answered with this status so many times."""
        good = {kind.name for kind in self._kinds if kind.good}
        return self.until(lambda answers: _fewest([one for one in answers if one.status == status], good) >= times)

    def check(self, *, meanwhile: Collection[int] = (), bad_meanwhile: Collection[int] | None = None) -> None:
        """No bad token was let in, ever, and each good one was, but for the statuses `meanwhile` the fault lasted.

        A bad token is told 401, and while the fault lasts also what a good one may be told, or `bad_meanwhile`.
        """
        answers = self.answers()
        assert [one for one in answers if one.let_in and not one.good] == []
        for one in answers:
            faulty = one.answered_at >= self._fault_began and one.asked_at <= self._fault_ended
            odd = meanwhile if one.good or bad_meanwhile is None else bad_meanwhile
            allowed = {200 if one.good else 401, *(odd if faulty else ())}
            assert one.status in allowed, f"{one.asked_at - self._fault_began:.2f} s after the fault began: {one}"
            assert one.error_type in ERROR_TYPES[one.status], one

    def _send_on(self) -> None:
        try:
            while not self._over.wait(PAUSE_SECONDS):
                with self._lock:
                    if self._is_held:
                        continue
                    self._under_way += 1
                    kind = next(self._next_kind)
                answer = self._ask(kind)
                with self._lock:
                    self._under_way -= 1
                    self._answers.append(answer)
        except Exception as error:  # noqa: BLE001 whatever ended a thread is told to who waits
            self._broken_by.append(error)

    def _ask(self, kind: Kind) -> Answer:
        token = kind.make()
        connection = http.client.HTTPConnection(self._address, timeout=PATIENCE_SECONDS)
        asked_at = time.monotonic()
        try:
            connection.request("GET", self._path, headers={"Authorization": f"Bearer {token}"})
            response = connection.getresponse()
            status, error_type, body = response.status, response.headers.get("x-amzn-ErrorType", ""), response.read()
        except (OSError, http.client.HTTPException) as error:
            status, error_type, body = LOST, "no answer", repr(error).encode()
        finally:
            connection.close()
        return Answer(kind.name, kind.good, asked_at, time.monotonic(), status, error_type, body)


def wait_until(done: Callable[[], bool]) -> None:
    """Wait for what has to happen."""
    started = time.monotonic()
    while not done():
        assert time.monotonic() - started < PATIENCE_SECONDS, "in vain"
        time.sleep(PAUSE_SECONDS)


def summary(answers: Iterable[Answer]) -> dict[tuple[str, int], int]:
    """How often each kind of token was answered with which status."""
    return dict(Counter((answer.kind, answer.status) for answer in answers))


def _fewest(answers: Iterable[Answer], kinds: Collection[str]) -> int:
    """How often the kind that came off worst was answered."""
    counted = Counter(answer.kind for answer in answers)
    return min(counted[kind] for kind in kinds)


@contextmanager
def under_load(address: str, kinds: Iterable[Kind], *, path: str = "/api/servers") -> Iterator[Load]:
    """Send requests until the block ends; the check of what was answered is the test's."""
    load = Load(address, kinds, path=path)
    load.start()
    try:
        yield load
    finally:
        load.stop()
