"""One line a decision: for people who ask why somebody was refused, and for CloudWatch, whose metrics it carries.

The line is JSON in CloudWatch's embedded metric format (AWS: "Specification: Embedded metric format"). It never holds a
token or a secret, and group names only at DEBUG; JSON escapes whatever a token brought.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from okta_gateway.access.decision import Decision
from okta_gateway.errors import AccessRefused, OktaGatewayError, TokenRefused

MAX_DETAIL_LENGTH = 500

_METRICS = [{"Name": "Decisions", "Unit": "Count"}, {"Name": "DurationMs", "Unit": "Milliseconds"}]

_encode = json.JSONEncoder(separators=(",", ":")).encode


class DecisionLog:
    """Writes decisions as lines of JSON."""

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
        self._service = service
        self._metrics: list[dict[str, Any]] = [
            {"Namespace": namespace, "Dimensions": [["service", "outcome"], ["service", "code"]], "Metrics": _METRICS}
        ]
        self._namespace = namespace
        self._meters = meters
        self._show_group_names = show_group_names
        self._write = write
        self._clock = clock

    def decided(self, decision: Decision, request_id: str, duration_ms: float, *, remembered: bool) -> None:
        """A verified token: outcome `allowed`, or `no_rights` with the reason."""
        principal = decision.principal
        line: dict[str, Any] = {
            "principal": principal.id,
            "client_id": principal.client_id,
            "token_type": principal.kind,
            "auth_method": principal.auth_method,
            "jti": principal.token_id,
            "groups_source": decision.groups.source,
            "groups": len(decision.groups.names),
            "unknown_groups": decision.scopes.unknown_groups,
            "scopes": len(decision.scopes.names),
            "remembered": remembered,
        }
        if self._show_group_names:
            line["group_names"] = decision.groups.names
        self._record(decision.refusal, line, request_id, duration_ms, {} if remembered else self._meters())

    def failed(self, error: OktaGatewayError, request_id: str, duration_ms: float) -> None:
        """A bad token: outcome `refused`; or a question that could not be answered: outcome `failed`."""
        self._record(error, {}, request_id, duration_ms, self._meters())

    def _record(
        self,
        error: OktaGatewayError | None,
        line: dict[str, Any],
        request_id: str,
        duration_ms: float,
        metered: Mapping[str, float],
    ) -> None:
        metrics = self._metrics + self._metered(metered) if metered else self._metrics
        record = {
            "_aws": {"Timestamp": int(self._clock() * 1000), "CloudWatchMetrics": metrics},
            "level": "INFO" if error is None else "WARNING" if error.status < 500 else "ERROR",
            "service": self._service,
            "request_id": request_id,
            "outcome": _outcome(error),
            "code": error.code if error else "none",
            **line,
            "Decisions": 1,
            "DurationMs": round(duration_ms, 3),
            **metered,
        }
        if error:
            record |= {"detail": error.detail[:MAX_DETAIL_LENGTH], "advice": error.advice}
        (self._write or sys.stdout.write)(_encode(record) + "\n")

    def _metered(self, metered: Mapping[str, float]) -> list[dict[str, Any]]:
        """A second set of metrics, since each metric that a set names must be in the line."""
        units = [{"Name": name, "Unit": "Seconds" if name.endswith("Seconds") else "Count"} for name in metered]
        return [{"Namespace": self._namespace, "Dimensions": [["service"]], "Metrics": units}]


def _outcome(error: OktaGatewayError | None) -> str:
    if error is None:
        return "allowed"
    if isinstance(error, AccessRefused):
        return "no_rights"
    return "refused" if isinstance(error, TokenRefused) else "failed"
