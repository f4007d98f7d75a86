"""The steps of make verify-aws that ask AWS: what they make of its answers."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import NoRegionError

from devkit.verify_aws import aws_steps
from devkit.verify_aws.deployed import DeployedGateway, Outcome
from devkit.verify_aws.steps import STEPS, run_step

OUTPUTS = {
    "rest_api_id": "abc1234567",
    "stage_name": "prod",
    "function_log_groups": {"token_authorizer": "/aws/lambda/a", "iam_api": "/aws/lambda/i"},
    "function_arns": {"token_authorizer": "arn:a"},
}
LOWER = {f"~1oauth2{path}/{method}": {"throttlingRateLimit": 20.0} for path in ("", "~1x") for method in "abcdefg"}


class Aws:
    """An AWS client that answers any call with the same value."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    def __getattr__(self, name: str) -> Callable[..., object]:
        return lambda **_: self._answer


def answer_of(name: str, monkeypatch: pytest.MonkeyPatch, answer: object, outputs: dict[str, Any] = OUTPUTS) -> Any:
    monkeypatch.setattr(aws_steps, "_client", lambda _: Aws(answer))
    monkeypatch.setattr(aws_steps, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(aws_steps, "LOG_SECONDS", 0.05)
    transport = httpx.MockTransport(lambda _: httpx.Response(401))
    with httpx.Client(transport=transport) as client:
        gateway = DeployedGateway("https://gateway.example.com", "/api/servers", client, outputs)
        return run_step(next(step for step in STEPS if step.name == name), gateway)


@pytest.mark.parametrize(
    ("step", "answer", "outcome"),
    [
        (
            "authorizer",
            {"items": [{"authorizerResultTtlInSeconds": 60, "identityValidationExpression": "^B"}]},
            Outcome.AS_ASSUMED,
        ),
        ("authorizer", {"items": [{"authorizerResultTtlInSeconds": 60}]}, Outcome.DIFFERENT),
        ("authorizer", {"items": []}, Outcome.DIFFERENT),
        ("limits", {"methodSettings": {"*/*": {"throttlingRateLimit": 1000.0}, **LOWER}}, Outcome.AS_ASSUMED),
        ("limits", {"methodSettings": {"*/*": {"throttlingRateLimit": 20.0}, **LOWER}}, Outcome.DIFFERENT),
        ("limits", {}, Outcome.DIFFERENT),
        ("raised-errors", {"events": [{}, {}]}, Outcome.AS_ASSUMED),
        ("raised-errors", {"events": [{}]}, Outcome.DIFFERENT),
        (
            "audit-log",
            {"logGroups": [{"logGroupName": "/aws/lambda/i", "deletionProtectionEnabled": True}]},
            Outcome.AS_ASSUMED,
        ),
        ("audit-log", {"logGroups": [{"logGroupName": "/aws/lambda/i"}]}, Outcome.DIFFERENT),
        ("versions", {"FunctionVersion": "7"}, Outcome.AS_ASSUMED),
        ("versions", {"FunctionVersion": "$LATEST"}, Outcome.DIFFERENT),
    ],
)
def test_an_answer_of_aws_is_judged(
    step: str, answer: object, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answer_of(step, monkeypatch, answer).outcome is outcome


@pytest.mark.parametrize("step", ["authorizer", "limits", "raised-errors", "audit-log", "versions"])
def test_without_outputs_a_step_says_what_it_needs(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answer_of(step, monkeypatch, {}, outputs={})
    assert answer.outcome is Outcome.NOT_RUN
    assert "terraform output -json" in answer.said


def test_without_a_region_a_step_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> object:
        raise NoRegionError

    monkeypatch.setattr(aws_steps, "_client", refuse)
    with httpx.Client() as client:
        gateway = DeployedGateway("https://gateway.example.com", "/api/servers", client, OUTPUTS)
        answer = run_step(next(step for step in STEPS if step.name == "limits"), gateway)
    assert (answer.outcome, "credentials, region?" in answer.said) == (Outcome.NOT_RUN, True)


def test_the_gateway_does_not_show_its_token() -> None:
    with httpx.Client() as client:
        assert "secret" not in repr(DeployedGateway("https://gateway.example.com", "/x", client, {}, "secret"))
