"""Two callers at the same time, each in a sandbox of its own."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any
from unittest import mock

import pytest

from okta_gateway.store.m2m_registry import M2MRegistry
from tests.integration.iam.interrupted import Manner
from tests.integration.iam.killed import killed
from tests.integration.iam.machine_clients import GROUPS, M2M, create, secret_opens, sync, traces
from tests.integration.iam.requests import Answer, request_event
from tests.integration.iam.rig import Rig, Sandbox
from tests.integration.iam.test_m2m_creation_failures import STEPS

PATIENCE = 30
BODY = {"name": "ai-agent-4", "groups": GROUPS}


def two_at_once(rig: Rig, *asks: Callable[[Sandbox], Answer]) -> list[Answer]:
    """The answers to all, which begin together."""
    sandboxes, line = [rig.sandbox() for _ in asks], Barrier(len(asks))
    for sandbox in sandboxes:
        sandbox.call("GET", M2M).ok()

    def run(sandbox: Sandbox, ask: Callable[[Sandbox], Answer]) -> Answer:
        line.wait(PATIENCE)
        return ask(sandbox)

    with ThreadPoolExecutor(len(asks)) as threads:
        return list(threads.map(run, sandboxes, asks))


def during_a_sync(rig: Rig, pool: ThreadPoolExecutor) -> "Future[Answer]":
    """A sync that has read the notes and waits for Okta's list."""
    rig.okta.fault("/api/v1/apps", "slow", method="GET", times=1, seconds=2.0)
    before = rig.okta.requests().get("/api/v1/apps", 0)
    other = rig.sandbox()
    running = pool.submit(other.call, "POST", f"{M2M}/sync")
    _until(lambda: rig.okta.requests().get("/api/v1/apps", 0) > before)
    return running


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_same_name_twice_at_once_makes_one_client(rig: Rig) -> None:
    answers = two_at_once(rig, *[lambda sandbox: sandbox.call("POST", M2M, BODY)] * 4)
    [made] = [answer for answer in answers if answer.status == 201]
    refused = {answer.code for answer in answers if answer.status != 201}
    assert refused <= {"client_exists", "change_under_way"}
    assert traces(rig, "ai-agent-4").counts == (1, 1, 0)
    assert secret_opens(rig, made.body["client_id"], made.body["client_secret"])


def test_registering_the_same_client_twice_at_once_makes_one_row(rig: Rig) -> None:
    body = {"client_id": "by-hand", "groups": []}
    answers = two_at_once(rig, *[lambda sandbox: sandbox.call("POST", f"{M2M}/register", body)] * 3)
    assert sorted(answer.status for answer in answers) == [201, 409, 409]
    assert rig.database["idp_m2m_clients"].count_documents({}) == 1


def test_a_creation_during_a_sync_keeps_its_groups(rig: Rig) -> None:
    with ThreadPoolExecutor(1) as pool:
        running = during_a_sync(rig, pool)
        client_id = create(rig, "ai-agent-4").ok(201)["client_id"]
        report = running.result(PATIENCE).ok()
    assert client_id not in report["missing"]
    assert rig.call("GET", f"{M2M}/{client_id}").ok()["groups"] == GROUPS
    assert sync(rig)["missing"] == []
    assert rig.call("GET", f"{M2M}/{client_id}").ok()["groups"] == GROUPS


def test_a_sync_that_overtakes_a_creation_does_not_take_its_groups(rig: Rig) -> None:
    """The application is there, the row is not: the whole sync runs in between."""
    other, add = rig.sandbox(), M2MRegistry.add
    reports: list[Any] = []

    def slow_add(registry: M2MRegistry, record: object) -> object:
        if not reports:
            reports.append(None)
            reports[0] = other.call("POST", f"{M2M}/sync").ok()
        return add(registry, record)  # type: ignore[arg-type]

    with mock.patch.object(M2MRegistry, "add", slow_add):
        client_id = create(rig, "ai-agent-4").ok(201)["client_id"]
    assert reports[0]["incomplete"] == ["ai-agent-4"]
    assert rig.call("GET", f"{M2M}/{client_id}").ok()["groups"] == GROUPS
    assert sync(rig)["incomplete"] == []


def test_a_creation_that_is_killed_during_a_sync_is_no_client_without_groups(rig: Rig) -> None:
    event = request_event("POST", M2M, BODY)
    with ThreadPoolExecutor(1) as pool:
        running = during_a_sync(rig, pool)
        assert killed(rig.settings, event, STEPS.index("okta POST /apps"), Manner.KILLED_AFTER)
        running.result(PATIENCE).ok()
    assert traces(rig, "ai-agent-4").counts == (1, 0, 1)
    rig.clock.pass_by(61)
    assert sync(rig)["removed"] == ["ai-agent-4"]
    assert traces(rig, "ai-agent-4").counts == (0, 0, 0)


def test_a_client_that_is_deleted_during_a_sync_comes_back_with_nothing(rig: Rig) -> None:
    """The row that sync may write opens no route, and the next sync says that its application is missing."""
    client_id = create(rig, "ai-agent-4").ok(201)["client_id"]
    apps = rig.okta.api("GET", "/apps", limit=200)
    rig.call("DELETE", f"{M2M}/{client_id}").ok()
    rig.okta.answer("GET", "/apps", 200, apps)  # as Okta listed them before
    sync(rig)
    assert rig.call("GET", f"{M2M}/{client_id}").ok()["groups"] == []
    assert sync(rig)["missing"] == [client_id]


@pytest.mark.parametrize("retire_old", ["later", "now"])
def test_a_secret_that_was_handed_out_works_after_two_rotations_at_once(rig: Rig, retire_old: str) -> None:
    client = create(rig, "ai-agent-4").ok(201)
    path, body = f"{M2M}/{client['client_id']}/secret", {"retire_old": retire_old}
    answers = two_at_once(rig, *[lambda sandbox: sandbox.call("POST", path, body)] * 2)
    made = [answer.body["client_secret"] for answer in answers if answer.status == 201]
    assert {answer.code for answer in answers if answer.status != 201} <= {"secrets_in_use", "change_under_way"}
    working = [secret for secret in made if secret_opens(rig, client["client_id"], secret)]
    assert len(working) == 1
    secrets = rig.okta.api("GET", f"/apps/{client['client_id']}/credentials/secrets")
    assert len(secrets) == (1 if retire_old == "now" else 2)


def test_deleting_twice_at_once_deletes(rig: Rig) -> None:
    client = create(rig, "ai-agent-4").ok(201)
    path = f"{M2M}/{client['client_id']}"
    answers = two_at_once(rig, *[lambda sandbox: sandbox.call("DELETE", path)] * 2)
    assert {answer.status for answer in answers} <= {200, 404}
    assert 200 in {answer.status for answer in answers}
    assert traces(rig, "ai-agent-4").counts == (0, 0, 0)


def test_a_client_that_is_changed_while_it_is_deleted_is_deleted(rig: Rig) -> None:
    client = create(rig, "ai-agent-4").ok(201)
    path = f"{M2M}/{client['client_id']}"
    for _ in range(3):
        two_at_once(
            rig,
            lambda sandbox: sandbox.call("PATCH", path, {"enabled": True}),
            lambda sandbox: sandbox.call("DELETE", path),
        )
    apps, rows, _ = traces(rig, "ai-agent-4").counts
    assert rows >= apps
    rig.call("DELETE", path)
    assert traces(rig, "ai-agent-4").counts == (0, 0, 0)
    assert not secret_opens(rig, client["client_id"], client["client_secret"])
