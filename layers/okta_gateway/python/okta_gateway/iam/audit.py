"""The record of every change: its intent before anything is done, its result after.

Each is one line of JSON in the function's log group, which is the record, and one document of iam_audit, its index.
A change whose intent cannot be written is refused; an intent without a result was cut off.
"""

import json
import logging
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from okta_gateway.errors import CheckFailed, OktaGatewayError
from okta_gateway.iam.actor import Actor
from okta_gateway.store.audit_entries import AuditEntries, AuditEntry

_METRICS = [{"Name": "IamChanges", "Unit": "Count"}]
_logger = logging.getLogger(__name__)


class Change:
    """A change under way; whoever makes it says what is there afterwards."""

    def __init__(self, entry_id: str) -> None:
        self.id = entry_id
        self.after: object = None


class AuditTrail:
    """Writes who changes what; never a secret: `before` and `after` are the documents that callers may see."""

    def __init__(
        self,
        entries: AuditEntries,
        service: str,
        namespace: str,
        *,
        write: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._entries = entries
        self._service = service
        dimensions = [["service"], ["service", "result"]]
        self._metrics = [{"Namespace": namespace, "Dimensions": dimensions, "Metrics": _METRICS}]
        self._write = write
        self._clock = clock
        self._new_id = new_id

    @contextmanager
    def change(self, actor: Actor, action: str, target: str, before: object = None) -> Iterator[Change]:
        """Record the change that the block makes. Raises StoreUnavailable, before it, when that is impossible."""
        who = {"id": actor.id, "name": actor.name, "kind": actor.kind}
        entry = AuditEntry(self._new_id(), actor.request_id, who, action, target, before, self._clock())
        self._line(entry, {"phase": "intent"})
        self._entries.begin(entry)
        change = Change(entry.id)
        try:
            yield change
        except OktaGatewayError as error:
            self._finish(entry, "failed", change.after, error.code)
            raise
        except BaseException:
            self._finish(entry, "failed", change.after, "unexpected_failure")
            raise
        self._finish(entry, "done", change.after, None)

    def _finish(self, entry: AuditEntry, result: str, after: object, error: str | None) -> None:
        """The change is made: an index that cannot be written must not make its answer an error."""
        metrics = {
            "_aws": {"Timestamp": int(self._clock() * 1000), "CloudWatchMetrics": self._metrics},
            "IamChanges": 1,
        }
        self._line(entry, {**metrics, "phase": "result", "result": result, "after": after, "error": error})
        try:
            self._entries.finish(entry.id, result, after, error)
        except CheckFailed as failure:
            _logger.warning("iam_audit lacks the result of %s, which this log has: %s", entry.id, failure)

    def _line(self, entry: AuditEntry, rest: dict[str, Any]) -> None:
        line = {
            "level": "INFO",
            "message": "audit",
            "service": self._service,
            "audit_id": entry.id,
            "request_id": entry.request_id,
            "actor": entry.actor,
            "action": entry.action,
            "target": entry.target,
            "before": entry.before,
            **rest,
        }
        (self._write or sys.stdout.write)(json.dumps(line, default=str) + "\n")
