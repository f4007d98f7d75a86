"""The sign-in function in a process of its own that is killed at a step of one request, behind the running gateway."""

import io
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from devkit.gateway.functions import FunctionError, InProcessFunction
from tests.integration.iam import interrupted, killed
from tests.integration.iam.interrupted import Manner, Steps, die
from tests.integration.login.browser import Browser
from tests.integration.login.rig import CONTEXT, Clock, Rig, load_sign_in

DEAD = -signal.SIGKILL
DOOMED = "doomed"
"""The user agent of who meets the death."""
_processes = multiprocessing.get_context("forkserver")
# One server for the whole run, which has the imports of all who die behind it: killed.py asks for its own.
_processes.set_forkserver_preload(
    [
        "okta_gateway.iam_wiring",
        "aws_lambda_powertools.event_handler",
        "devkit.document_store",
        killed.__name__,
        __name__,
    ]
)


class Death(Steps):
    """Comes at the step `at`, when that is taken for the nth time."""

    def __init__(self, at: str, manner: Manner, nth: int) -> None:
        super().__init__()
        self._step = at
        self._comes = manner
        self._left = nth

    def take(self, name: str, step: Callable[[], Any], failure: Exception) -> Any:
        """Take the step, unless death comes before."""
        del failure
        self._left -= name == self._step
        comes = name == self._step and self._left == 0
        if comes and self._comes is Manner.KILLED_BEFORE:
            die()
        done = step()
        if comes:
            die()
        return done


@contextmanager
def dying_at(rig: Rig, browser: Browser, step: str, manner: Manner, nth: int = 1) -> Iterator[None]:
    """Each request of this browser in the block meets a sandbox that starts cold and dies at the step: it gets 502."""
    alive = rig.sandboxes.invoke

    def invoke(event: Mapping[str, Any]) -> object:
        if event["headers"].get("user-agent") != DOOMED:
            return alive(event)
        args = (rig.settings, rig.clock.ahead, event, step, manner, nth)
        process = _processes.Process(target=_run, args=args, daemon=True)
        process.start()
        process.join(killed.SECONDS)
        assert process.exitcode == DEAD, f"no death at {step!r}: {process.exitcode}"
        raise FunctionError("Runtime.ExitError", "Runtime exited with error: signal: SIGKILL")

    usual = browser.http.headers["User-Agent"]
    with mock.patch.object(rig.sandboxes, "invoke", invoke):
        browser.http.headers["User-Agent"] = DOOMED
        yield
        browser.http.headers["User-Agent"] = usual


def _run(
    settings: Mapping[str, str], ahead: float, event: Mapping[str, Any], step: str, manner: Manner, nth: int
) -> None:
    os.environ.clear()
    handler = load_sign_in(settings, Clock(ahead), io.StringIO(), [])
    commands = (*interrupted.COMMANDS, "find_one_and_delete")
    with mock.patch.object(interrupted, "COMMANDS", commands), interrupted.interrupted(Death(step, manner, nth)):
        InProcessFunction(handler, CONTEXT).invoke(event)
