"""Functions made from source text, for tests to run."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from devkit.gateway.functions import FunctionDefinition
from devkit.gateway.lambda_function import LambdaFunction

ECHO = """
import os
import sys
calls = 0

def handler(event, context):
    global calls
    calls += 1
    return {"event": event, "calls": calls, "pid": os.getpid(), "environment": dict(os.environ), "path": sys.path,
            "request": context.aws_request_id, "arn": context.invoked_function_arn,
            "left": context.get_remaining_time_in_millis(), "memory": context.memory_limit_in_mb}
"""


class Functions:
    """Makes functions from source text and ends them."""

    def __init__(self, folder: Path, *, pure: bool) -> None:
        self.folder = folder
        self.log = folder / "log"
        self._pure = pure
        self._made: list[LambdaFunction] = []
        self._file = self.log.open("ab")

    def __call__(self, source: str, **settings: Any) -> LambdaFunction:
        (self.folder / "app.py").write_text(source)
        definition = FunctionDefinition("Echo", "app.handler", self.folder, timeout=10)
        function = LambdaFunction(replace(definition, **settings), self._file, pure_runtime_client=self._pure)
        self._made.append(function)
        return function

    def stop(self) -> None:
        for function in self._made:
            function.stop()
        self._file.close()


def invoke(function: LambdaFunction, event: dict[str, Any] | None = None) -> Any:
    return function.invoke(event or {})
