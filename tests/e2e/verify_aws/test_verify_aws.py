"""make verify-aws against the local stack: what it asks by request, and what it says where it lacks something."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from devkit.verify_aws.__main__ import main
from devkit.verify_aws.deployed import DeployedGateway, Outcome
from devkit.verify_aws.steps import STEPS, run_step
from tests.e2e.stack.stack_process import StackProcess, running_stack_process

LOCAL = {
    "allowed": Outcome.AS_ASSUMED,
    "challenge": Outcome.AS_ASSUMED,
    "preflight": Outcome.AS_ASSUMED,
    "two-headers": Outcome.AS_ASSUMED,
    "long-head": Outcome.AS_ASSUMED,
    "foreign-method": Outcome.AS_ASSUMED,
    "deny-text": Outcome.AS_ASSUMED,
    "encoded-path": Outcome.AS_ASSUMED,
    "sign-in-slash": Outcome.AS_ASSUMED,
    "well-known": Outcome.AS_ASSUMED,
}
"""The local gateway does what we assume of AWS; the other steps need AWS or a person."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    with running_stack_process(tmp_path_factory.mktemp("verify-aws")) as running:
        yield running


@pytest.fixture(scope="module")
def token(stack: StackProcess) -> str:
    okta = f"http://127.0.0.1:{stack.ports()[1]}"
    answer = httpx.post(f"{okta}/_standin/tokens", json={"user": "pat@example.com"})
    return str(answer.json()["token"])


@pytest.mark.parametrize("step", [step for step in STEPS if step.name in LOCAL], ids=lambda step: step.name)
def test_a_request_finds_the_local_gateway_as_assumed(stack: StackProcess, token: str, step: object) -> None:
    chosen = next(one for one in STEPS if one == step)
    with httpx.Client(timeout=30) as client:
        gateway = DeployedGateway(f"http://localhost:{stack.port}", "/api/servers", client, {}, token)
        answer = run_step(chosen, gateway)
    assert (answer.outcome, answer.said) == (LOCAL[chosen.name], answer.said)


def test_every_step_gets_a_line(
    stack: StackProcess, token: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VERIFY_TOKEN", token)
    assert main(["--url", f"http://localhost:{stack.port}"]) == 0
    printed = capsys.readouterr().out
    assert [step.name for step in STEPS if f"\n{step.name} " not in f"\n{printed}"] == []
    assert "needs Terraform's output rest_api_id" in printed
    assert token not in printed


def test_a_difference_is_told_and_fails(stack: StackProcess, capsys: pytest.CaptureFixture[str]) -> None:
    """Another stack than ours: its answers are not those of the gateway."""
    backend = f"http://127.0.0.1:{stack.ports()[2]}"
    assert main(["--url", backend]) == 1
    assert "different" in capsys.readouterr().out


def test_without_a_token_the_steps_that_need_one_say_so(
    stack: StackProcess, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("VERIFY_TOKEN", raising=False)
    assert main(["--url", f"http://localhost:{stack.port}"]) == 0
    assert "set VERIFY_TOKEN to an access token of somebody who may GET /api/servers" in capsys.readouterr().out


def test_an_address_that_nobody_answers_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "http://127.0.0.1:9"]) == 2
    assert "did not answer" in capsys.readouterr().err


def test_no_address_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Where is the gateway?" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", '{"api_url": "x"}'], ids=["empty", "a list", "no values"])
def test_a_file_that_terraform_did_not_write(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = tmp_path / "outputs.json"
    outputs.write_text(text, encoding="utf-8")
    assert main(["--outputs", str(outputs)]) == 2
    assert "terraform output -json" in capsys.readouterr().err


def test_the_address_comes_from_the_outputs(
    stack: StackProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VERIFY_TOKEN", raising=False)
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps({"api_url": {"value": f"http://localhost:{stack.port}"}}), encoding="utf-8")
    assert main(["--outputs", str(outputs)]) == 0
