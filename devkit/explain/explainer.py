"""Explains what the authorizer decides: it decides first, for itself, and its steps are run one by one after that."""

import time
from collections.abc import Callable

from devkit.explain.access_checks import ACCESS_CHECKS, AccessSubject
from devkit.explain.authorizer_parts import AuthorizerParts, OpenAuthorizer, assemble
from devkit.explain.explanation import Explanation, Verdict
from devkit.explain.once import asked_once
from devkit.explain.routes import open_routes, scopes_by_group
from devkit.explain.steps import Check, Outcome, Step, Steps
from devkit.explain.token_checks import TOKEN_CHECKS, TokenSubject
from okta_gateway.access.decision import Decision
from okta_gateway.apigateway.events import StageArn, parse_authorizer_event
from okta_gateway.apigateway.responses import decision_context, policy_answer
from okta_gateway.errors import OktaGatewayError, TokenRefused, UnexpectedFailure


class Disagreement(Exception):
    """The steps do not lead to what the authorizer decided: the explanation would be wrong, so there is none."""

    def __init__(self, decided: OktaGatewayError | None, explained: OktaGatewayError | None) -> None:
        super().__init__(
            f"The authorizer says {_said(decided)}, its steps one by one say {_said(explained)}. This is a defect of"
            " the explanation: go by the authorizer's word, and please report this."
        )


class Explainer:
    """Explains the decisions of an authorizer that is made of `parts`, at `stage`."""

    def __init__(self, parts: AuthorizerParts, stage: StageArn, *, clock: Callable[[], float] = time.time) -> None:
        self._parts = parts
        self._stage = stage
        self._clock = clock

    def explain(self, authorization: str) -> Explanation:
        """Explain an Authorization header's value, from the event on. Raises Disagreement."""
        steps = Steps()
        header = _Header(authorization, self._stage)
        steps.run(HEADER_CHECKS, header)
        return self._explain(header.token, steps)

    def explain_token(self, token: str) -> Explanation:
        """Explain a bare token. Raises Disagreement."""
        return self._explain(token, Steps())

    def _explain(self, token: str, steps: Steps) -> Explanation:
        now = self._clock()
        parts = asked_once(self._parts, lambda: now)
        opened = assemble(parts, lambda: now)
        decision, decided = self._decide(opened, token, steps.failure)
        subject = TokenSubject(token, opened.profile_of, now)
        steps.run(TOKEN_CHECKS[:1], subject)
        steps.run(TOKEN_CHECKS[1:], subject, is_parsed=hasattr(subject, "jws"))
        access = None
        if steps.failure:
            steps.taken += [Step(check.name, check.title, Outcome.NOT_REACHED) for check in ACCESS_CHECKS]
        else:
            access = AccessSubject(token, subject.principal, self._stage, parts, opened)
            steps.run(ACCESS_CHECKS, access)
            if isinstance(steps.failure, TokenRefused):
                raise Disagreement(decided, None)
        if _said(decided) != _said(steps.failure):
            raise Disagreement(decided, steps.failure)
        return _explanation(decided, steps, now, access, decision)

    def _decide(
        self, opened: OpenAuthorizer, token: str, refused: OktaGatewayError | None
    ) -> tuple[Decision | None, OktaGatewayError | None]:
        """What the handler would log: the decision, and the error unless it lets the caller in."""
        if refused:
            return None, refused
        try:
            decision, _ = opened.authorizer.decide(token, self._stage.text)
            policy_answer(decision)
        except OktaGatewayError as error:
            return None, error
        except Exception as error:  # noqa: BLE001 a defect, as the handler takes it
            return None, UnexpectedFailure.of(error)
        return decision, decision.refusal


def authorization_of(text: str) -> str:
    """The header's value from what somebody pastes: a token, `Bearer TOKEN`, or the whole header line."""
    value = text.strip()
    name, colon, rest = value.partition(":")
    if colon and name.strip().lower() == "authorization":
        value = rest.strip()
    return value if " " in value else f"Bearer {value}"


class _Header:
    """An Authorization header on its way to a token."""

    def __init__(self, authorization: str, stage: StageArn) -> None:
        self._event = {"type": "TOKEN", "methodArn": f"{stage.text}/GET/", "authorizationToken": authorization}
        self.token = ""

    def read(self) -> str:
        self.token = parse_authorizer_event(self._event).token
        return "one value, scheme Bearer"


HEADER_CHECKS = (Check[_Header]("authorization", "Authorization header", _Header.read),)


def _explanation(
    decided: OktaGatewayError | None,
    steps: Steps,
    now: float,
    access: AccessSubject | None,
    decision: Decision | None,
) -> Explanation:
    verdict, taken = Verdict.of(decided), tuple(steps.taken)
    if access is None:
        return Explanation(verdict, taken, now)
    if decision is None:
        return Explanation(verdict, taken, now, access.principal)
    groups = scopes_by_group(access.rules, decision.groups.names)
    return Explanation(
        verdict,
        taken,
        now,
        decision.principal,
        decision.groups.source,
        groups,
        decision.scopes.names,
        open_routes(access.rules, groups),
        decision.policy,
        decision_context(decision),
    )


def _said(error: OktaGatewayError | None) -> str:
    return str(error) if error else "allowed"
