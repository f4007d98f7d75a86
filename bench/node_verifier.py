"""aws-jwt-verify on Node, beside the verifiers of Python: installed by npm from a lock, asked for a round at a time."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from devkit.locks import ROOT

SOURCES = Path(__file__).with_name("node")
FOLDER = ROOT / ".local" / "bench-node"
STAMP = "okta-gateway.stamp"
INSTALL_SECONDS = 120


class NodeMissing(Exception):
    """aws-jwt-verify cannot run here; the message says why and what to do."""


class NodeRound(NamedTuple):
    """CPU seconds of one token in one round."""

    raw: float
    aws_jwt_verify: float


def install(folder: Path = FOLDER) -> Path:
    """Install what package-lock.json names, unless that is done; give the program. Raises NodeMissing."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise NodeMissing(f"aws-jwt-verify was left out: there is no {program} on PATH; install Node 18 or newer")
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(SOURCES.iterdir()))).hexdigest()
    stamp = folder / STAMP
    if not (stamp.is_file() and stamp.read_text(encoding="ascii") == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SOURCES, folder)
        _npm_ci(folder)
        stamp.write_text(wanted, encoding="ascii")
    return folder / "verify.mjs"


def _npm_ci(folder: Path) -> None:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        said = done.stderr.strip()[-300:] if done.returncode else ""
    except subprocess.TimeoutExpired:
        said = f"no answer in {INSTALL_SECONDS} s"
    if said:
        raise NodeMissing(f"aws-jwt-verify was left out: npm could not install it, check its registry setting. {said}")


class NodeVerifier:
    """A Node process that verifies some of the workload's tokens for each `round`."""

    def __init__(self, program: Path, workload: Path) -> None:
        self._process = subprocess.Popen(
            ["node", str(program), str(workload)],  # noqa: S607 the person's own Node
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=10)

    def round(self, first: int, count: int) -> NodeRound:
        """Verify `count` tokens from number `first` on.

        Raises NodeMissing when the process has ended; what it said is on standard error.
        """
        assert self._process.stdin and self._process.stdout  # noqa: S101, PT018 both are pipes
        try:
            self._process.stdin.write(f"{first} {first + count}\n")
            answer = json.loads(self._process.stdout.readline())
        except (OSError, ValueError):
            raise NodeMissing("aws-jwt-verify was left out: Node ended, and said why on the terminal") from None
        return NodeRound(answer["raw"] / 1e6, answer["awsJwtVerify"] / 1e6)
