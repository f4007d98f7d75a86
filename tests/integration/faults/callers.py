"""Callers of functions in this process: each does one thing again and again, and what came of it is kept."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.integration.faults.load import PATIENCE_SECONDS, PAUSE_SECONDS, THREADS


class Callers[T]:
    """Threads, each with a number from 0 on; `act` is given it and a count that nobody else gets."""

    def __init__(self, act: Callable[[int, int], T]) -> None:
        self._act = act
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._count = 0
        self._results: list[T] = []
        self._broken_by: list[Exception] = []
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(THREADS)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        assert not self._broken_by, self._broken_by
        assert not any(thread.is_alive() for thread in self._threads), "a request is still without an answer"

    def results(self) -> list[T]:
        """All so far, in the order in which they came."""
        with self._lock:
            return list(self._results)

    def until(self, done: Callable[[list[T]], bool]) -> list[T]:
        """Wait until the results from now on are what the test waits for; return them."""
        skip, began = len(self.results()), time.monotonic()
        while not done(results := self.results()[skip:]):
            assert not self._broken_by, self._broken_by
            assert time.monotonic() - began < PATIENCE_SECONDS, f"in vain: {results}"
            time.sleep(PAUSE_SECONDS)
        return results

    def _run(self, number: int) -> None:
        try:
            while not self._over.wait(PAUSE_SECONDS):
                with self._lock:
                    self._count += 1
                    count = self._count
                result = self._act(number, count)
                with self._lock:
                    self._results.append(result)
        except Exception as error:  # noqa: BLE001 whatever ended a thread is told to who waits
            self._broken_by.append(error)


@contextmanager
def calling[T](act: Callable[[int, int], T]) -> Iterator[Callers[T]]:
    """Let the callers act until the block ends."""
    callers = Callers(act)
    callers.start()
    try:
        yield callers
    finally:
        callers.stop()
