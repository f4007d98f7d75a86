"""The stack as a person starts it: a process of its own, watched from outside."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
READY = "Ctrl-C ends everything"
DEADLINE = 40.0  # seconds


@dataclass
class StackProcess:
    """A `python -m devkit.stack run` that is ready, and all that it started."""

    process: subprocess.Popen[bytes]
    output: Path
    port: int
    family: set[int]

    def text(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def ports(self) -> list[int]:
        """The ports that it printed: gateway, Okta and backend."""
        addresses = [line.split()[1] for line in self.text().splitlines() if "  http" in line]
        return [int(address.split(":")[2].partition("/")[0]) for address in addresses]

    def wait_until_nothing_is_left(self) -> None:
        self.process.wait(DEADLINE)
        until(lambda: not any(map(is_running, self.family)), f"one of {self.family} still runs")
        until(lambda: not any(map(is_open, self.ports())), f"one of the ports {self.ports()} is still open")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "devkit.stack", *arguments]


HEARING_HANGUPS = (
    sys.executable,
    "-c",
    "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])",
)
"""Runs a command as a terminal does, even when the tests themselves run under nohup."""


@contextmanager
def running_stack_process(
    folder: Path, settings: str = "", *arguments: str, stage_path: str = ""
) -> Iterator[StackProcess]:
    """Start the stack on a free port, with its state in `folder`; kill what is left of it at the end."""
    port = free_port()
    env_file = folder / ".env"
    env_file.write_text(f"GATEWAY_URL=http://localhost:{port}{stage_path}\n{settings}", encoding="utf-8")
    output = folder / "output.txt"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [
                *HEARING_HANGUPS,
                *command("run", "--env-file", str(env_file), "--state", str(folder / "state"), *arguments),
            ],
            cwd=ROOT,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    stack = StackProcess(process, output, port, set())
    try:
        until(lambda: READY in stack.text() or process.poll() is not None, "the stack did not start")
        assert process.poll() is None, stack.text()
        stack.family = descendants(process.pid)
        yield stack
    finally:
        for pid in {process.pid, *stack.family}:
            end(pid)
        process.wait(DEADLINE)


def descendants(ancestor: int) -> set[int]:
    """The processes below one, however deep."""
    table = subprocess.check_output(["ps", "-A", "-o", "pid=,ppid="], text=True)
    parents = {int(pid): int(parent) for pid, parent in map(str.split, table.splitlines())}
    found: set[int] = set()
    while new := {pid for pid, parent in parents.items() if parent in {ancestor, *found}} - found:
        found |= new
    return {pid for pid in found if is_running(pid)}


def is_running(pid: int) -> bool:
    """Whether the process exists and is more than an exit status that nobody collected."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.strip().startswith("Z")


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def until(condition: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


def end(pid: int) -> None:
    if is_running(pid):
        os.kill(pid, 9)
