"""The IAM function in a process of its own, which is killed at a step of its request, as when Lambda ends a sandbox."""

import multiprocessing
import os
import signal
from collections.abc import Mapping
from typing import Any

from tests.integration.iam.interrupted import Manner, Steps, interrupted

SECONDS = 60
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["okta_gateway.iam_wiring", "aws_lambda_powertools.event_handler", __name__])


def killed(settings: Mapping[str, str], event: Mapping[str, Any], number: int, manner: Manner) -> bool:
    """Whether the function, from its cold start on, was killed; else the request had no such step."""
    process = _processes.Process(target=_run, args=(dict(settings), dict(event), number, manner))
    process.start()
    process.join(SECONDS)
    assert process.exitcode is not None, "the function neither ends nor dies"
    assert process.exitcode in {0, -signal.SIGKILL}, process.exitcode
    return process.exitcode == -signal.SIGKILL


def _run(settings: dict[str, str], event: dict[str, Any], number: int, manner: Manner) -> None:
    from tests.integration.iam.rig import Clock, Log
    from tests.integration.iam.sandbox import Sandbox, load_iam

    os.environ.clear()
    clients: list[Any] = []
    sandbox = Sandbox(load_iam(settings, Log(), Clock(), clients))
    with interrupted(Steps(number, manner)):
        sandbox.invoke(event)
    for client in clients:
        client.close()
