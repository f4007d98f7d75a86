"""An explained decision: values, and the JSON that commands and the console hand out."""

from dataclasses import asdict, dataclass
from typing import Any

from devkit.explain.routes import GroupScopes, OpenRoute
from devkit.explain.steps import Step
from okta_gateway.access.policy import Policy
from okta_gateway.access.principal import Principal
from okta_gateway.errors import AccessRefused, OktaGatewayError, TokenRefused


@dataclass(frozen=True)
class Verdict:
    """What the authorizer says; the words and codes are those of its log line.

    `status` is what the caller gets from the gateway, None where the backend answers.
    """

    outcome: str
    status: int | None = None
    code: str = ""
    detail: str = ""
    advice: str = ""

    @classmethod
    def of(cls, error: OktaGatewayError | None) -> "Verdict":
        """The verdict that an error means, or None of it."""
        if error is None:
            return cls("allowed")
        return cls(_outcome(error), error.status, error.code, error.detail, error.advice)


@dataclass(frozen=True)
class Explanation:
    """A decision and how it came about; nothing here holds a token, a part of one, or a secret.

    What a refused token would have got is empty. `context` is what the gateway hands to the backend.
    """

    verdict: Verdict
    steps: tuple[Step, ...]
    at: float
    principal: Principal | None = None
    groups_source: str = ""
    groups: tuple[GroupScopes, ...] = ()
    scopes: tuple[str, ...] = ()
    routes: tuple[OpenRoute, ...] = ()
    policy: Policy | None = None
    context: dict[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """The stable shape: these names stay, others may come."""
        return {
            "verdict": asdict(self.verdict),
            "steps": [{**asdict(step), "outcome": step.outcome.value} for step in self.steps],
            "at": self.at,
            "principal": self.principal._asdict() if self.principal else None,
            "groups_source": self.groups_source,
            "groups": [group._asdict() for group in self.groups],
            "scopes": list(self.scopes),
            "routes": [route._asdict() for route in self.routes],
            "policy": self.policy,
            "context": self.context,
        }


def _outcome(error: OktaGatewayError) -> str:
    """As in the authorizer's log (access/decision_log.py)."""
    if isinstance(error, AccessRefused):
        return "no_rights"
    return "refused" if isinstance(error, TokenRefused) else "failed"
