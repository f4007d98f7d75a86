"""The authorizer's log: one line of JSON a decision, read back, and shown to a person in one short line."""

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

WAIT_SECONDS = 2.0
KEPT = 100
REFUSING = ("[ERROR] Exception: Unauthorized", "[ERROR] RuntimeError: ")
"""How functions/token_authorizer ends a request that it does not allow; the decision's own line says more."""
GROUP_SOURCES = {"token": "its token", "documentdb": "the document store", "none": "nowhere"}


@dataclass(frozen=True)
class Decision:
    """One decision as the log has it; `code` is empty when the caller was let in."""

    outcome: str
    code: str
    detail: str
    principal: str
    groups: int
    groups_source: str
    scopes: int
    milliseconds: float

    @property
    def reason(self) -> str:
        """Why it went so, in a few words."""
        if self.code:
            return self.code
        source = GROUP_SOURCES.get(self.groups_source, self.groups_source)
        return f"{_counted(self.groups, 'group')} from {source}, {_counted(self.scopes, 'scope')}"


class DecisionLog:
    """Counts the decisions in the lines that the authorizer prints and keeps the latest.

    `show` gets each line as a person reads it.
    """

    def __init__(self, show: Callable[[str], None] = lambda _line: None) -> None:
        self._show = show
        self._count = 0
        self._latest: deque[Decision] = deque(maxlen=KEPT)
        self._changed = threading.Condition()

    def __len__(self) -> int:
        with self._changed:
            return self._count

    def read_line(self, line: str) -> None:
        """Take one line of the authorizer's output."""
        decision = parse_decision(line)
        if decision:
            with self._changed:
                self._count += 1
                self._latest.append(decision)
                self._changed.notify_all()
        shown = human_line(decision) if decision else other_line(line)
        if shown:
            self._show(shown)

    def read_other_line(self, line: str) -> None:
        """Take one line of another function's output."""
        if shown := other_line(line):
            self._show(shown)

    def next_after(self, count: int) -> Decision | None:
        """The decision that follows the first `count`, unless it is long past.

        Waits shortly for it, since the line takes its own way.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._count > count, WAIT_SECONDS)
            place = count - self._count
            return self._latest[place] if -len(self._latest) <= place < 0 else None


def parse_decision(line: str) -> Decision | None:
    """The decision that a line of the log holds; None for any other line."""
    record = _json_object(line)
    if record is None or "outcome" not in record:
        return None
    code = str(record.get("code", ""))
    return Decision(
        outcome=str(record["outcome"]),
        code="" if code == "none" else code,
        detail=str(record.get("detail") or ""),
        principal=str(record.get("principal") or "-"),
        groups=int(record.get("groups") or 0),
        groups_source=str(record.get("groups_source") or "none"),
        scopes=int(record.get("scopes") or 0),
        milliseconds=float(record.get("DurationMs") or 0.0),
    )


def human_line(decision: Decision) -> str:
    """Such as `12:00:05  allowed  00u1pat: 1 group from its token, 2 scopes (3 ms)`."""
    now = datetime.now().astimezone().strftime("%H:%M:%S")
    reason = f"{decision.reason} ({decision.detail})" if decision.detail else decision.reason
    who = "" if decision.principal == "-" else f"{_printable(decision.principal)}: "
    return f"{now}  {decision.outcome:<9}  {who}{_printable(reason)}, {decision.milliseconds:.0f} ms"


def other_line(line: str) -> str:
    """A warning or an error of the function in short, empty for a line that only repeats a decision.

    Lambda's runtime separates the fields of a log line by tabs and the lines of a traceback by carriage returns
    (awslambdaric, bootstrap.py); each refusal comes with such a traceback, since raising is how an authorizer refuses.
    """
    record = _json_object(line)
    text = str(record.get("message", "")) if record else line.partition("\r")[0]
    if text.startswith(REFUSING):
        return ""
    fields = [field for field in text.split("\t") if field]
    shown = " ".join(dict.fromkeys((fields[0], fields[-1]))) if fields else ""
    return f"  {_printable(shown)}" if shown.strip() else ""


def _json_object(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _printable(text: str) -> str:
    """Text from a token must not move the cursor of somebody's terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
