"""Whether a step of the story went as it must: what was observed against what the step says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from devkit.stack.decisions import Decision
from devkit.stack.story import Step


@dataclass(frozen=True)
class Observation:
    """What came of a request.

    `decision` is what the authorizer logged, if it was asked; `you` is what the backend saw, if it was the backend that
    answered.
    """

    status: int
    asked: bool
    decision: Decision | None
    you: Mapping[str, Any] | None


def faults_of(step: Step, seen: Observation) -> tuple[str, ...]:
    """What is not as the step says, in words; a wrong status says enough."""
    if seen.status != step.status:
        return (f"instead of {step.status}",)
    return (*_asking_faults(step, seen), *_decision_faults(step, seen.decision), *_backend_faults(step, seen.you))


def _asking_faults(step: Step, seen: Observation) -> Iterator[str]:
    if step.from_cache and seen.asked:
        yield "the authorizer was asked again"
    if not step.from_cache and not seen.asked:
        yield "the authorizer was not asked"
    if seen.asked and seen.decision is None:
        yield "the authorizer logged nothing"


def _decision_faults(step: Step, decision: Decision | None) -> Iterator[str]:
    if decision is None:
        return
    if decision.code != step.code:
        yield f"the authorizer's code is {decision.code or 'none'}, not {step.code or 'none'}"
    if step.groups_from and decision.groups_source != step.groups_from:
        yield f"the groups come from {decision.groups_source}, not {step.groups_from}"


def _backend_faults(step: Step, you: Mapping[str, Any] | None) -> Iterator[str]:
    if not step.backend:
        return
    if you is None:
        yield "the answer is not the backend's"
        return
    for name, value in step.backend.items():
        if you.get(name) != value:
            yield f"{name} at the backend is {you.get(name)}"
    for name in ("Authorization", "Cookie"):
        if you.get(f"{name} reached me") is not False:
            yield f"{name} reached the backend"
