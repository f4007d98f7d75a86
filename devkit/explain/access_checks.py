"""What follows the verification: groups, rules, policy and answer, as the authorizer's handler has them."""

import json
from dataclasses import dataclass, field

from devkit.explain.authorizer_parts import AuthorizerParts, OpenAuthorizer
from devkit.explain.steps import Check
from okta_gateway.access.decision import FROM_STORE, FROM_TOKEN, Decision, PrincipalGroups
from okta_gateway.access.principal import Principal
from okta_gateway.access.scopes import AccessRules, MappedScopes
from okta_gateway.apigateway.events import StageArn
from okta_gateway.apigateway.responses import policy_answer

SOURCES = {FROM_TOKEN: "from the token", FROM_STORE: "from idp_m2m_clients"}


@dataclass
class AccessSubject:
    """A verified token on its way to an answer; each check adds what the next ones need."""

    token: str
    principal: Principal
    stage: StageArn
    parts: AuthorizerParts
    opened: OpenAuthorizer
    groups: PrincipalGroups = field(init=False)
    rules: AccessRules = field(init=False)
    scopes: MappedScopes = field(init=False)
    decision: Decision = field(init=False)

    def __repr__(self) -> str:
        return "AccessSubject(...)"


def _groups(subject: AccessSubject) -> str:
    subject.groups = subject.opened.groups_of(subject.principal)
    source = SOURCES.get(subject.groups.source, "found nowhere")
    return f"{counted(len(subject.groups.names), 'group')}, {source}"


def _rules(subject: AccessSubject) -> str:
    subject.rules = subject.parts.rules().rules
    subject.scopes = subject.rules.scopes_of(subject.groups.names)
    unknown = subject.scopes.unknown_groups
    return f"{counted(len(subject.scopes.names), 'scope')}" + (
        f"; {counted(unknown, 'group')} unknown to the rules" if unknown else ""
    )


def _policy(subject: AccessSubject) -> str:
    subject.decision, _ = subject.opened.authorizer.decide(subject.token, subject.stage.text)
    size = len(json.dumps(subject.decision.policy, separators=(",", ":")))
    return f"{size} of {subject.parts.limits.policy_max_bytes} bytes"


def _answer(subject: AccessSubject) -> str:
    answer = policy_answer(subject.decision)
    return f"{counted(len(answer['context']), 'value')} for the backend to read"


def _rights(subject: AccessSubject) -> str:
    if subject.decision.refusal:
        raise subject.decision.refusal
    return "the policy opens routes"


ACCESS_CHECKS: tuple[Check[AccessSubject], ...] = (
    Check("groups", "Groups", _groups),
    Check("rules", "Scopes", _rules),
    Check("policy", "Policy", _policy),
    Check("answer", "Backend headers", _answer),
    Check("rights", "Rights", _rights),
)


def counted(number: int, noun: str) -> str:
    """`1 group`, `2 groups`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
