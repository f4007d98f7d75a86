"""The recent requests: explained at once, fifty kept, and no token among them."""

import gc
import time
from collections.abc import Callable
from functools import partial

import pytest

from devkit.cli.asked_route import AskedRoute
from devkit.console.recent import KEPT, Passed, RecentRequests
from devkit.console.stations import STAGE
from devkit.explain import Disagreement, Explainer, Explanation
from tests.tokens import NOW, okta_token
from tests.unit.cli.explaining import parts

ROUTE = AskedRoute("GET", "/api/servers")
EXPLAINER = Explainer(parts(), STAGE, clock=lambda: NOW)
PATIENCE = 20.0  # seconds


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_request_is_explained_and_numbered() -> None:
    recent = RecentRequests(EXPLAINER.explain, clock=lambda: NOW)
    with recent.explained():
        recent.note(ROUTE, "Bearer nonsense", 401)
        recent.note(ROUTE, f"Bearer {okta_token()}", 200)
        wait_for(lambda: recent.find(2))
    assert [(one.number, one.at, one.way.status) for one in recent.after(0)] == [(2, NOW, 200), (1, NOW, 401)]
    assert [one.way.explanation.verdict.outcome for one in recent.after(0)] == ["allowed", "refused"]
    assert [one.number for one in recent.after(1)] == [2]
    assert recent.find(3) is None


def test_only_the_last_fifty_are_kept() -> None:
    recent = RecentRequests(EXPLAINER.explain)
    with recent.explained():
        for number in range(1, KEPT + 4):
            recent.note(ROUTE, "", 401)
            wait_for(partial(recent.find, number))
    assert [one.number for one in recent.after(0)] == list(range(KEPT + 3, 3, -1))
    assert recent.find(3) is None


def test_of_more_requests_than_can_be_explained_the_last_ones_are() -> None:
    explained: list[str] = []

    def explain(authorization: str) -> Explanation:
        explained.append(authorization)
        return EXPLAINER.explain("")

    recent = RecentRequests(explain)
    for number in range(KEPT + 10):
        recent.note(ROUTE, str(number), 401)
    with recent.explained():
        wait_for(lambda: recent.find(KEPT))
    assert explained == [str(number) for number in range(10, KEPT + 10)]


def test_no_token_is_kept_once_it_is_explained() -> None:
    token = okta_token()
    recent = RecentRequests(EXPLAINER.explain)
    with recent.explained():
        recent.note(ROUTE, f"Bearer {token}", 200)
        wait_for(lambda: recent.find(1))
        gc.collect()
        wait_for(lambda: not any(type(thing) is Passed for thing in gc.get_objects()))
    assert not [part for part in token.split(".") if part in repr(recent.after(0))]


def test_a_waiting_requests_token_is_not_in_its_representation() -> None:
    assert "secret" not in repr(Passed(ROUTE, "Bearer secret", 200, NOW))


def test_a_disagreement_is_logged_and_the_next_request_is_explained(caplog: pytest.LogCaptureFixture) -> None:
    def explain(authorization: str) -> Explanation:
        if not authorization:
            raise Disagreement(None, None)
        return EXPLAINER.explain(authorization)

    recent = RecentRequests(explain)
    with recent.explained():
        recent.note(ROUTE, "", 401)
        recent.note(ROUTE, "Bearer nonsense", 401)
        wait_for(lambda: recent.find(1))
    assert "GET /api/servers: The authorizer says allowed" in caplog.text
    assert [one.way.explanation.verdict.code for one in recent.after(0)] == ["token_malformed"]
