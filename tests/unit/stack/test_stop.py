"""Signals become a request that is looked at between two steps."""

import os
import signal
import threading

import pytest

from devkit.stack.stop import SIGNALS, Stop, Stopped, stop_on_signals


@pytest.fixture(autouse=True)
def _signals_as_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devkit.stack.stop.silence", lambda: None)  # it would silence the test runner too


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_raises_nothing_until_the_next_check(number: signal.Signals) -> None:
    usual = signal.signal(number, signal.SIG_DFL)
    try:
        with stop_on_signals() as stop:
            stop.check()
            os.kill(os.getpid(), number)
            with pytest.raises(Stopped):
                stop.check()
            stop.wait()
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, usual)


def test_a_hangup_that_nohup_ignores_stays_ignored() -> None:
    usual = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_on_signals() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            stop.check()
    finally:
        signal.signal(signal.SIGHUP, usual)


def test_waiting_ends_when_the_end_is_asked_for_from_elsewhere() -> None:
    stop = Stop()
    elsewhere = threading.Timer(0.05, stop.ask)
    elsewhere.start()
    stop.wait()
    elsewhere.join()
    with pytest.raises(Stopped):
        stop.check()
