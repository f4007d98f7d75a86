"""One sandbox and its Runtime API, as the benchmark uses them."""

import socket
import time
from pathlib import Path

import pytest

from devkit.gateway.functions import FunctionDefinition, FunctionError
from devkit.gateway.lambda_runtime_api import Invocation
from devkit.gateway.lambda_sandbox import Sandbox


def test_a_sandbox_takes_events_ahead_and_times_each(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def handler(event, context):\n    return event")
    definition = FunctionDefinition("Echo", "app.handler", tmp_path)
    with Sandbox(definition) as sandbox:
        deadline = int((time.time() + 10) * 1000)
        invocations = [Invocation(b"%d" % number, definition.arn, deadline) for number in range(5)]
        for invocation in invocations:
            sandbox.api.submit(invocation)
        assert [invocation.answer.result(10) for invocation in invocations] == [b"0", b"1", b"2", b"3", b"4"]
        assert all(0 < invocation.seconds < 10 for invocation in invocations)
        assert sandbox.spawned_at < sandbox.api.ready.result() <= invocations[0].delivered.result()


def test_an_event_for_a_stopped_sandbox_fails_at_once(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def handler(event, context): ...")
    definition = FunctionDefinition("Echo", "app.handler", tmp_path)
    with Sandbox(definition) as sandbox:
        sandbox.api.ready.result(10)
    late = Invocation(b"{}", definition.arn, 0)
    sandbox.api.submit(late)
    with pytest.raises(FunctionError, match=r"Runtime\.ExitError"):
        late.answer.result(0)


def test_the_runtime_api_knows_no_other_routes(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def handler(event, context): ...")
    with Sandbox(FunctionDefinition("Echo", "app.handler", tmp_path)) as sandbox:
        host, port = sandbox.api.address.split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET /2018-06-01/runtime/other HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 404 ")
