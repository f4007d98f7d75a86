"""Changes of machine clients and users that are cut off at each of their steps: asking again finishes."""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tests.integration.iam.interrupted import Manner, Steps, interrupted
from tests.integration.iam.killed import killed
from tests.integration.iam.machine_clients import GROUPS, M2M, create, rows_of, secret_opens, sync, traces
from tests.integration.iam.requests import Answer, request_event
from tests.integration.iam.rig import Rig, Surroundings, running
from tests.integration.iam.test_m2m_creation_failures import STEPS

SEEN = (Manner.REFUSED, Manner.LOST, Manner.OUTAGE, Manner.BOTH_OUT)
DEAD = (Manner.KILLED_BEFORE, Manner.KILLED_AFTER)
CHANGE = {"name": "", "groups": ["x"], "enabled": False}
_numbers = itertools.count()


class Client(NamedTuple):
    """A client to be changed."""

    name: str
    client_id: str
    secret: str


@pytest.fixture(scope="module")
def rig(around: Surroundings) -> Iterator[Rig]:
    """One for all: each test has a client of its own."""
    with running(around) as rig:
        yield rig


@pytest.fixture
def client(rig: Rig) -> Client:
    name = f"agent-{next(_numbers)}-cut-off"
    body = create(rig, name).ok(201)
    return Client(name, body["client_id"], body["client_secret"])


def steps_of(rig: Rig, ask: Callable[[], Answer], status: int) -> list[str]:
    """The steps of a request that meets no failure."""
    with interrupted(Steps()) as steps:
        ask().ok(status)
    return steps.names


DELETE_STEPS = (
    "store find idp_m2m_clients",
    "store insert_one iam_audit",
    "store find_one_and_update idp_m2m_clients",
    "okta POST /apps/.../lifecycle/deactivate",
    "okta DELETE /apps/...",
    "store delete_one idp_m2m_clients",
    "store update_one iam_audit",
)


def test_the_table_of_a_deletions_steps_is_complete(rig: Rig, client: Client) -> None:
    assert tuple(steps_of(rig, lambda: rig.call("DELETE", f"{M2M}/{client.client_id}"), 200)) == DELETE_STEPS


@pytest.mark.parametrize("manner", [*SEEN, *DEAD])
@pytest.mark.parametrize("number", range(len(DELETE_STEPS)), ids=DELETE_STEPS)
def test_a_deletion_that_was_cut_off_is_finished_by_asking_again(
    rig: Rig, client: Client, number: int, manner: Manner
) -> None:
    path = f"{M2M}/{client.client_id}"
    if manner in DEAD:
        assert killed(rig.settings, request_event("DELETE", path), number, manner)
    else:
        with interrupted(Steps(number, manner)):
            rig.call("DELETE", path)
    apps, rows, _ = traces(rig, client.name).counts
    assert rows >= apps, "an application without a row, whose secret lives on unseen"
    again = rig.call("DELETE", path)
    assert again.status == 200 or again.code == "client_unknown"
    assert traces(rig, client.name).counts == (0, 0, 0)
    assert not secret_opens(rig, client.client_id, client.secret)


PATCH_STEPS = (
    "store find idp_m2m_clients",
    "store find idp_m2m_clients",
    "store insert_one iam_audit",
    "store find_one_and_update idp_m2m_clients",
    "okta GET /apps/...",
    "okta PUT /apps/...",
    "okta POST /apps/.../lifecycle/deactivate",
    "store find_one_and_update idp_m2m_clients",
    "store update_one iam_audit",
)


def test_the_table_of_a_changes_steps_is_complete(rig: Rig, client: Client) -> None:
    change = {**CHANGE, "name": f"{client.name}-renamed"}
    assert tuple(steps_of(rig, lambda: rig.call("PATCH", f"{M2M}/{client.client_id}", change), 200)) == PATCH_STEPS


@pytest.mark.parametrize("manner", SEEN)
@pytest.mark.parametrize("number", range(len(PATCH_STEPS)))
def test_a_change_that_was_cut_off_is_finished_by_asking_again(
    rig: Rig, client: Client, number: int, manner: Manner
) -> None:
    change = {**CHANGE, "name": f"{client.name}-renamed"}
    with interrupted(Steps(number, manner)):
        rig.call("PATCH", f"{M2M}/{client.client_id}", change)
    [row] = rig.database["idp_m2m_clients"].find({"client_id": client.client_id})
    app = rig.okta.api("GET", f"/apps/{client.client_id}")
    assert app["status"] == "ACTIVE" or row["enabled"] is False, "our door is closed first"
    answer = rig.call("PATCH", f"{M2M}/{client.client_id}", change).ok()
    assert {name: answer[name] for name in change} == change
    app = rig.okta.api("GET", f"/apps/{client.client_id}")
    assert (app["label"], app["status"]) == (change["name"], "INACTIVE")


