"""Measure one fresh sandbox: its cold start, its warm answers, its memory."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from devkit.gateway.functions import FunctionDefinition
from devkit.gateway.lambda_runtime_api import Invocation
from devkit.gateway.lambda_sandbox import Sandbox

ANSWER_SECONDS = 30.0


@dataclass(frozen=True)
class Measured:
    """One sandbox. Times in seconds; memory in bytes, as the kernel counts the resident set."""

    cold: float
    warm: tuple[float, ...]
    memory: int


def measure(function: FunctionDefinition, events: Sequence[Mapping[str, str]], log: IO[bytes]) -> Measured:
    """Start a sandbox, give it the events one after the other; the first is the cold start's.

    Raises FunctionError for an event that the function does not answer.
    """
    bodies = [json.dumps(event).encode() for event in events]
    with Sandbox(function, log) as sandbox:
        cold_invocation = _invoke(sandbox, function, bodies[0])
        cold = cold_invocation.answered_at - sandbox.spawned_at
        warm = tuple(_invoke(sandbox, function, body).seconds for body in bodies[1:])
        return Measured(cold, warm, _resident_bytes(sandbox.pid))


def _invoke(sandbox: Sandbox, function: FunctionDefinition, body: bytes) -> Invocation:
    invocation = Invocation(body, function.arn, int((time.time() + ANSWER_SECONDS) * 1000))
    sandbox.api.submit(invocation)
    invocation.answer.result(ANSWER_SECONDS)
    return invocation


def _resident_bytes(pid: int) -> int:
    """The peak resident set (VmHWM in proc_pid_status(5)); 0 where there is no /proc."""
    return sum(_kilobytes(Path(f"/proc/{pid}/status"), "VmHWM")) * 1024


def _kilobytes(status: Path, name: str) -> Iterator[int]:
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith(f"{name}:"):
                yield int(line.split()[1])
