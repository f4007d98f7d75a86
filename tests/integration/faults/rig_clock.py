"""Clocks to move: the time of the world, and the wall clock of one sandbox.

A sandbox is a process of its own, and Lambda has no way to set its clock. Here Python's `sitecustomize`, which the
interpreter imports before everything else, puts the hours on that the test writes into a file: the code that runs is
the one that is deployed.
"""

import struct
import time
from pathlib import Path

_AHEAD = struct.Struct("d")
_SITECUSTOMIZE = """
import mmap, pathlib, struct, time

with pathlib.Path(__file__).with_name("ahead").open("rb") as file:
    ahead = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
unmoved = time.time
time.time = lambda: unmoved() + struct.unpack("d", ahead)[0]
"""


class SandboxClock:
    """The wall clock of the sandboxes that have `folder` on their PYTHONPATH; it shows the real time at first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "ahead"
        self._file.write_bytes(_AHEAD.pack(0))
        (folder / "sitecustomize.py").write_text(_SITECUSTOMIZE)

    def put(self, ahead: float) -> None:
        """Let it be so many seconds ahead of the real time, or behind."""
        with self._file.open("r+b") as file:
            file.write(_AHEAD.pack(ahead))


class World:
    """The time that Okta and the gateway go by: the real one, and what the test let pass beyond it."""

    def __init__(self, sandbox_clock: SandboxClock) -> None:
        self._sandbox_clock = sandbox_clock
        self._ahead = 0.0
        self._sandbox_error = 0.0

    def __call__(self) -> float:
        return time.time() + self._ahead

    def pass_by(self, seconds: float) -> None:
        """Let time pass for everybody: the sandbox notices first, so that no token is from its future."""
        self._sandbox_clock.put(self._ahead + seconds + self._sandbox_error)
        self._ahead += seconds

    def set_sandbox_wrong(self, seconds: float) -> None:
        """Let the sandbox alone be so many seconds ahead of the world, or behind; 0 sets it right."""
        self._sandbox_error = seconds
        self._sandbox_clock.put(self._ahead + seconds)
