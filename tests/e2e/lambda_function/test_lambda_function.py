"""Functions under AWS's own runtime client, each in a process of its own: what they get, and what comes back."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from devkit.gateway.functions import FunctionError
from tests.e2e.lambda_function.made_functions import ECHO, Functions, invoke

LOGS = """
import logging
import sys

def handler(event, context):
    print("out")
    print("err", file=sys.stderr)
    logging.warning("logged")
"""


def test_a_function_answers_again_and_again_from_one_sandbox(make: Functions) -> None:
    function = make(ECHO)
    first, second = invoke(function, {"name": "Zoë"}), invoke(function)
    assert first["event"] == {"name": "Zoë"}
    assert (first["calls"], second["calls"]) == (1, 2)
    assert first["pid"] == second["pid"] != os.getpid()
    assert first["request"] != second["request"]


def test_a_function_knows_its_place(make: Functions) -> None:
    answer = invoke(make(ECHO, memory_mb=512))
    assert answer["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:Echo"
    assert answer["memory"] == "512"
    assert 0 < answer["left"] <= 10_000


def test_the_environment_is_lambdas_and_the_templates_and_nothing_of_ours(
    make: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    environment = invoke(make(ECHO, environment={"OKTA_DOMAIN": "dev-1.okta.com", "AWS_REGION": "eu-west-1"}))[
        "environment"
    ]
    assert environment["OKTA_DOMAIN"] == "dev-1.okta.com"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "Echo"
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128"
    assert environment["LAMBDA_TASK_ROOT"] == str(make.folder)
    assert environment["_HANDLER"] == "app.handler"
    assert environment["AWS_REGION"] == "us-east-1", "a template cannot set what Lambda reserves"
    assert "AWS_PROFILE" not in environment


def test_a_layers_folder_is_on_the_path(make: Functions, tmp_path: Path) -> None:
    layer = tmp_path / "layer" / "python"
    layer.mkdir(parents=True)
    (layer / "in_a_layer.py").write_text("VALUE = 7")
    source = "import in_a_layer\ndef handler(event, context):\n    return in_a_layer.VALUE"
    assert invoke(make(source, paths=(layer,))) == 7


def test_an_error_has_type_message_and_trace(make: Functions) -> None:
    function = make("def handler(event, context):\n    raise ValueError('no such group')")
    with pytest.raises(FunctionError) as caught:
        invoke(function)
    assert (caught.value.error_type, caught.value.message) == ("ValueError", "no such group")
    assert "line 2, in handler" in caught.value.stack_trace[0]


def test_what_a_function_prints_and_logs_is_in_its_log(make: Functions) -> None:
    function = make(LOGS)
    invoke(function)
    function.stop()
    text = make.log.read_text()
    assert "out\n" in text
    assert "err\n" in text
    assert "[WARNING]" in text
    assert "logged\n" in text


def test_events_from_many_threads_are_each_answered(make: Functions) -> None:
    function = make(ECHO)
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda n=n: answers.append(invoke(function, {"n": n}))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer["event"]["n"] for answer in answers) == list(range(8))
    assert sorted(answer["calls"] for answer in answers) == list(range(1, 9))


def test_a_large_event_and_a_large_answer_pass(make: Functions) -> None:
    text = "é" * 300_000
    assert invoke(make("def handler(event, context):\n    return event"), {"text": text}) == {"text": text}
