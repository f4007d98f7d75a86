"""One Lambda sandbox on a laptop: AWS's own Python runtime client in a process, in the environment Lambda gives it."""

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Self

from devkit.gateway.functions import REGION, FunctionDefinition, FunctionError
from devkit.gateway.lambda_runtime_api import RuntimeApi

_PURE_PYTHON = Path(__file__).parent / "pure_python"
_PATIENCE = 2.0  # seconds between asking a process to end and ending it


class Sandbox:
    """A running function. Times are readings of time.perf_counter(), in seconds."""

    def __init__(
        self, function: FunctionDefinition, log: IO[bytes] | None = None, *, pure_runtime_client: bool = False
    ) -> None:
        self.api = RuntimeApi()
        pure = pure_runtime_client or importlib.util.find_spec("runtime_client") is None
        self.spawned_at = time.perf_counter()
        self._process = subprocess.Popen(
            [*function.python, "-m", "awslambdaric", function.handler],
            cwd=function.code,
            env=_environment(function, self.api.address, pure_runtime_client=pure),
            stdin=subprocess.DEVNULL,
            stdout=log or sys.stderr,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that Ctrl-C reaches this program, which then stops the sandbox in order
        )
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        if self._process.poll() is not None:
            return False
        # While the watcher waits for its end, poll() says so even of a process that has just gone.
        try:
            os.kill(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def stop(self) -> None:
        """End the process and what it started: ask first, then insist."""
        self._signal(signal.SIGTERM)
        self._watcher.join(_PATIENCE)
        if self._watcher.is_alive():
            self.kill()
        self.api.close()

    def kill(self) -> None:
        """End the process at once, as Lambda does with one that is out of time."""
        self._signal(signal.SIGKILL)
        self._watcher.join()

    def _signal(self, number: signal.Signals) -> None:
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _watch(self) -> None:
        status = self._process.wait()
        how = f"signal: {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        self.api.end(FunctionError("Runtime.ExitError", f"Runtime exited with error: {how}"))


def _environment(function: FunctionDefinition, address: str, *, pure_runtime_client: bool) -> dict[str, str]:
    """Lambda's variables, then the template's; nothing of ours but the search path for programs.

    Source: AWS Lambda developer guide, "Defined runtime environment variables". AWS_SAM_LOCAL is how `sam local` lets a
    function know that it is not on AWS.
    """
    paths = [str(_PURE_PYTHON)] if pure_runtime_client else []
    paths += [str(path) for path in (function.code, *function.paths)]
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(paths),
        "AWS_SAM_LOCAL": "true",
        **function.environment,
        "_HANDLER": function.handler,
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "LAMBDA_TASK_ROOT": str(function.code),
        "LAMBDA_RUNTIME_DIR": str(Path(function.python[0]).parent),
    }
