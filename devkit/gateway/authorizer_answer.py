"""An authorizer's answer, validated as API Gateway does it.

Source: AWS developer guide, "Output from an API Gateway Lambda authorizer".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from devkit.gateway.iam_policy import statements

RESOURCE_CHARACTERS = 512  # the guide above: "the resource ARN ... is currently limited to 512 characters"
POLICY_BYTES = 8192  # quota of HTTP APIs, "authorizer response size"; that REST APIs have the same one is (unproven)


class MalformedAnswer(Exception):
    """The answer is not a principal with a policy and a flat context."""


@dataclass(frozen=True)
class Answer:
    """A valid answer; context values are strings, as integrations get them."""

    principal_id: str
    policy: Mapping[str, Any]
    context: Mapping[str, str]


def read_answer(answer: object) -> Answer:
    """Return the answer in types. Raises MalformedAnswer."""
    if not isinstance(answer, dict):
        raise MalformedAnswer("the answer is not an object")
    principal_id = answer.get("principalId")
    if not isinstance(principal_id, str) or not principal_id:
        raise MalformedAnswer("principalId is not a non-empty string")
    policy = answer.get("policyDocument")
    if not isinstance(policy, dict):
        raise MalformedAnswer("policyDocument is not an object")
    _validate_policy(policy)
    return Answer(principal_id, policy, _flat_context(answer.get("context")))


def _validate_policy(policy: dict[str, Any]) -> None:
    size = len(json.dumps(policy, separators=(",", ":")).encode())
    if size > POLICY_BYTES:
        raise MalformedAnswer(f"policyDocument has {size} bytes, more than {POLICY_BYTES}")
    if policy.get("Version") not in {"2012-10-17", "2008-10-17"}:
        raise MalformedAnswer("policyDocument has no known Version")
    if not policy.get("Statement"):
        raise MalformedAnswer("policyDocument has no Statement")
    for statement in statements(policy):
        _validate_statement(statement)


def _validate_statement(statement: object) -> None:
    if not isinstance(statement, dict) or not {"Effect", "Action", "Resource"} <= statement.keys():
        raise MalformedAnswer("a statement needs Effect, Action and Resource")
    if unknown := statement.keys() - {"Sid", "Effect", "Action", "Resource"}:
        raise MalformedAnswer(f"the local gateway does not evaluate {', '.join(sorted(unknown))} in a statement")
    if statement["Effect"] not in {"Allow", "Deny"}:
        raise MalformedAnswer("Effect is neither Allow nor Deny")
    for name in ("Action", "Resource"):
        if not _is_text_or_texts(statement[name]):
            raise MalformedAnswer(f"{name} is not a string or a list of strings")
    resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    if any(len(resource) > RESOURCE_CHARACTERS for resource in resources):
        raise MalformedAnswer(f"a Resource has more than {RESOURCE_CHARACTERS} characters")


def _is_text_or_texts(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _flat_context(context: object) -> dict[str, str]:
    if context is None:
        return {}
    if not isinstance(context, dict):
        raise MalformedAnswer("context is not an object")
    return {key: _as_text(key, value) for key, value in context.items()}


def _as_text(key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):  # and so a boolean
        return json.dumps(value)
    raise MalformedAnswer(f"context.{key} is not a string, a number or a boolean")