ROTATE_STEPS = 14
"""At most; a request with fewer steps meets no failure."""


@pytest.mark.parametrize("retire_old", ["later", "now"])
@pytest.mark.parametrize("manner", [Manner.REFUSED, Manner.LOST, Manner.OUTAGE, Manner.BOTH_OUT, *DEAD])
def test_a_rotation_that_was_cut_off_is_finished_by_asking_again(
    rig: Rig, client: Client, manner: Manner, retire_old: str
) -> None:
    """At each of its steps, one after the other: whoever uses the secret that was shown last is never locked out."""
    path, body, known = f"{M2M}/{client.client_id}/secret", {"retire_old": retire_old}, client.secret
    for number in range(ROTATE_STEPS):
        if manner in DEAD:
            killed(rig.settings, request_event("POST", path, body), number, manner)
        else:
            with interrupted(Steps(number, manner)):
                answer = rig.call("POST", path, body)
            known = answer.body["client_secret"] if answer.status == 201 else known
        assert secret_opens(rig, client.client_id, known) or manner in DEAD
        rig.clock.pass_by(61)
        rig.call("DELETE", path)
        if manner not in DEAD:
            assert secret_opens(rig, client.client_id, known)
        again = rig.call("POST", path, {"retire_old": "now"}).ok(201)
        known = again["client_secret"]
        assert secret_opens(rig, client.client_id, known)
        assert len(rig.okta.api("GET", f"/apps/{client.client_id}/credentials/secrets")) == 1


SYNC_STEPS = 20


@pytest.mark.parametrize("manner", [Manner.LOST, Manner.BOTH_OUT])
@pytest.mark.parametrize("number", range(SYNC_STEPS))
def test_a_sync_that_was_cut_off_is_finished_by_the_next(rig: Rig, client: Client, number: int, manner: Manner) -> None:
    """With a client to rename, one that is gone, one creation to finish and one to undo."""
    app = rig.okta.api("GET", f"/apps/{client.client_id}")
    rig.okta.api("PUT", f"/apps/{client.client_id}", {**app, "label": f"{client.name}-renamed"})
    complete, halfway = f"{client.name}-complete", f"{client.name}-halfway"
    _cut_off(rig, complete, "store delete_one iam_pending_creations", Manner.REFUSED)
    _cut_off(rig, halfway, "okta POST /apps", Manner.LOST)
    rig.clock.pass_by(61)
    with interrupted(Steps(number, manner)):
        rig.call("POST", f"{M2M}/sync")
    rig.clock.pass_by(61)
    sync(rig)
    assert [row["groups"] for row in rows_of(rig.database, f"{client.name}-renamed")] == [GROUPS]
    assert traces(rig, complete).counts == (1, 1, 0)
    assert traces(rig, halfway).counts == (0, 0, 0)
    assert sync(rig)["updated"] == []


def _cut_off(rig: Rig, name: str, step: str, manner: Manner) -> None:
    with interrupted(Steps(STEPS.index(step), manner)):
        create(rig, name)


USER_STEPS = (
    "okta GET /groups",
    "okta GET /users/walker",
    "store insert_one iam_audit",
    "okta POST /users",
    "store update_one iam_audit",
)


def walker() -> dict[str, object]:
    """A new user, whom nobody has."""
    login = f"walker-{next(_numbers)}@example.com"
    return {"username": login, "email": login, "firstName": "W", "lastName": "K", "groups": ["public-mcp-users"]}


def test_the_table_of_the_steps_to_a_user_is_complete(rig: Rig) -> None:
    names = steps_of(rig, lambda: rig.call("POST", "/api/iam/users", walker()), 201)
    assert tuple(re.sub(r"-\d.*", "", name) for name in names) == USER_STEPS


@pytest.mark.parametrize("manner", [*SEEN, *DEAD])
@pytest.mark.parametrize("number", range(len(USER_STEPS)))
def test_a_user_is_made_with_all_groups_or_not_at_all(rig: Rig, number: int, manner: Manner) -> None:
    body = walker()
    if manner in DEAD:
        assert killed(rig.settings, request_event("POST", "/api/iam/users", body), number, manner)
    else:
        with interrupted(Steps(number, manner)):
            rig.call("POST", "/api/iam/users", body)
    again = rig.call("POST", "/api/iam/users", body)
    assert again.status == 201 or again.code == "user_exists"
    user = rig.call("GET", f"/api/iam/users/{body['username']}").ok()
    assert rig.okta.group_names(user["id"]) == ["public-mcp-users"]
