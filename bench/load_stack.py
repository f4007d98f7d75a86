"""Starts the local stack in a process of its own, and ends it with all that it started."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from bench.load_processes import family, working_folder
from bench.load_serve import BLOCKS_FILE
from devkit.serving import LOOPBACK
from devkit.stack.decisions import parse_decision

ROOT = Path(__file__).parents[1]
START_SECONDS = 120.0
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.05


class StackFailed(Exception):
    """The stack did not start; the message is what it printed."""


class Stack(NamedTuple):
    """A stack that answers, its process and those of its functions by name."""

    gateway: str
    okta: str
    state: Path
    processes: dict[str, int]

    @property
    def key_folder(self) -> Path:
        """Where the local Okta keeps its keys."""
        return self.state / "okta-keys"

    def decisions(self) -> Counter[str]:
        """How many decisions the authorizer has logged, by code; `none` stands for somebody who was let in."""
        log = self.state / "logs" / "token_authorizer.log"
        lines = log.read_text(encoding="utf-8").splitlines()
        return Counter(decision.code or "none" for decision in map(parse_decision, lines) if decision)

    def blocks(self) -> list[int]:
        """How many blocks of memory Python had in use in the stack's process, each second since its start."""
        return [int(line) for line in (self.state / BLOCKS_FILE).read_text("ascii").splitlines()]


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """Start it on free ports, with its state in `folder`. Raises StackFailed."""
    output, state = folder / "output.txt", folder / "state"
    command = (sys.executable, "-m", "bench.load_serve", str(state))
    path = os.pathsep.join((str(ROOT), str(ROOT / "layers/okta_gateway/python")))
    with output.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        addresses = _await_addresses(process, output)
        # By address and not by name: a name would add its resolution to every connection.
        gateway = addresses["gateway"].replace("localhost", LOOPBACK)
        yield Stack(gateway, addresses["okta"], state, _named(process.pid))
    finally:
        _end(process)


def _await_addresses(process: subprocess.Popen[bytes], output: Path) -> dict[str, str]:
    """The last line of what it prints: warnings may come first."""
    until = time.monotonic() + START_SECONDS
    while not (text := output.read_text("utf-8")).endswith("}\n"):
        if process.poll() is not None or time.monotonic() > until:
            raise StackFailed(text)
        time.sleep(LOOK_SECONDS)
    addresses: dict[str, str] = json.loads(text.splitlines()[-1])
    return addresses


def _named(stack: int) -> dict[str, int]:
    return {
        "stack" if pid == stack else f"sandbox {working_folder(pid)}": pid
        for pid in sorted(family(stack), reverse=True)
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask first, as Ctrl-C would; then insist, on its functions too."""
    started = family(process.pid)
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        for pid in started:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)
