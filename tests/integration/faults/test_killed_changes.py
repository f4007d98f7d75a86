"""Changes of the IAM API in a process that is killed right after each of its writes, while others use the API.

A write is a command to the store or a request to Okta that may change something; what lies between two of them only
reads, so that these are all states that a death can leave. The function that dies starts cold in a process of its own;
four callers read from four other sandboxes meanwhile and notice nothing. Who asked gets 502 from API Gateway and asks
again: that finishes the change, for administrators' changes up to a minute later, when the lease of the dead has ended.

Creating and deleting a machine client, rotating its secret and creating a user are killed at each step in
tests/integration/iam/test_m2m_creation_killed.py and test_m2m_interrupted.py.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import pytest

from okta_gateway.store.expiring_rows import moment
from tests.integration.faults.callers import calling
from tests.integration.faults.functions_rig import a_store, running_iam
from tests.integration.iam.interrupted import Manner, Steps, interrupted
from tests.integration.iam.killed import killed
from tests.integration.iam.machine_clients import GROUPS, M2M, create, incomplete, rows_of, secret_opens, sync, traces
from tests.integration.iam.requests import PAT, request_event
from tests.integration.iam.rig import Rig
from tests.integration.iam.sandbox import Sandbox
from tests.integration.iam.test_m2m_creation_failures import STEPS as CREATION

LEASE_SECONDS = 60
_numbers = itertools.count()


class Case(NamedTuple):
    """A change that somebody asks for, and how to see how far it came."""

    method: str
    path: str
    body: object
    target: str
    """What the audit calls it."""
    state: Callable[[], object]
    may_be: Callable[[object], bool]
    """Whether a death may leave this state."""
    done: object
    """The state when all is done."""
    gone: str = ""
    """The code for who asks again for what was done already."""
    query: Mapping[str, object] | None = None


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, list[Sandbox]]]:
    folder = tmp_path_factory.mktemp("killed")
    with a_store(folder) as (_, uri), running_iam(folder, uri, SCOPES_SOURCE="documentdb") as (rig, sandboxes):
        rig.write_rules(**{"registry-admins": ["registry:admin:full"], "mcp-team-1": ["mcp:servers:read"]})
        yield rig, sandboxes


def new_user(rig: Rig, *groups: str) -> str:
    return rig.okta.add_user(f"walker-{next(_numbers)}", *(rig.okta.group_id(group) for group in groups))


def membership(method: str, before: list[str], named: list[str], after: list[str]) -> Callable[[Rig], Case]:
    def case(rig: Rig) -> Case:
        user = new_user(rig, *before)
        return Case(
            method,
            f"/api/iam/users/{user}/groups",
            {"groups": named} if method != "DELETE" else None,
            user,
            lambda: rig.okta.group_names(user),
            lambda state: isinstance(state, list) and set(before) & set(after) <= set(state) <= {*before, *after},
            after,
            query={"group": named} if method == "DELETE" else None,
        )

    return case


def moved(rig: Rig) -> Case:
    """From one group to another: never without both."""
    case = membership("PUT", ["mcp-team-2"], ["mcp-team-3"], ["mcp-team-3"])(rig)
    return case._replace(may_be=bool)


def scopes(wanted: list[str]) -> Callable[[Rig], Case]:
    def case(rig: Rig) -> Case:
        name = f"scoped-{next(_numbers)}"
        group = rig.okta.add_group(name)
        path, before = f"/api/iam/groups/{group}/scopes", ["mcp:servers:read"]
        rig.call("PUT", path, {"scopes": before}).ok()
        state = lambda: rig.call("GET", path).ok()["scopes"]  # noqa: E731 a member of the case
        return Case("PUT", path, {"scopes": wanted}, name, state, lambda now: now in (before, wanted), wanted)

    return case


def user_deletion(rig: Rig) -> Case:
    """Deactivated, then deleted: who is half deleted may do nothing any more."""
    user = new_user(rig)
    states = ("ACTIVE", "DEPROVISIONED", "")
    path, state = f"/api/iam/users/{user}", lambda: rig.okta.user_status(user)
    return Case("DELETE", path, None, user, state, lambda now: now in states, "", gone="user_unknown")


def group_deletion(rig: Rig) -> Case:
    group = rig.okta.add_group(f"doomed-{next(_numbers)}")
    path, state = f"/api/iam/groups/{group}", lambda: rig.okta.status("GET", f"/groups/{group}")
    return Case("DELETE", path, None, group, state, lambda now: now in (200, 404), 404, gone="group_unknown")


def group_creation(rig: Rig) -> Case:
    name = f"born-{next(_numbers)}"
    state = lambda: len(rig.okta.api("GET", "/groups", q=name))  # noqa: E731 a member of the case
    return Case(
        "POST", "/api/iam/groups", {"name": name}, name, state, lambda now: now in (0, 1), 1, gone="group_exists"
    )


def client_change(rig: Rig) -> Case:
    """Switched off and renamed: closed at our door first, then at Okta's."""
    name = f"agent-{next(_numbers)}-changed"
    client = create(rig, name).ok(201)["client_id"]

    def state() -> tuple[bool, str]:
        [row] = rig.database["idp_m2m_clients"].find({"client_id": client})
        return row["enabled"], rig.okta.api("GET", f"/apps/{client}")["status"]

    body = {"name": f"{name}-renamed", "enabled": False}
    closed_first = lambda now: now != (True, "INACTIVE")  # noqa: E731 a member of the case
    return Case("PATCH", f"{M2M}/{client}", body, client, state, closed_first, (False, "INACTIVE"))


