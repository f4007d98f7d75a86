"""A Python environment of its own in .local: made from a hashed lock, once, and again when the lock changes.

For tools that pin versions which the product does not have, or that nobody should have in .venv.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from devkit.locks import FLAGS, ROOT
from devkit.supply_chain import COULD_NOT_CHECK

STAMP = "locked-environment.stamp"


class EnvironmentFailed(Exception):
    """An environment could not be made; the message says why and what to do."""


@dataclass(frozen=True)
class LockedEnvironment:
    """A folder with packages, the file that pins them, and the file that says what is wanted."""

    folder: Path
    lock: Path
    wanted: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def program(self, name: str) -> str:
        return str(self.folder / "bin" / name)

    def is_ready(self) -> bool:
        stamp = self.folder / STAMP
        return stamp.is_file() and stamp.read_text(encoding="utf-8") == self._fingerprint()

    def make(self) -> str:
        """Install what the lock names, unless that is done; say so. Raises EnvironmentFailed."""
        if self.is_ready():
            return "is there already"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.parent.mkdir(exist_ok=True)
        venv.create(self.folder, with_pip=True)
        command = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        done = _run([*command, "--require-hashes", "-r", str(self.lock)])
        if done.returncode:
            raise EnvironmentFailed(
                f"{self.lock.name} could not be installed: check your network, proxy or pip index setting"
                f" (pip config list), then run this again. pip said:\n{_end_of(done.stderr)}"
            )
        (self.folder / STAMP).write_text(self._fingerprint(), encoding="utf-8")
        return f"from {self.lock.name}"

    def is_fresh(self) -> bool:
        """Whether the lock is what `write_lock` would write now. Raises EnvironmentFailed."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(shutil.copy(self.lock, folder))
            replace(self, lock=copy).write_lock()
            return copy.read_bytes() == self.lock.read_bytes()

    def write_lock(self) -> None:
        """Resolve what is wanted, keeping the versions that stand there already. Raises EnvironmentFailed."""
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--python", sys.executable, *FLAGS]
        done = _run([*command, str(self.wanted), "--output-file", str(self.lock)])
        if done.returncode:
            raise EnvironmentFailed(f"{self.lock.name} could not be resolved. uv said:\n{_end_of(done.stderr)}")

    def _fingerprint(self) -> str:
        return f"{hashlib.sha256(self.lock.read_bytes()).hexdigest()} {sys.version} {self.folder}"


def lock_command(environments: Sequence[LockedEnvironment], module: str, arguments: Sequence[str]) -> int:
    """What `python -m module` does: write the locks again, or with `--check` only compare; give the exit status."""
    try:
        for environment in environments:
            if "--check" not in arguments:
                environment.write_lock()
                print(f"Wrote {environment.lock.name}.")
            elif not environment.is_fresh():
                print(f"{environment.lock.name} is not what {environment.wanted.name} gives: run python -m {module}.")
                return 1
    except EnvironmentFailed as error:
        print(error, file=sys.stderr)
        return COULD_NOT_CHECK if "--check" in arguments else 1
    return 0


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def _end_of(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-12:])
