"""IAM's evaluation of a policy document for execute-api:Invoke, as API Gateway does it with an authorizer's answer."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

INVOKE = "execute-api:Invoke"


class Decision(Enum):
    """The outcome for one resource. Source: IAM user guide, "Policy evaluation logic"."""

    ALLOWED = "allowed"
    EXPLICITLY_DENIED = "explicit deny"
    IMPLICITLY_DENIED = "implicit deny"


def is_allowed(policy: Mapping[str, Any], arn: str) -> bool:
    """Whether the policy document lets its holder invoke the method with this ARN."""
    return evaluate(policy, arn) is Decision.ALLOWED


def evaluate(policy: Mapping[str, Any], arn: str) -> Decision:
    """Deny over Allow, and no match is a deny; the order of statements means nothing."""
    effects = {str(statement["Effect"]) for statement in statements(policy) if _applies(statement, arn)}
    if "Deny" in effects:
        return Decision.EXPLICITLY_DENIED
    return Decision.ALLOWED if "Allow" in effects else Decision.IMPLICITLY_DENIED


def statements(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statements; IAM takes a single one without a list, as it does with actions and resources."""
    return list(_listed(policy["Statement"]))


def _applies(statement: Mapping[str, Any], arn: str) -> bool:
    # Actions are compared without case, resources with it. Source: IAM user guide, "Action" and "Resource" elements.
    actions = any(_pattern(action.lower()).fullmatch(INVOKE.lower()) for action in _listed(statement["Action"]))
    return actions and any(_pattern(resource).fullmatch(arn) for resource in _listed(statement["Resource"]))


def _listed(value: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
    yield from value if isinstance(value, list) else [value]


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    """`*` is any text and `?` any character, slashes included; `${*}`, `${?}` and `${$}` are the characters themselves.

    Another policy variable has no value here and so matches nothing; that API Gateway does the same is (unproven).
    Source: IAM user guide, "Policy elements: variables and tags".
    """
    parts = re.findall(r"\$\{[^}]*\}|\*+|.", text, re.DOTALL)
    return re.compile("".join(_translated(part) for part in parts), re.DOTALL)


def _translated(part: str) -> str:
    if part in {"${*}", "${?}", "${$}"}:
        return re.escape(part[2])
    if len(part) > 1 and part.startswith("${"):
        return "(?!)"
    if part.startswith("*"):
        return ".*"
    return "." if part == "?" else re.escape(part)