def retirement(rig: Rig) -> Case:
    """The old of two secrets: whoever uses the new one is never locked out."""
    made = create(rig, f"agent-{next(_numbers)}-retired").ok(201)
    client, path = made["client_id"], f"{M2M}/{made['client_id']}/secret"
    new = rig.call("POST", path, {"retire_old": "later"}).ok(201)["client_secret"]

    def state() -> tuple[bool, bool]:
        return secret_opens(rig, client, new), secret_opens(rig, client, made["client_secret"])

    return Case("DELETE", path, None, client, state, lambda now: now in ((True, True), (True, False)), (True, False))


CASES = {
    "a user moves between groups": moved,
    "a user joins groups": membership("POST", ["mcp-team-2"], ["mcp-team-3"], ["mcp-team-2", "mcp-team-3"]),
    "a user leaves groups": membership(
        "DELETE", ["mcp-team-2", "mcp-team-3", "mcp-team-4"], ["mcp-team-2", "mcp-team-3"], ["mcp-team-4"]
    ),
    "a user is deleted": user_deletion,
    "a group is made": group_creation,
    "a group is deleted": group_deletion,
    "a group gets other scopes": scopes(["mcp:servers:list"]),
    "a group loses its scopes": scopes([]),
    "a client is changed": client_change,
    "a secret is retired": retirement,
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_killed_change_is_seen_in_the_audit_and_finished_by_asking_again(
    running: tuple[Rig, list[Sandbox]], case: Callable[[Rig], Case]
) -> None:
    """Who asked is told 502. What was done until the death stays, and is in the audit at least as `begun`."""
    rig, sandboxes = running
    for number in writes_of(rig, case(rig)):
        now = case(rig)
        event = request_event(now.method, now.path, now.body, now.query)
        with calling(reader(sandboxes)) as readers:
            assert killed(rig.settings, event, number, Manner.KILLED_AFTER)
        assert set(readers.results()) <= {200}
        left = now.state()
        assert now.may_be(left), f"{left} after step {number}"
        assert begun(rig, now.target)
        rig.clock.pass_by(LEASE_SECONDS + 1)
        again = rig.call(now.method, now.path, now.body, now.query)
        assert again.status < 300 or again.code == now.gone, again.text
        assert now.state() == now.done


def writes_of(rig: Rig, case: Case) -> list[int]:
    """The numbers of the steps that change what the case is about: not its lease, nor its entry in the audit."""
    with interrupted(Steps()) as steps:
        answer = rig.call(case.method, case.path, case.body, case.query)
    assert answer.status < 300, answer.text
    return [number for number, name in enumerate(steps.names) if is_write(name)]


def is_write(step: str) -> bool:
    _, what, where = step.split(" ", 2)
    return what not in ("find", "GET") and where not in ("iam_leases", "iam_audit")


def begun(rig: Rig, target: str) -> bool:
    return any(entry["target"] == target and entry["result"] == "begun" for entry in rig.audit())


def reader(sandboxes: list[Sandbox]) -> Callable[[int, int], int]:
    """Somebody who looks at users and clients, in a sandbox of their own."""
    paths = (M2M, f"/api/iam/users/{PAT.id}", "/api/iam/groups", "/api/iam/whoami")

    def read(number: int, count: int) -> int:
        time.sleep(0.1)
        return sandboxes[number].call("GET", paths[count % len(paths)]).status

    return read


def test_a_killed_sync_is_finished_by_the_next(running: tuple[Rig, list[Sandbox]]) -> None:
    """Killed after each of its writes: the next one, a minute later, brings all into the store. No groups change."""
    rig, sandboxes = running
    sync(rig)
    prepare_sync(rig)
    for number in writes_of(rig, Case("POST", f"{M2M}/sync", None, "", lambda: None, lambda _: True, None)):
        name, halfway = prepare_sync(rig)
        with calling(reader(sandboxes)) as readers:
            assert killed(rig.settings, request_event("POST", f"{M2M}/sync"), number, Manner.KILLED_AFTER)
        assert set(readers.results()) <= {200}
        rig.clock.pass_by(LEASE_SECONDS + 1)
        sync(rig)
        assert [row["groups"] for row in rows_of(rig.database, f"{name}-renamed")] == [GROUPS]
        assert traces(rig, halfway).counts == (0, 0, 0)
        assert incomplete(rig) == []


def prepare_sync(rig: Rig) -> tuple[str, str]:
    """A client with another label in Okta, and a creation that died long ago, when Okta had made its application."""
    name, halfway = f"agent-{next(_numbers)}-synced", f"agent-{next(_numbers)}-halfway"
    client = create(rig, name).ok(201)["client_id"]
    app = rig.okta.api("GET", f"/apps/{client}")
    rig.okta.api("PUT", f"/apps/{client}", {**app, "label": f"{name}-renamed"})
    with interrupted(Steps(CREATION.index("okta POST /apps"), Manner.LOST)):
        create(rig, halfway)
    rig.database["iam_pending_creations"].update_one({"name": halfway}, {"$set": {"started_at": moment(0)}})
    return name, halfway
