"""The seven stations of a token's path, as the picture shows them: what the explanation's steps amount to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from devkit.cli.asked_route import LOCAL_STAGE_ARN, AskedRoute, parse_stage
from devkit.explain import Explanation, Outcome, Step
from devkit.explain.access_checks import ACCESS_CHECKS, counted
from devkit.explain.explainer import HEADER_CHECKS
from devkit.explain.token_checks import TOKEN_CHECKS
from okta_gateway.access.principal import MACHINE

STAGE = parse_stage(LOCAL_STAGE_ARN)
ANSWER = "answer"
STATIONS = {
    "token": "Token",
    "checks": "Checks",
    "groups": "Groups",
    "scopes": "Scopes",
    "routes": "Routes",
    "policy": "Policy",
    ANSWER: "Answer",
}
STATION_OF: Mapping[str, str] = {
    **{check.name: "token" for check in HEADER_CHECKS},
    **{check.name: "checks" for check in TOKEN_CHECKS},
    **{check.name: check.name for check in ACCESS_CHECKS},
    TOKEN_CHECKS[0].name: "token",
    "rules": "scopes",
    "rights": "routes",
}
"""The station that each step of an explanation belongs to."""
REQUEST_DENIED = "route_not_open"


class State(StrEnum):
    """What became of a station."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


class Station(NamedTuple):
    """A station, and in a few words what was found there."""

    name: str
    title: str
    state: State
    found: str


class Stop(NamedTuple):
    """Where the path ended, why, and what to do."""

    station: str
    title: str
    code: str
    reason: str
    fix: str


class Way(NamedTuple):
    """An explanation, and the request that was asked about, if one was; `status` is what its sender got."""

    explanation: Explanation
    route: AskedRoute | None = None
    status: int | None = None

    @property
    def denied(self) -> AskedRoute | None:
        """The request, if the token is good and its policy does not open this one."""
        policy = self.explanation.policy
        if self.explanation.verdict.outcome != "allowed" or policy is None or self.route is None:
            return None
        return None if self.route.is_open(policy, STAGE) else self.route

    @property
    def expected_status(self) -> int | None:
        """What the gateway answers to this; None where the backend does."""
        if self.denied:
            return 403
        if self._asks_who_they_are:
            return None
        return self.explanation.verdict.status

    @property
    def _asks_who_they_are(self) -> bool:
        """Without rights one request passes all the same: whoami."""
        explanation = self.explanation
        if explanation.verdict.outcome != "no_rights" or explanation.policy is None or self.route is None:
            return False
        return self.route.is_open(explanation.policy, STAGE)


def stop_of(way: Way, opened_by: tuple[str, ...] = ()) -> Stop | None:
    """Where the path ended; None for one that leads to the backend. `opened_by` are groups that open the request."""
    for step in way.explanation.steps:
        if step.outcome is Outcome.FAILED:
            return Stop(STATION_OF[step.name], step.title, step.code, step.detail, step.advice)
    if way.denied is None:
        return None
    groups = f"These groups open it: {', '.join(opened_by)}." if opened_by else "No group in the access rules opens it."
    return Stop(
        ANSWER,
        "This request",
        REQUEST_DENIED,
        f"the policy does not open {way.denied}",
        f"{groups} Put the caller into one in Okta, or give a scope of theirs the route in scopes.yml.",
    )


def stations_of(way: Way | None) -> list[Station]:
    """The stations in their order; without a way they are all still ahead."""
    if way is None:
        return [Station(name, title, State.NOT_REACHED, "") for name, title in STATIONS.items()]
    stations = [Station(name, title, *_state_and_find(way, name)) for name, title in STATIONS.items()]
    if way.denied:
        stations[-1] = stations[-1]._replace(state=State.FAILED, found="403 for this request")
    return stations


def _state_and_find(way: Way, name: str) -> tuple[State, str]:
    steps = [step for step in way.explanation.steps if STATION_OF[step.name] == name]
    state = _state(steps)
    if name == ANSWER and state is not State.FAILED:
        return _answer(way)
    if state is State.FAILED:
        return state, next(step.title for step in steps if step.outcome is Outcome.FAILED) if len(steps) > 1 else ""
    return state, _found(way.explanation, name, steps) if state is State.PASSED else ""


def _state(steps: list[Step]) -> State:
    outcomes = {step.outcome for step in steps}
    if Outcome.FAILED in outcomes:
        return State.FAILED
    return State.PASSED if Outcome.PASSED in outcomes else State.NOT_REACHED


def _answer(way: Way) -> tuple[State, str]:
    """Only what leads to the backend is a station that was passed; a refusal is the end of the road before."""
    if status := way.expected_status:
        return State.NOT_REACHED, str(status)
    return State.PASSED, "to the backend"


def _found(explanation: Explanation, name: str, steps: list[Step]) -> str:
    if name == "token":
        return _holder(explanation)
    if name == "checks":
        return f"{len(steps)} passed"
    if name == "routes":
        return f"{counted(len([route for route in explanation.routes if route.scopes]), 'permission')}"
    return steps[0].detail


def _holder(explanation: Explanation) -> str:
    principal = explanation.principal
    if principal is None:
        return ""
    return f"a machine, {principal.id}" if principal.kind == MACHINE else principal.username or principal.id
