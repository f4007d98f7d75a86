"""One line a decision: for people who ask why somebody was refused, and for CloudWatch, whose metrics it carries.

The line is JSON in CloudWatch's embedded metric format (AWS: "Specification: Embedded metric format"). It never holds a
token or a secret, and group names only at DEBUG; JSON escapes whatever a token brought.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from okta_gateway.access.decision import MAX_REMEMBERED, Decision
from okta_gateway.errors import AccessRefused, OktaGatewayError, TokenRefused

MAX_DETAIL_LENGTH = 500

_METRICS = [{"Name": "Decisions", "Unit": "Count"}, {"Name": "DurationMs", "Unit": "Milliseconds"}]
_ALLOWED = '"level":"INFO","outcome":"allowed","code":"none"'

_encode = json.JSONEncoder(separators=(",", ":")).encode


class DecisionLog:
    """Writes decisions as lines of JSON.

    What does not change from line to line is encoded once: encoding it anew takes longer than to verify a signature
    (docs/benchmarks.md).
    """

    def __init__(
        self,
        service: str,
        namespace: str,
        *,
        meters: Callable[[], Mapping[str, float]] = dict,
        show_group_names: bool = False,
        write: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._service = _encode(service)
        self._namespace = namespace
        self._metrics = _encode([self._metric_set([["service", "outcome"], ["service", "code"]], _METRICS)])
        self._meters = meters
        self._show_group_names = show_group_names
        self._write = write
        self._clock = clock

    def decided(self, decision: Decision, request_id: str, duration_ms: float, *, remembered: bool) -> None:
        """A verified token: outcome `allowed`, or `no_rights` with the reason."""
        facts = _facts(decision, with_group_names=self._show_group_names)
        if remembered:
            self._record(f'{facts},"remembered":true', request_id, duration_ms, {})
        else:
            self._record(f'{facts},"remembered":false', request_id, duration_ms, self._meters())

    def failed(self, error: OktaGatewayError, request_id: str, duration_ms: float) -> None:
        """A bad token: outcome `refused`; or a question that could not be answered: outcome `failed`."""
        self._record(_members(_verdict(error)), request_id, duration_ms, self._meters())

    def _record(self, members: str, request_id: str, duration_ms: float, metered: Mapping[str, float]) -> None:
        """Write a line with these members, already encoded, and with those that every line has."""
        metrics = self._metrics
        if metered:
            metrics = f"{metrics[:-1]},{self._metered(metered)}]"
            members = f"{members},{_members(metered)}"
        (self._write or sys.stdout.write)(
            f'{{"_aws":{{"Timestamp":{int(self._clock() * 1000)},"CloudWatchMetrics":{metrics}}},'
            f'"service":{self._service},"request_id":{_encode(request_id)},{members},'
            f'"Decisions":1,"DurationMs":{duration_ms:.3f}}}\n'
        )

    def _metered(self, metered: Mapping[str, float]) -> str:
        """A second set of metrics, since each metric that a set names must be in the line."""
        units = [{"Name": name, "Unit": "Seconds" if name.endswith("Seconds") else "Count"} for name in metered]
        return _encode(self._metric_set([["service"]], units))

    def _metric_set(self, dimensions: list[list[str]], metrics: list[dict[str, str]]) -> dict[str, Any]:
        return {"Namespace": self._namespace, "Dimensions": dimensions, "Metrics": metrics}


@lru_cache(maxsize=MAX_REMEMBERED)
def _facts(decision: Decision, *, with_group_names: bool) -> str:
    """The members that say what was decided about whom."""
    principal = decision.principal
    names = f',"group_names":{_encode(decision.groups.names)}' if with_group_names else ""
    return (
        f"{_members(_verdict(decision.refusal)) if decision.refusal else _ALLOWED},"
        f'"principal":{_encode(principal.id)},"client_id":{_text(principal.client_id)},'
        f'"token_type":"{principal.kind}","auth_method":"{principal.auth_method}","jti":{_text(principal.token_id)},'
        f'"groups_source":"{decision.groups.source}","groups":{len(decision.groups.names)},'
        f'"unknown_groups":{decision.scopes.unknown_groups},"scopes":{len(decision.scopes.names)}{names}'
    )


def _text(value: str | None) -> str:
    return "null" if value is None else _encode(value)


def _verdict(error: OktaGatewayError) -> dict[str, Any]:
    return {
        "level": "WARNING" if error.status < 500 else "ERROR",
        "outcome": _outcome(error),
        "code": error.code,
        "detail": error.detail[:MAX_DETAIL_LENGTH],
        "advice": error.advice,
    }


def _members(values: Mapping[str, Any]) -> str:
    """The members of a JSON object, without its braces."""
    return _encode(values)[1:-1]


def _outcome(error: OktaGatewayError) -> str:
    if isinstance(error, AccessRefused):
        return "no_rights"
    return "refused" if isinstance(error, TokenRefused) else "failed"
