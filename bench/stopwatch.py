"""Where the time of a call goes: named functions are wrapped in place, and each is charged what its callees are not."""

import functools
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple
from unittest import mock

CALIBRATIONS = 2_000


class Step(NamedTuple):
    """A name for the table, and the attribute of a module or class that holds the function."""

    name: str
    owner: object
    attribute: str


class Overhead(NamedTuple):
    """Seconds that the stopwatch adds to each call: to the step itself, and to the one that called it."""

    inner: float
    outer: float


NO_OVERHEAD = Overhead(0, 0)


class Stopwatch:
    """Own time of each step, in seconds, since the last `lap`."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._own: defaultdict[str, float] = defaultdict(float)
        self._callees: list[float] = []

    def timed(self, name: str, function: Callable[..., Any], overhead: Overhead = NO_OVERHEAD) -> Callable[..., Any]:
        """The function, charged to `name`."""
        clock, own, callees = self._clock, self._own, self._callees

        @functools.wraps(function)
        def measured(*arguments: object, **named: object) -> object:
            callees.append(0.0)
            started = clock()
            try:
                return function(*arguments, **named)
            finally:
                took = clock() - started
                own[name] += took - callees.pop() - overhead.inner
                if callees:
                    callees[-1] += took + overhead.outer

        return measured

    def lap(self) -> dict[str, float]:
        """What was charged since the last lap."""
        charged = dict(self._own)
        self._own.clear()
        return charged


def profile(call: Callable[[Any], object], arguments: Iterable[Any], steps: Sequence[Step]) -> dict[str, float]:
    """The median seconds of each step in one call of `call`, in the order of `steps`, which share names as they like.

    What no step is charged with is the first one's, so that should be the function that `call` calls.
    """
    stopwatch = Stopwatch()
    laps: list[Mapping[str, float]] = []
    with _wrapped(steps, stopwatch, _calibrated()):
        for argument in arguments:
            call(argument)
            laps.append(stopwatch.lap())
    names = dict.fromkeys(step.name for step in steps)
    return {name: max(0.0, statistics.median(lap.get(name, 0.0) for lap in laps)) for name in names}


@contextmanager
def _wrapped(steps: Sequence[Step], stopwatch: Stopwatch, overhead: Overhead) -> Iterator[None]:
    with ExitStack() as patches:
        for name, owner, attribute in steps:
            measured = stopwatch.timed(name, getattr(owner, attribute), overhead)
            patches.enter_context(mock.patch.object(owner, attribute, measured))
        yield


def _calibrated() -> Overhead:
    """Measured on a function that does nothing, called twice by another: bare, and through the stopwatch."""
    stopwatch = Stopwatch()

    def nothing() -> int:
        return 0

    callee = stopwatch.timed("callee", nothing)
    bare = stopwatch.timed("caller", lambda: (nothing(), nothing()))
    through = stopwatch.timed("caller", lambda: (callee(), callee()))

    def median(caller: Callable[[], object], name: str) -> float:
        laps = []
        for _ in range(CALIBRATIONS):
            caller()
            laps.append(stopwatch.lap()[name])
        return statistics.median(laps)

    inner = median(through, "callee") / 2
    return Overhead(inner, (median(through, "caller") - median(bare, "caller")) / 2)
