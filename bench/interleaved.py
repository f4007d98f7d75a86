"""Time operations of this process against each other, in interleaved rounds: a disturbance hits all alike."""

import gc
import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

type Times = dict[str, list[float]]
"""CPU seconds of one run, by the operation's name, one value a round."""


class Operation(NamedTuple):
    """What is timed: `run` with one of the `arguments` after the other, round and round, `batch` of them on end.

    `before` is done ahead of each batch, untimed.
    """

    run: Callable[[Any], object]
    arguments: Sequence[Any] = (None,)
    batch: int = 50
    before: Callable[[], object] | None = None


class Spread(NamedTuple):
    """The median of what the rounds measured, between its 10 % and 90 % quantiles."""

    low: float
    median: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """Of two values or more."""
    tenths = statistics.quantiles(values, n=10, method="inclusive")
    return Spread(tenths[0], statistics.median(values), tenths[-1])


def multiples(times: Times, unit: str) -> dict[str, Spread]:
    """Each operation as a multiple of the one named `unit` in the same round."""
    return {
        name: spread([value / one for value, one in zip(values, times[unit], strict=True)])
        for name, values in times.items()
    }


def measure(operations: Mapping[str, Operation], rounds: int) -> Times:
    """Run all operations once in each round, in an order of chance.

    CPU time of this thread, the kernel's included, and not the time of a clock on the wall: nothing here waits, and on
    a machine that has other work the clock would measure that.
    """
    arguments = {name: itertools.cycle(operation.arguments) for name, operation in operations.items()}
    times: Times = {name: [] for name in operations}
    with _own_heap_only():
        for _ in range(rounds):
            for name in random.sample(list(operations), len(operations)):
                operation = operations[name]
                times[name].append(_timed(operation, list(itertools.islice(arguments[name], operation.batch))))
    return times


def _timed(operation: Operation, arguments: Sequence[Any]) -> float:
    run = operation.run
    if operation.before:
        operation.before()
    started = time.thread_time()
    for argument in arguments:
        run(argument)
    return (time.thread_time() - started) / len(arguments)


@contextmanager
def _own_heap_only() -> Iterator[None]:
    """The garbage collector stays on, but does not walk what only the benchmark has loaded."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
