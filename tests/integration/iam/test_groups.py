"""/api/iam/groups: groups, their members, and the scopes that the rules give them."""

import pytest

from tests.integration.iam.rig import ADA, ADMIN_GROUP, ADMIN_SCOPE, PAT, Rig

GROUPS = "/api/iam/groups"


def test_a_group_is_created_described_renamed_and_deleted(rig: Rig) -> None:
    made = rig.call("POST", GROUPS, {"name": "ai-agents", "description": "Autonomous clients"}).ok(201)
    assert (made["name"], made["description"], made["type"]) == ("ai-agents", "Autonomous clients", "OKTA_GROUP")
    path = f"{GROUPS}/{made['id']}"
    assert rig.call("PATCH", path, {"description": None}).ok()["description"] is None
    assert rig.call("PATCH", path, {"name": "agents"}).ok()["name"] == "agents"
    assert rig.call("GET", f"{GROUPS}/agents").ok()["id"] == made["id"]
    rig.call("DELETE", f"{GROUPS}/agents").ok()
    assert rig.call("GET", path).code == "group_unknown"


def test_renaming_keeps_the_description_and_the_rest_of_the_profile(rig: Rig) -> None:
    """Okta replaces the profile as a whole."""
    profile = {"name": "ai-agents", "description": "Autonomous", "costCentre": "4711"}
    group = rig.okta.api("POST", "/groups", {"profile": profile})["id"]
    rig.call("PATCH", f"{GROUPS}/{group}", {"name": "agents"}).ok()
    assert rig.okta.api("GET", f"/groups/{group}")["profile"] == {**profile, "name": "agents"}


@pytest.mark.parametrize("name", ["Finance", "Everyone"])
def test_a_name_that_is_taken_is_a_conflict(rig: Rig, name: str) -> None:
    for answer in (
        rig.call("POST", GROUPS, {"name": name}),
        rig.call("PATCH", f"{GROUPS}/mcp-book-club", {"name": name}),
    ):
        assert (answer.status, answer.code) == (409, "group_exists")
    assert rig.okta.changes() == []


def test_a_name_that_is_taken_in_other_case_is_the_same_conflict(rig: Rig) -> None:
    """Okta says so, at the request."""
    assert rig.call("POST", GROUPS, {"name": "FINANCE"}).code == "group_exists"
    assert rig.call("PATCH", f"{GROUPS}/mcp-book-club", {"name": "FINANCE"}).code == "group_exists"


@pytest.mark.parametrize("name", ["Everyone", "Directory"])
def test_groups_of_others_are_not_changed(rig: Rig, name: str) -> None:
    rig.okta.control("groups", name="Directory", type="APP_GROUP")
    assert rig.call("PATCH", f"{GROUPS}/{name}", {"description": "x"}).code == "group_not_editable"
    assert rig.call("DELETE", f"{GROUPS}/{name}").code == "group_not_editable"


def test_a_group_is_shown_with_its_scopes(steady: Rig) -> None:
    assert ADMIN_SCOPE in steady.call("GET", f"{GROUPS}/{ADMIN_GROUP}").ok()["scopes"]
    assert steady.call("GET", f"{GROUPS}/Finance").ok()["scopes"] == []
    scopes = steady.call("GET", f"{GROUPS}/public-mcp-users/scopes").ok()
    assert scopes == {
        "group": "public-mcp-users",
        "scopes": ["mcp:servers:list", "mcp:servers:read"],
        "source": "file",
    }


def test_members_are_listed_page_by_page_by_one_call_each(rig: Rig) -> None:
    finance = rig.okta.group_id("Finance")
    wanted = {ADA.id, *(rig.okta.add_user(f"member{number}", finance) for number in range(6))}
    seen: list[str] = []
    after = None
    while True:
        page = rig.call(
            "GET", f"{GROUPS}/{finance}/members", query={"limit": 3} | ({"after": after} if after else {})
        ).ok()
        seen += [user["id"] for user in page["users"]]
        after = page["next"]
        if after is None:
            break
    assert (set(seen), len(seen)) == (wanted, 7)


def test_groups_are_listed_page_by_page_and_searched_by_their_beginning(steady: Rig) -> None:
    names, after = [], None
    while True:
        page = steady.call("GET", GROUPS, query={"limit": 50} | ({"after": after} if after else {})).ok()
        names += [group["name"] for group in page["groups"]]
        after = page["next"]
        if after is None:
            break
    assert len(names) == len(set(names)) == 125
    found = steady.call("GET", GROUPS, query={"search": "mcp-team-12"}).ok()["groups"]
    assert sorted(group["name"] for group in found) == ["mcp-team-12", "mcp-team-120"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 256},
        {"name": "a\nb"},
        {"name": None},
        {"description": "x"},
        {"name": "x", "description": "x" * 1025},
        {"name": "x", "type": "BUILT_IN"},
    ],
    ids=str,
)
def test_a_group_of_a_wrong_shape_is_refused(steady: Rig, body: object) -> None:
    assert steady.call("POST", GROUPS, body).code == "request_invalid"


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": ""}], ids=str)
def test_a_change_of_a_wrong_shape_is_refused(steady: Rig, body: object) -> None:
    assert steady.call("PATCH", f"{GROUPS}/Finance", body).code == "request_invalid"


def test_one_odd_record_does_not_fail_a_page(rig: Rig) -> None:
    rig.okta.answer("GET", "/groups", 200, [{"id": "00gx"}, None, {"id": "00gy", "profile": {"name": "odd"}}])
    page = rig.call("GET", GROUPS).ok()
    assert [(group["id"], group["type"]) for group in page["groups"]] == [("00gy", "")]
    user = {"id": "00ux", "status": "ACTIVE", "profile": {"login": "odd@example.com", "firstName": 7}}
    rig.okta.answer("GET", "/users", 200, [{"id": 3}, user, "x"])
    [shown] = rig.call("GET", "/api/iam/users").ok()["users"]
    assert (shown["username"], shown["firstName"]) == ("odd@example.com", "")


def test_deleting_a_group_leaves_its_members(rig: Rig) -> None:
    rig.call("DELETE", f"{GROUPS}/public-mcp-users").ok()
    assert rig.okta.user_status(PAT.id) == "ACTIVE"
    assert rig.okta.group_names(PAT.id) == []
