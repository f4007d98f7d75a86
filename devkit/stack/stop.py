"""Ctrl-C, SIGTERM and a closing terminal, taken as a request that is looked at between two steps.

An exception raised in the middle of a start would lose the part that was just being started.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_SECONDS = 0.1


class Stopped(Exception):
    """A person or the system asked this program to end."""


class Stop:
    """Whether this program was asked to end.

    A plain flag: a lock could be held by the very code that a signal interrupts.
    """

    def __init__(self) -> None:
        self._asked = False

    def ask(self) -> None:
        """Ask for the end, from a signal handler or any thread."""
        self._asked = True

    def check(self) -> None:
        """Raise Stopped when the end was asked for."""
        if self._asked:
            raise Stopped

    def wait(self) -> None:
        """Return when the end is asked for."""
        while not self._asked:
            time.sleep(LOOK_SECONDS)


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Turn the signals into a Stop until the block ends; `nohup` keeps its meaning."""
    stop = Stop()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            silence()
        stop.ask()

    heard = [number for number in SIGNALS if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, on_signal) for number in heard}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def silence() -> None:
    """Let nothing be written any more: the terminal, or the program at the other end of the pipe, is gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
