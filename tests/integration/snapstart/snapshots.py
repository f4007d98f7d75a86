"""A function around a snapshot: AWS's runtime client runs its hooks, and stands still where Lambda takes the snapshot.

Source of the two more paths of the Runtime API: `lambda_runtime_client.py` of awslambdaric, restore_next and
report_restore_error. The process goes on where Lambda would restore a copy of it, at another time in a changed world.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from devkit.gateway import lambda_sandbox
from devkit.gateway.functions import FunctionDefinition, FunctionError
from devkit.gateway.lambda_runtime_api import Invocation, RuntimeApi, _Request
from devkit.gateway.lambda_sandbox import Sandbox, _environment
from tests.integration.authorizer.invocation import token_event

ROOT = Path(__file__).parents[3]
LAYER = ROOT / "layers" / "okta_gateway" / "python"
SANDBOXED = Path(__file__).parent / "sandboxed"
SECONDS = 28
PATIENCE = 60
"""Seconds until a test gives up on a sandbox; nothing here takes more than a few."""
_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class WorldClock:
    """The real time and what a test has added to it, for whoever is told of it: here and in sandboxes, by a file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.pass_by(0)

    def __call__(self) -> float:
        return time.time() + float(self.file.read_text())

    def pass_by(self, seconds: float) -> None:
        ahead = float(self.file.read_text()) if self.file.exists() else 0.0
        written = self.file.with_suffix(".new")
        written.write_text(str(ahead + seconds))
        written.replace(self.file)


class SnapshotApi(RuntimeApi):
    """The Runtime API of a function with SnapStart."""

    def __init__(self) -> None:
        self.taken = threading.Event()
        self._restored = threading.Event()
        super().__init__()

    def restore(self) -> None:
        self._restored.set()

    def reply(self, request: _Request) -> bytes | None:
        if request.path.endswith("/runtime/restore/next"):
            self.taken.set()
            self._restored.wait(PATIENCE)
            return _OK
        return super().reply(request)

    def close(self) -> None:
        self._restored.set()
        super().close()


class Snapshot:
    """A process from its initialisation on; it stands at the snapshot until `restore`."""

    def __init__(self, sandbox: Sandbox, definition: FunctionDefinition, clock: WorldClock, log: Path) -> None:
        self._sandbox = sandbox
        self._api: SnapshotApi = sandbox.api  # type: ignore[assignment]
        self._definition = definition
        self._clock = clock
        self._log = log

    def await_taken(self) -> None:
        assert self._wait_until(self._api.taken.is_set), self.log()

    def restore(self) -> None:
        """Until the hooks have run and the function waits for its first event."""
        self._api.restore()
        assert self._wait_until(self._api.ready.done), self.log()

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """The function's answer. Raises FunctionError."""
        invocation = Invocation(
            event=json.dumps(event).encode(),
            function_arn=self._definition.arn,
            deadline_ms=int((self._clock() + SECONDS) * 1000),
        )
        self._api.submit(invocation)
        return json.loads(invocation.answer.result(PATIENCE))

    def log(self) -> str:
        return self._log.read_text()

    def lines(self) -> list[dict[str, Any]]:
        """The decisions in the log."""
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def imported_by_calls(self) -> list[list[str]]:
        """The modules that each call imported."""
        return [line.split()[1:] for line in self.log().splitlines() if line.startswith("imported:")]

    def was_left_open(self) -> bool:
        """Whether something connected was thrown away unclosed; what is on its way to the log by now counts."""
        return "Unclosed" in self.log()

    def connected_ports(self) -> set[int]:
        """The ports on loopback that the process is connected to, besides that of the Runtime API; Linux tells."""
        if not Path("/proc/self/net/tcp").exists():
            return set()
        own = {str(link.readlink()) for link in Path(f"/proc/{self._sandbox.pid}/fd").iterdir() if link.is_symlink()}
        table = Path(f"/proc/{self._sandbox.pid}/net/tcp").read_text().splitlines()[1:]
        rows = [line.split() for line in table]
        ports = {int(row[2].partition(":")[2], 16) for row in rows if f"socket:[{row[9]}]" in own}
        return ports - {int(self._api.address.rpartition(":")[2])}

    def _wait_until(self, condition: Any) -> bool:
        deadline = time.monotonic() + PATIENCE
        while self._sandbox.alive and time.monotonic() < deadline:
            if condition():
                return True
            time.sleep(0.01)
        return bool(condition() and self._sandbox.alive)


@contextmanager
def snapshot_of(function: str, settings: Mapping[str, str], clock: WorldClock, log: Path) -> Iterator[Snapshot]:
    """Publish a version of the function in folder `function`; the block begins when its snapshot has been taken."""
    definition = FunctionDefinition(
        name=function,
        handler="in_another_time.handler",
        code=ROOT / "functions" / function,
        paths=(SANDBOXED, LAYER),
        environment={**settings, "SECONDS_AHEAD": str(clock.file), "PYTHONWARNINGS": "default::ResourceWarning"},
        timeout=SECONDS,
    )
    with log.open("wb") as stream:
        with mock.patch.multiple(lambda_sandbox, RuntimeApi=SnapshotApi, _environment=_with_snapstart):
            sandbox = Sandbox(definition, stream)
        with sandbox:
            snapshot = Snapshot(sandbox, definition, clock, log)
            snapshot.await_taken()
            yield snapshot


def decides(authorizer: Snapshot, token: str) -> str:
    """The first effect of the policy, and else why there is none."""
    try:
        answer = authorizer.invoke(token_event(token))
    except FunctionError as error:
        return error.message
    return str(answer["policyDocument"]["Statement"][0]["Effect"])


def _with_snapstart(*args: Any, **options: Any) -> dict[str, str]:
    return _environment(*args, **options) | {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
