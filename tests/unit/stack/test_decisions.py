"""The authorizer's log lines, as a person at the terminal reads them."""

import io
import json
import threading

import pytest

from devkit.stack.decisions import KEPT, Decision, DecisionLog, human_line, other_line, parse_decision
from okta_gateway.access import decision_log
from okta_gateway.errors import StoreUnavailable, TokenExpired

ALLOWED = Decision("allowed", "", "", "00u1", groups=1, groups_source="token", scopes=2, milliseconds=3.4)


def line(**fields: object) -> str:
    known = {
        "outcome": "allowed",
        "code": "none",
        "principal": "00u1",
        "groups": 1,
        "groups_source": "token",
        "scopes": 2,
    }
    return json.dumps(known | {"DurationMs": 3.4} | fields)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(line(), "allowed    00u1: 1 group from its token, 2 scopes, 3 ms", id="user"),
        pytest.param(
            line(groups=2, groups_source="documentdb", scopes=1, principal="0oa1"),
            "allowed    0oa1: 2 groups from the document store, 1 scope, 3 ms",
            id="machine",
        ),
        pytest.param(
            line(outcome="no_rights", code="no_groups", groups=0, scopes=0),
            "no_rights  00u1: no_groups, 3 ms",
            id="no rights",
        ),
        pytest.param(
            '{"outcome":"refused","code":"token_expired","detail":"exp was 9 s ago","DurationMs":0.2}',
            "refused    token_expired (exp was 9 s ago), 0 ms",
            id="bad token",
        ),
        pytest.param(
            line(principal="a\x1b[2Jb\n"), "allowed    a?[2Jb?: 1 group from its token, 2 scopes, 3 ms", id="escapes"
        ),
    ],
)
def test_a_decision_is_one_short_line(text: str, shown: str) -> None:
    decision = parse_decision(text)
    assert decision
    time_of_day, _, rest = human_line(decision).partition("  ")
    assert len(time_of_day) == len("12:00:00")
    assert rest == shown


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(TokenExpired("late"), "refused"), (StoreUnavailable("gone"), "failed")],
    ids=["bad", "failed"],
)
def test_what_the_authorizer_writes_is_understood(error: TokenExpired | StoreUnavailable, outcome: str) -> None:
    written = io.StringIO()
    decision_log.DecisionLog("service", "namespace", write=written.write).failed(error, "request", 1.0)
    decision = parse_decision(written.getvalue())
    assert decision == Decision(outcome, error.code, error.detail, "-", 0, "none", 0, 1.0)


@pytest.mark.parametrize("text", ["", "no JSON", "[1]", '{"level":"INFO"}', '"outcome"'])
def test_any_other_line_is_no_decision(text: str) -> None:
    assert parse_decision(text) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("[WARNING]\t2026-01-01T00:00:00Z\tid\tno store", "  [WARNING] no store", id="warning"),
        pytest.param("[WARNING]\t2026-01-01T00:00:00Z\t\tno store", "  [WARNING] no store", id="warning at init"),
        pytest.param("[ERROR] Exception: Unauthorized\rTraceback\r", "", id="how a refusal is raised"),
        pytest.param("[ERROR] RuntimeError: store_unavailable\rTraceback\r", "", id="how a failure is raised"),
        pytest.param("[ERROR] KeyError: 'x'\rTraceback", "  [ERROR] KeyError: 'x'", id="a defect"),
        pytest.param('{"level":"INFO","message":"ready"}', "  ready", id="structured"),
        pytest.param("  ", "", id="blank"),
    ],
)
def test_other_lines_are_shown_in_short(text: str, shown: str) -> None:
    assert other_line(text) == shown


def test_the_next_decision_is_waited_for() -> None:
    log = DecisionLog()
    log.read_line(line(principal="first"))
    later = threading.Timer(0.05, log.read_line, [line(principal="second")])
    later.start()
    decision = log.next_after(1)
    later.join()
    assert decision
    assert decision.principal == "second"


def test_of_many_decisions_the_latest_are_kept_and_all_are_counted() -> None:
    log = DecisionLog()
    for number in range(KEPT + 5):
        log.read_line(line(principal=str(number)))
    assert len(log) == KEPT + 5
    assert log.next_after(4) is None
    following = [log.next_after(count) for count in (5, KEPT + 4)]
    assert [decision.principal for decision in following if decision] == ["5", str(KEPT + 4)]


def test_another_functions_lines_are_shown_and_are_no_decisions() -> None:
    shown: list[str] = []
    log = DecisionLog(shown.append)
    for text in (line(), '{"level":"WARNING","message":"session_missing"}', "  "):
        log.read_other_line(text)
    assert (len(log), shown) == (0, ["  session_missing"])


def test_every_line_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[str] = []
    log = DecisionLog(shown.append)
    for text in (line(), "[ERROR] Exception: Unauthorized\r", "a warning"):
        log.read_line(text)
    assert (len(log), len(shown)) == (1, 2)
