"""How a function's process starts, dies, runs out of time and is ended."""

import fcntl
import os
import time
from collections.abc import Callable
from typing import IO

import pytest

from devkit.gateway import lambda_function
from devkit.gateway.functions import FunctionError
from tests.e2e.lambda_function.made_functions import ECHO, Functions, invoke

STUBBORN = """
import os
import signal

def handler(event, context):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return os.getpid()
"""
STARTS_A_CHILD = """
import os
import subprocess
import sys
CHILD = "import fcntl, time; f = open('held', 'w'); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); time.sleep(60)"

def handler(event, context):
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE)
    child.stdout.readline()
    return os.getpid()
"""


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether a condition comes true within five seconds."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False


def locks(file: IO[str]) -> bool:
    """Whether nobody else holds a lock on the file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_sandbox_outlives_an_error(make: Functions) -> None:
    function = make(
        "import os\ndef handler(event, context):\n    if event: raise Exception('Unauthorized')\n    return os.getpid()"
    )
    before = invoke(function)
    with pytest.raises(FunctionError, match="Unauthorized"):
        invoke(function, {"fail": True})
    assert invoke(function) == before


@pytest.mark.parametrize(
    ("source", "handler", "error_type"),
    [
        pytest.param("import no_such_module", "app.handler", "Runtime.ImportModuleError", id="import"),
        pytest.param("1 / 0", "app.handler", "ZeroDivisionError", id="exception"),
        pytest.param("def handler(:", "app.handler", "Runtime.UserCodeSyntaxError", id="syntax"),
        pytest.param("", "app.handler", "Runtime.HandlerNotFound", id="no handler"),
        pytest.param("", "absent.handler", "Runtime.ImportModuleError", id="no module"),
        pytest.param("import os; os._exit(3)", "app.handler", "Runtime.ExitError", id="exit"),
    ],
)
def test_a_failing_start_is_the_invocations_error_and_is_tried_anew(
    make: Functions, source: str, handler: str, error_type: str
) -> None:
    function = make(source, handler=handler)
    with pytest.raises(FunctionError) as caught:
        invoke(function)
    assert caught.value.error_type == error_type
    (make.folder / f"{handler.partition('.')[0]}.py").write_text(
        "def handler(event, context):\n    return 'well'  # again"
    )
    assert invoke(function) == "well"


def test_a_start_that_takes_too_long_is_ended(make: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_function, "INIT_SECONDS", 0.3)
    with pytest.raises(FunctionError) as caught:
        invoke(make("import time; time.sleep(60)"))
    assert caught.value.error_type == "Sandbox.Timedout"


def test_a_function_out_of_time_is_ended_and_the_next_event_gets_a_new_sandbox(make: Functions) -> None:
    source = (
        "import os, time\ndef handler(event, context):\n    time.sleep(event.get('seconds', 0))\n    return os.getpid()"
    )
    function = make(source, timeout=0.5)
    first = invoke(function)
    with pytest.raises(FunctionError) as caught:
        invoke(function, {"seconds": 60})
    assert (caught.value.error_type, caught.value.message) == ("Sandbox.Timedout", "Task timed out after 0.50 seconds")
    assert not runs(first)
    assert invoke(function) != first


@pytest.mark.parametrize(
    ("end", "how"), [("os._exit(1)", "exit status 1"), ("os.kill(os.getpid(), 9)", "signal: SIGKILL")]
)
def test_a_function_that_dies_is_an_error_and_the_next_event_gets_a_new_sandbox(
    make: Functions, end: str, how: str
) -> None:
    function = make(f"import os\ndef handler(event, context):\n    if event: {end}\n    return 'alive'")
    with pytest.raises(FunctionError) as caught:
        invoke(function, {"die": True})
    assert (caught.value.error_type, caught.value.message) == (
        "Runtime.ExitError",
        f"Runtime exited with error: {how}",
    )
    assert invoke(function) == "alive"


def test_a_sandbox_that_died_between_events_is_replaced(make: Functions) -> None:
    function = make(ECHO)
    pid = invoke(function)["pid"]
    os.kill(pid, 9)
    assert eventually(lambda: not runs(pid))
    assert invoke(function)["pid"] != pid


def test_stopping_ends_the_process_and_what_it_started(make: Functions) -> None:
    function = make(STARTS_A_CHILD)
    pid = invoke(function)
    function.stop()
    assert not runs(pid)
    with (make.folder / "held").open("w") as file:
        assert eventually(lambda: locks(file))


def test_stopping_ends_a_function_that_does_not_want_to(make: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devkit.gateway.lambda_sandbox._PATIENCE", 0.1)
    function = make(STUBBORN)
    pid = invoke(function)
    function.stop()
    assert not runs(pid)


def test_a_stopped_function_starts_again_when_asked(make: Functions) -> None:
    function = make(ECHO)
    invoke(function)
    function.stop()
    function.stop()
    assert invoke(function)["calls"] == 1


def test_a_function_runs_in_a_process_group_of_its_own(make: Functions) -> None:
    """Ctrl-C in a terminal goes to a whole group; the sandbox is for the parent to end."""
    assert os.getpgid(invoke(make(ECHO))["pid"]) != os.getpgrp()


def test_a_started_function_has_its_sandbox_before_the_first_event(make: Functions) -> None:
    function = make("print('ready')\ndef handler(event, context): ...")
    function.start()
    assert eventually(lambda: "ready" in make.log.read_text())
