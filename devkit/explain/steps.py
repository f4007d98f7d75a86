"""Steps of a decision, run one after the other: what each found, which one failed, and which ones would fail too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from okta_gateway.errors import OktaGatewayError, UnexpectedFailure


class Outcome(StrEnum):
    """What became of a step. The first that fails decides; `also_failed` is what would stop the token after that."""

    PASSED = "passed"
    FAILED = "failed"
    ALSO_FAILED = "also_failed"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True)
class Step:
    """One step. `detail` holds no token and no secret; `code` and `advice` are those of the error."""

    name: str
    title: str
    outcome: Outcome
    detail: str = ""
    code: str = ""
    advice: str = ""


class Check[Subject](NamedTuple):
    """How to run a step: it changes the subject, and says in a few words what it found, or raises."""

    name: str
    title: str
    run: Callable[[Subject], str]
    stands_alone: bool = False
    """Whether it means something though another step has failed before."""


@dataclass
class Steps:
    """The steps that were run, and the error of the first that failed."""

    taken: list[Step] = field(default_factory=list)
    failure: OktaGatewayError | None = None

    def run[Subject](self, checks: Sequence[Check[Subject]], subject: Subject, *, is_parsed: bool = True) -> None:
        """Run the checks on the subject; without `is_parsed` none of them means anything after a failure."""
        for check in checks:
            if self.failure and not (check.stands_alone and is_parsed):
                self.taken.append(Step(check.name, check.title, Outcome.NOT_REACHED))
            else:
                self.taken.append(self._step(check, subject))

    def _step[Subject](self, check: Check[Subject], subject: Subject) -> Step:
        try:
            found = check.run(subject)
        except OktaGatewayError as raised:
            error = raised
        except Exception as raised:  # noqa: BLE001 a defect, as the handler takes it: its text may quote the token
            error = UnexpectedFailure.of(raised)
        else:
            passed = Outcome.NOT_REACHED if self.failure else Outcome.PASSED
            return Step(check.name, check.title, passed, "" if self.failure else found)
        outcome = Outcome.ALSO_FAILED if self.failure else Outcome.FAILED
        self.failure = self.failure or error
        return Step(check.name, check.title, outcome, error.detail, error.code, error.advice)
