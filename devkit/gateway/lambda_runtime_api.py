"""The Lambda Runtime API on loopback, for one sandbox: hands out invocations and takes their results.

Source: AWS Lambda developer guide, "Using the Lambda runtime API". It is a hand-written HTTP/1.1 loop, not http.server,
because the benchmark measures a runtime through it and its own cost is part of what is measured.
"""

import json
import queue
import socketserver
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import Self

from devkit.gateway.functions import FunctionError

_PREFIX = "/2018-06-01/runtime/"
_ACCEPTED = (
    b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n" + b'{"status":"OK"}'
)
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass(eq=False)
class Invocation:
    """One event on its way through a runtime; its two times are readings of the server's clock, in seconds."""

    event: bytes
    function_arn: str
    deadline_ms: int
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    answer: Future[bytes] = field(default_factory=Future)
    delivered: Future[float] = field(default_factory=Future)
    answered_at: float = 0.0

    def fail(self, error: FunctionError) -> None:
        """End it with an error, unless it has already ended."""
        if not self.answer.done():
            self.answer.set_exception(error)

    @property
    def seconds(self) -> float:
        """From the moment the runtime was given the event until its result arrived; only for an answered one."""
        return self.answered_at - self.delivered.result(timeout=0)


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    body: bytes


class RuntimeApi:
    """A server for exactly one runtime process, which finds it by AWS_LAMBDA_RUNTIME_API = `address`."""

    def __init__(self, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._queue: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._unanswered: dict[str, Invocation] = {}
        self._over: FunctionError | None = None
        self._lock = threading.Lock()
        self.ready: Future[float] = Future()
        self._server = _Server(self)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, invocation: Invocation) -> None:
        """Queue it for the runtime's next request; several may wait and are handed out in order."""
        with self._lock:
            self._unanswered[invocation.request_id] = invocation
            over = self._over
        if over:
            invocation.fail(over)
        else:
            self._queue.put(invocation)

    def end(self, error: FunctionError) -> None:
        """The runtime is gone: fail what it has not answered, and whatever is still to be submitted."""
        with self._lock:
            self._over = self._over or error
            unanswered = list(self._unanswered.values())
            self._unanswered.clear()
            if not self.ready.done():
                self.ready.set_exception(self._over)
        for invocation in unanswered:
            invocation.fail(self._over)
        self._queue.put(None)

    def close(self) -> None:
        """Stop serving."""
        self.end(FunctionError("Runtime.ExitError", "The sandbox was stopped"))
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reply(self, request: _Request) -> bytes | None:
        """Return the whole HTTP response, or None when there is nothing left to say to this runtime."""
        arrived = self._clock()
        kind, _, rest = request.path.removeprefix(_PREFIX).partition("/")
        match (request.method, kind, rest):
            case ("GET", "invocation", "next"):
                return self._next(arrived)
            case ("POST", "init", "error"):
                self.end(_error(request.body))
                return _ACCEPTED
            case ("POST", "invocation", _):
                return self._result(rest, request.body, arrived)
        return _NOT_FOUND

    def _next(self, arrived: float) -> bytes | None:
        with self._lock:
            if not self.ready.done():
                self.ready.set_result(arrived)
        invocation = self._queue.get()
        if invocation is None:
            return None
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(invocation.event)}\r\n"
            f"Lambda-Runtime-Aws-Request-Id: {invocation.request_id}\r\n"
            f"Lambda-Runtime-Deadline-Ms: {invocation.deadline_ms}\r\n"
            f"Lambda-Runtime-Invoked-Function-Arn: {invocation.function_arn}\r\n\r\n"
        )
        response = head.encode() + invocation.event
        invocation.delivered.set_result(self._clock())
        return response

    def _result(self, rest: str, body: bytes, arrived: float) -> bytes:
        request_id, _, kind = rest.partition("/")
        with self._lock:
            invocation = self._unanswered.pop(request_id, None)
        if invocation is None or kind not in {"response", "error"}:
            return _NOT_FOUND
        invocation.answered_at = arrived
        if kind == "response":
            invocation.answer.set_result(body)
        else:
            invocation.fail(_error(body))
        return _ACCEPTED


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Connection)


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        try:
            while request := _read_request(self.rfile):
                response = self.server.api.reply(request)
                if response is None:
                    return
                self.wfile.write(response)
        except ConnectionError:
            return  # the runtime was killed; whoever watches its process says so


def _read_request(stream: BufferedIOBase) -> _Request | None:
    words = stream.readline().split()
    if len(words) != 3:
        return None
    length = 0
    while (line := stream.readline()) not in {b"\r\n", b""}:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return _Request(words[0].decode(), words[1].decode(), stream.read(length))


def _error(body: bytes) -> FunctionError:
    fields = json.loads(body)
    trace = tuple(str(line) for line in fields.get("stackTrace") or ())
    return FunctionError(str(fields.get("errorType", "")), str(fields.get("errorMessage", "")), trace)
