"""A Lambda function on a laptop: one sandbox at a time, started when it is needed and replaced when it dies."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import wait
from typing import IO, Any, Self

from devkit.gateway.functions import FunctionDefinition, FunctionError
from devkit.gateway.lambda_runtime_api import Invocation
from devkit.gateway.lambda_sandbox import Sandbox

INIT_SECONDS = 10.0  # AWS Lambda developer guide, "Lambda execution environment lifecycle": the init phase's limit


class LambdaFunction:
    """Runs a function under `awslambdaric`.

    Invocations wait for each other, as if the function had one sandbox; on Lambda a second one would get its own.
    What the function prints goes to `log`, or to this program's standard error.
    """

    def __init__(
        self,
        definition: FunctionDefinition,
        log: IO[bytes] | None = None,
        *,
        pure_runtime_client: bool = False,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.definition = definition
        self._log = log
        self._pure_runtime_client = pure_runtime_client
        self._wall_clock = wall_clock
        self._sandbox: Sandbox | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the sandbox ahead of the first event, as provisioned concurrency would."""
        with self._lock:
            self._live_sandbox()

    def invoke(self, event: Mapping[str, Any]) -> object:
        """Return the function's answer. Raises FunctionError: its own, or that it timed out, died or did not start."""
        with self._lock:
            sandbox = self._live_sandbox()
            self._await_init(sandbox)
            invocation = Invocation(
                event=json.dumps(event).encode(),
                function_arn=self.definition.arn,
                deadline_ms=int((self._wall_clock() + self.definition.timeout) * 1000),
            )
            sandbox.api.submit(invocation)
            return json.loads(self._answer(invocation))

    def stop(self) -> None:
        """End the sandbox, if there is one; a later event would start another."""
        with self._lock:
            self._discard()

    def _live_sandbox(self) -> Sandbox:
        if self._sandbox and not self._sandbox.alive:
            self._discard()
        if self._sandbox is None:
            self._sandbox = Sandbox(self.definition, self._log, pure_runtime_client=self._pure_runtime_client)
        return self._sandbox

    def _await_init(self, sandbox: Sandbox) -> None:
        if not wait([sandbox.api.ready], INIT_SECONDS).done:
            self._discard(at_once=True)
            raise _timed_out(INIT_SECONDS)
        if sandbox.api.ready.exception():
            self._discard(at_once=True)
            sandbox.api.ready.result()

    def _answer(self, invocation: Invocation) -> bytes:
        if not wait([invocation.answer], self.definition.timeout).done:
            self._discard(at_once=True)
            raise _timed_out(self.definition.timeout)
        return invocation.answer.result()

    def _discard(self, *, at_once: bool = False) -> None:
        sandbox, self._sandbox = self._sandbox, None
        if sandbox is None:
            return
        if at_once:
            sandbox.kill()
        sandbox.stop()


def _timed_out(seconds: float) -> FunctionError:
    return FunctionError("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds")
