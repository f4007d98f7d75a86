"""Somebody always administers: nobody takes administration from themselves, nor from the last one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.iam.conftest import Start
from tests.integration.iam.rig import ADA, ADMIN_GROUP, ADMIN_SCOPE, PAT, ROBOT, Answer, Caller, Rig

SECOND = "second-admins"
type Removal = Callable[[Rig, Caller, Caller], Answer]
"""The first caller takes administration away from the second, who has it by the group ADMIN_GROUP."""


def _user(caller: Caller) -> str:
    return f"/api/iam/users/{caller.id}"


def _leave(rig: Rig, actor: Caller, target: Caller) -> Answer:
    return rig.call("DELETE", f"{_user(target)}/groups", query={"group": ADMIN_GROUP}, actor=actor)


REMOVALS: dict[str, Removal] = {
    "delete": lambda rig, actor, target: rig.call("DELETE", _user(target), actor=actor),
    "deactivate": lambda rig, actor, target: rig.call("POST", f"{_user(target)}/deactivate", actor=actor),
    "leave the group": _leave,
    "have no groups": lambda rig, actor, target: rig.call(
        "PUT", f"{_user(target)}/groups", {"groups": []}, actor=actor
    ),
    "have other groups": lambda rig, actor, target: rig.call(
        "PUT", f"{_user(target)}/groups", {"groups": ["public-mcp-users"]}, actor=actor
    ),
}
OF_GROUPS: dict[str, Removal] = {
    "delete the group": lambda rig, actor, _: rig.call("DELETE", f"/api/iam/groups/{ADMIN_GROUP}", actor=actor),
    "rename the group": lambda rig, actor, _: rig.call(
        "PATCH", f"/api/iam/groups/{ADMIN_GROUP}", {"name": "registry-adminz"}, actor=actor
    ),
    "rename it in other case": lambda rig, actor, _: rig.call(
        "PATCH", f"/api/iam/groups/{ADMIN_GROUP}", {"name": ADMIN_GROUP.upper()}, actor=actor
    ),
    "take its scopes": lambda rig, actor, _: rig.call(
        "PUT", f"/api/iam/groups/{ADMIN_GROUP}/scopes", {"scopes": []}, actor=actor
    ),
    "give it other scopes": lambda rig, actor, _: rig.call(
        "PUT", f"/api/iam/groups/{ADMIN_GROUP}/scopes", {"scopes": ["mcp:servers:read"]}, actor=actor
    ),
}
EVERY = REMOVALS | OF_GROUPS


def administrators(rig: Rig) -> set[str]:
    """Ids of active members of the groups that have the scope, as Okta and the store say."""
    groups = rig.okta.api("GET", "/groups", limit=200)
    rows = rig.database["idp_group_scopes"].find({"scopes": ADMIN_SCOPE})
    names = {str(row["_id"]) for row in rows} if "SCOPES_SOURCE" in rig.settings else {ADMIN_GROUP}
    return {
        user["id"]
        for group in groups
        if group["profile"]["name"] in names
        for user in rig.okta.api("GET", f"/groups/{group['id']}/users")
        if user["status"] == "ACTIVE"
    }


@pytest.fixture
def stored(start: Start) -> Rig:
    """The rules are in the store; Ada is the only administrator."""
    rig = start(SCOPES_SOURCE="documentdb")
    rig.write_rules(**{ADMIN_GROUP: [ADMIN_SCOPE, "mcp:servers:read"], "public-mcp-users": ["mcp:servers:read"]})
    return rig


@pytest.mark.parametrize("removal", EVERY.values(), ids=EVERY)
def test_nobody_takes_their_own_administration_away(stored: Rig, removal: Removal) -> None:
    """Also where somebody else would be left: by accident one is out of the door fast."""
    if removal not in OF_GROUPS.values():
        stored.administrator("bob")
    answer = removal(stored, ADA, ADA)
    assert (answer.status, answer.code) == (409, "own_access_kept")
    assert ADA.id in administrators(stored)
    assert stored.okta.members(stored.okta.group_id(ADMIN_GROUP)) >= {ADA.id}


@pytest.mark.parametrize("actor", [ROBOT, replace(ADA, id="00u1ada00000000000A1")], ids=["machine", "id in other case"])
@pytest.mark.parametrize("removal", EVERY.values(), ids=EVERY)
def test_nobody_removes_the_last_administrator(stored: Rig, removal: Removal, actor: Caller) -> None:
    """A machine can ask, and does not count as one who is left."""
    answer = removal(stored, actor, ADA)
    assert answer.status in {403, 409}
    assert answer.code in {"last_administrator_kept", "not_administrator"}
    assert administrators(stored) == {ADA.id}


@pytest.mark.parametrize("removal", EVERY.values(), ids=EVERY)
def test_others_can_be_removed_while_somebody_is_left(stored: Rig, removal: Removal) -> None:
    stored.okta.add_group(SECOND)
    stored.write_rules(**{ADMIN_GROUP: [ADMIN_SCOPE], SECOND: [ADMIN_SCOPE]})
    bob = stored.administrator("bob", SECOND)
    assert removal(stored, bob, ADA).status == 200
    assert administrators(stored) == {bob.id}


NOT_COUNTED = {
    "suspended": ("POST", "/users/{}/lifecycle/suspend"),
    "deactivated": ("POST", "/users/{}/lifecycle/deactivate"),
}


@pytest.mark.parametrize(("method", "path"), NOT_COUNTED.values(), ids=NOT_COUNTED)
@pytest.mark.parametrize("removal", REMOVALS.values(), ids=REMOVALS)
def test_who_cannot_sign_in_is_no_administrator_who_is_left(rig: Rig, removal: Removal, method: str, path: str) -> None:
    bob = rig.administrator("bob")
    rig.okta.api(method, path.format(bob.id))
    assert removal(rig, ROBOT, ADA).code == "last_administrator_kept"
    assert administrators(rig) == {ADA.id}


@pytest.mark.parametrize("removal", REMOVALS.values(), ids=REMOVALS)
def test_a_user_who_was_never_activated_does_not_count(rig: Rig, removal: Removal) -> None:
    profile = {"login": "new@example.com", "email": "new@example.com", "firstName": "N", "lastName": "W"}
    group = rig.okta.group_id(ADMIN_GROUP)
    rig.okta.api("POST", "/users", {"profile": profile, "groupIds": [group]}, activate="false")
    assert removal(rig, ROBOT, ADA).code == "last_administrator_kept"


def test_members_of_a_directory_group_of_that_name_count(rig: Rig) -> None:
    """The groups claim has names only: who is in any group of the name is an administrator."""
    directory = rig.okta.control("groups", name=ADMIN_GROUP, type="APP_GROUP")["id"]
    answer = rig.call("DELETE", f"/api/iam/groups/{ADMIN_GROUP}")
    assert answer.code == "name_ambiguous"
    [own] = [group for group in rig.okta.api("GET", "/groups", q=ADMIN_GROUP) if group["type"] == "OKTA_GROUP"]
    assert rig.call("DELETE", f"/api/iam/groups/{own['id']}", actor=ROBOT).code == "last_administrator_kept"
    rig.okta.add_user("bob", directory)
    assert rig.call("DELETE", f"/api/iam/groups/{own['id']}", actor=ROBOT).status == 200


def test_scopes_are_taken_from_every_group_of_the_name(stored: Rig) -> None:
    """The rules know names: who is left in another group of the name is left without the scope, too."""
    directory = stored.okta.control("groups", name=ADMIN_GROUP, type="APP_GROUP")["id"]
    stored.okta.add_user("bob", directory)
    [own] = [group for group in stored.okta.api("GET", "/groups", q=ADMIN_GROUP) if group["type"] == "OKTA_GROUP"]
    answer = stored.call("PUT", f"/api/iam/groups/{own['id']}/scopes", {"scopes": []}, actor=ROBOT)
    assert answer.code == "last_administrator_kept"


def test_a_group_of_administrators_can_be_described(rig: Rig) -> None:
    answer = rig.call("PATCH", f"/api/iam/groups/{ADMIN_GROUP}", {"description": "Those who may do everything"})
    assert answer.ok()["name"] == ADMIN_GROUP


def test_a_group_can_get_more_scopes_and_keep_the_administrators(stored: Rig) -> None:
    path = f"/api/iam/groups/{ADMIN_GROUP}/scopes"
    assert stored.call("PUT", path, {"scopes": [ADMIN_SCOPE, "mcp:servers:write"]}).status == 200
    assert administrators(stored) == {ADA.id}


def test_who_administers_by_two_groups_can_leave_one(stored: Rig) -> None:
    second = stored.okta.add_group(SECOND)
    stored.write_rules(**{ADMIN_GROUP: [ADMIN_SCOPE], SECOND: [ADMIN_SCOPE]})
    stored.okta.api("PUT", f"/groups/{second}/users/{ADA.id}")
    assert _leave(stored, ADA, ADA).status == 200
    assert administrators(stored) == {ADA.id}


def test_who_moves_from_one_group_of_administrators_to_another_stays_one(stored: Rig) -> None:
    stored.okta.add_group(SECOND)
    stored.write_rules(**{ADMIN_GROUP: [ADMIN_SCOPE], SECOND: [ADMIN_SCOPE]})
    assert stored.call("PUT", f"{_user(ADA)}/groups", {"groups": [SECOND]}).status == 200
    assert administrators(stored) == {ADA.id}


def test_a_change_of_other_people_and_groups_is_not_in_the_way(rig: Rig) -> None:
    """Nobody waits for the lease who takes no administration away."""
    rig.database["iam_leases"].insert_one({"_id": "administrators", "holder": "another", "held_until": _in_a_minute()})
    assert rig.call("POST", f"{_user(PAT)}/groups", {"groups": [ADMIN_GROUP]}).status == 200
    assert rig.call("POST", f"{_user(PAT)}/activate").status == 200
    assert rig.call("DELETE", f"{_user(PAT)}/sessions").status == 200


def test_scopes_that_were_taken_away_a_moment_ago_count_no_more(stored: Rig) -> None:
    """The rules that the guard goes by are those of the store now, not those of up to a minute ago."""
    stored.okta.add_group(SECOND)
    stored.write_rules(**{ADMIN_GROUP: [ADMIN_SCOPE], SECOND: [ADMIN_SCOPE]})
    stored.administrator("bob", SECOND)
    assert stored.call("PUT", f"/api/iam/groups/{SECOND}/scopes", {"scopes": []}).status == 200
    assert REMOVALS["deactivate"](stored, ROBOT, ADA).code == "last_administrator_kept"
    assert administrators(stored) == {ADA.id}


def test_scopes_that_another_sandbox_gave_a_moment_ago_count(stored: Rig) -> None:
    """A group becomes the only one of administrators; another sandbox has read the rules shortly before."""
    stored.okta.add_group(SECOND)
    bob = stored.administrator("bob", SECOND)
    other = stored.sandbox()
    assert other.call("GET", f"/api/iam/groups/{SECOND}").ok()["scopes"] == []
    assert stored.call("PUT", f"/api/iam/groups/{SECOND}/scopes", {"scopes": [ADMIN_SCOPE]}).status == 200
    assert _leave(stored, bob, ADA).status == 200
    answer = other.call("DELETE", f"{_user(bob)}/groups", query={"group": SECOND}, actor=ROBOT)
    assert answer.code == "last_administrator_kept"


def test_who_is_no_administrator_any_more_removes_nobody(rig: Rig) -> None:
    """A token outlives the group that it names."""
    bob = rig.administrator("bob")
    rig.administrator("cyd")
    assert REMOVALS["deactivate"](rig, ADA, bob).status == 200
    assert REMOVALS["deactivate"](rig, bob, ADA).status in {403, 409}
    assert ADA.id in administrators(rig)


def _in_a_minute() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=60)
