"""Explain tokens of tests.tokens at tests.tokens.NOW, by parts that a test may change."""

from collections.abc import Callable, Mapping
from typing import Any

from devkit.explain import AuthorizerParts, Explainer, Explanation, Outcome
from okta_gateway.access.decision import Limits
from okta_gateway.access.groups import ClientGroups
from okta_gateway.access.rules import fixed_rules
from okta_gateway.access.scopes import validate_rules
from okta_gateway.apigateway.events import parse_stage_arn
from okta_gateway.tokens.issuer import IssuerProfile
from tests.tokens import MACHINE_CLIENT_ID, NOW, okta_profile

STAGE = parse_stage_arn("arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/")
RULES: Mapping[str, Mapping[str, list[str]]] = {
    "groups": {"registry-admins": ["admin"], "readers": ["read", "list"], "idle": ["nothing"]},
    "permissions": {"admin": ["ANY /*"], "read": ["GET /api/servers/*"], "list": ["GET /api/servers"], "nothing": []},
}
REGISTERED = {MACHINE_CLIENT_ID: ("readers",), "0oa-empty": ()}


def parts(
    *profiles: IssuerProfile,
    rules: Mapping[str, Any] = RULES,
    find: Callable[[str], tuple[str, ...] | None] | None = REGISTERED.get,
    limits: Limits = Limits(8192, allow_encoded_slash=False),  # noqa: B008 immutable
) -> AuthorizerParts:
    """An authorizer's parts: the profiles (default: the custom authorization server's), rules and lookups."""
    return AuthorizerParts(
        profiles=profiles or (okta_profile(),),
        rules=fixed_rules(validate_rules(rules, ".".join)),
        client_groups=ClientGroups(find) if find else None,
        limits=limits,
    )


def explain(token: str, made_of: AuthorizerParts | None = None, *, now: float = NOW) -> Explanation:
    """The explanation of a bare token."""
    return Explainer(made_of or parts(), STAGE, clock=lambda: now).explain_token(token)


def outcomes(explanation: Explanation) -> dict[str, Outcome]:
    """What became of each step, by its name."""
    return {step.name: step.outcome for step in explanation.steps}


def failed_step(explanation: Explanation) -> tuple[str, str]:
    """Name and code of the step that decided."""
    (step,) = (step for step in explanation.steps if step.outcome is Outcome.FAILED)
    return step.name, step.code
