"""A Lambda function as the gateway sees it: how to invoke it, and what an invocation that failed looks like."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

ACCOUNT = "123456789012"
REGION = "us-east-1"


class FunctionError(Exception):
    """An invocation that ended in an error, in the shape Lambda's Invoke answers it.

    Source: AWS Lambda developer guide, "Understanding retry behavior" and the runtime API's ErrorRequest.
    """

    def __init__(self, error_type: str, message: str, stack_trace: tuple[str, ...] = ()) -> None:
        super().__init__(f"{error_type}: {message}" if error_type else message)
        self.error_type = error_type
        self.message = message
        self.stack_trace = stack_trace


class Function(Protocol):
    """One Lambda function, wherever it runs."""

    def invoke(self, event: Mapping[str, Any]) -> object:
        """Return the function's answer, as JSON gives it back. Raises FunctionError."""
        ...


@dataclass(frozen=True)
class FunctionDefinition:
    """A function as the template states it.

    `paths` are the Python folders that its layers put on the path; `python` is the command that runs it.
    """

    name: str
    handler: str
    code: Path
    paths: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 3.0
    memory_mb: int = 128
    python: tuple[str, ...] = (sys.executable,)

    @property
    def arn(self) -> str:
        """The ARN it has in the local account."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"


class InProcessFunction:
    """A handler called in this process, for tests: events and answers still pass through JSON, errors as on Lambda."""

    def __init__(self, handler: Callable[[Any, Any], object], context: object = None) -> None:
        self._handler = handler
        self._context = context

    def invoke(self, event: Mapping[str, Any]) -> object:
        """Return what the handler returns. Raises FunctionError for whatever the handler raises."""
        try:
            return json.loads(json.dumps(self._handler(json.loads(json.dumps(event)), self._context)))
        except Exception as error:
            raise FunctionError(type(error).__name__, str(error)) from error
