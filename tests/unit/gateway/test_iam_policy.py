"""IAM's evaluation of a policy: the reference that property tests elsewhere compare with."""

import pytest

from devkit.gateway.iam_policy import Decision, evaluate, is_allowed

ARN = "arn:aws:execute-api:us-east-1:123456789012:local/local/GET/api/servers"
API = "arn:aws:execute-api:us-east-1:123456789012:local/local"


def statement(effect: str, *resources: str, action: str = "execute-api:Invoke") -> dict[str, object]:
    return {"Effect": effect, "Action": action, "Resource": list(resources)}


def policy(*statements: dict[str, object]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("resource", "path", "expected"),
    [
        pytest.param("/GET/api/servers", "/GET/api/servers", True, id="the same text"),
        pytest.param("/GET/api/servers", "/GET/api/servers/", False, id="a slash more"),
        pytest.param("/GET/api/servers", "/GET/API/servers", False, id="case counts"),
        pytest.param("/GET/api/*", "/GET/api/a/b/c", True, id="a star crosses slashes"),
        pytest.param("/GET/api/*", "/GET/api/", True, id="a star is also nothing"),
        pytest.param("/GET/api/*", "/GET/api", False, id="the slash before a star counts"),
        pytest.param("/*/api", "/GET/x/api", True, id="a star in the middle crosses slashes"),
        pytest.param("/GET/a?c", "/GET/abc", True, id="a question mark is one character"),
        pytest.param("/GET/a?c", "/GET/a/c", True, id="a question mark may be a slash"),
        pytest.param("/GET/a?c", "/GET/ac", False, id="a question mark is never nothing"),
        pytest.param("/GET/a.c", "/GET/abc", False, id="a dot is a dot"),
        pytest.param("/GET/[ab]", "/GET/a", False, id="no brackets"),
        pytest.param("/GET/${*}", "/GET/*", True, id="an escaped star is a star"),
        pytest.param("/GET/${*}", "/GET/a", False, id="an escaped star is nothing else"),
        pytest.param("/GET/${aws:username}", "/GET/ada", False, id="a variable without a value matches nothing"),
        pytest.param("/GET/${aws:username}", "/GET/${aws:username}", False, id="not even itself"),
        pytest.param("/GET/$x", "/GET/$x", True, id="a lone dollar is a dollar"),
        pytest.param("/GET/*", "/GET/a\nb", True, id="a star is also a line break"),
    ],
)
def test_a_resource_matches_as_iam_does(resource: str, path: str, expected: bool) -> None:
    assert is_allowed(policy(statement("Allow", API + resource)), API + path) is expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [("execute-api:Invoke", True), ("EXECUTE-API:invoke", True), ("execute-api:*", True), ("*", True), ("s3:*", False)],
)
def test_an_action_matches_without_case(action: str, expected: bool) -> None:
    assert is_allowed(policy(statement("Allow", "*", action=action)), ARN) is expected


@pytest.mark.parametrize(
    ("statements", "decision"),
    [
        pytest.param([statement("Allow", "*")], Decision.ALLOWED, id="allow"),
        pytest.param([statement("Deny", "*")], Decision.EXPLICITLY_DENIED, id="deny"),
        pytest.param([statement("Allow", f"{API}/POST/*")], Decision.IMPLICITLY_DENIED, id="no match"),
        pytest.param([statement("Allow", "*"), statement("Deny", ARN)], Decision.EXPLICITLY_DENIED, id="deny is last"),
        pytest.param([statement("Deny", ARN), statement("Allow", "*")], Decision.EXPLICITLY_DENIED, id="deny is first"),
        pytest.param([statement("Allow", ARN), statement("Deny", f"{ARN}/x")], Decision.ALLOWED, id="deny of another"),
        pytest.param([statement("Allow", f"{API}/PUT/x", ARN)], Decision.ALLOWED, id="second resource of a list"),
    ],
)
def test_a_deny_wins_and_silence_is_a_deny(statements: list[dict[str, object]], decision: Decision) -> None:
    assert evaluate(policy(*statements), ARN) is decision


def test_a_single_statement_needs_no_list() -> None:
    single = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": ARN}}
    assert is_allowed(single, ARN)
