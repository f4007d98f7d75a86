"""/api/iam/users/{user}/groups: the smallest difference, unknown groups refused before anything is changed."""

from dataclasses import replace

import pytest

from tests.integration.iam.rig import ADA, ADMIN_GROUP, PAT, Rig

PATH = f"/api/iam/users/{PAT.id}/groups"
GROUP = "public-mcp-users"


def _made(rig: Rig) -> list[tuple[str, str]]:
    """Changes of memberships: method and name of the group."""
    names = {group["id"]: group["profile"]["name"] for group in rig.okta.api("GET", "/groups", limit=200)}
    return [(method, names[path.split("/")[4]]) for method, path in rig.okta.changes()]


def test_a_users_groups_are_shown_with_those_that_okta_gives(steady: Rig) -> None:
    assert steady.call("GET", PATH).ok() == {"user": PAT.id, "groups": ["Everyone", GROUP]}


def test_replacing_changes_only_the_difference(rig: Rig) -> None:
    answer = rig.call("PUT", PATH, {"groups": [GROUP, "Finance", "Finance", rig.okta.group_id("mcp-book-club")]}).ok()
    assert (answer["added"], answer["removed"]) == (["Finance", "mcp-book-club"], [])
    assert answer["groups"] == ["Everyone", "Finance", "mcp-book-club", GROUP]
    assert _made(rig) == [("PUT", "Finance"), ("PUT", "mcp-book-club")]
    answer = rig.call("PUT", PATH, {"groups": ["Finance"]}).ok()
    assert (answer["added"], answer["removed"]) == ([], ["mcp-book-club", GROUP])
    assert sorted(_made(rig)[2:]) == [("DELETE", "mcp-book-club"), ("DELETE", GROUP)]
    assert rig.okta.group_names(PAT.id) == ["Finance"]


def test_who_moves_is_added_before_they_are_removed(rig: Rig) -> None:
    rig.call("PUT", PATH, {"groups": ["Finance"]}).ok()
    assert _made(rig) == [("PUT", "Finance"), ("DELETE", GROUP)]


@pytest.mark.parametrize(("method", "groups"), [("PUT", [GROUP]), ("POST", [GROUP]), ("POST", [])])
def test_a_change_that_changes_nothing_writes_nothing(rig: Rig, method: str, groups: list[str]) -> None:
    answer = rig.call(method, PATH, {"groups": groups}).ok()
    assert (answer["added"], answer["removed"]) == ([], [])
    assert rig.okta.changes() == []
    assert rig.audit() == []


def test_adding_keeps_the_others(rig: Rig) -> None:
    assert rig.call("POST", PATH, {"groups": ["Finance"]}).ok()["added"] == ["Finance"]
    assert rig.okta.group_names(PAT.id) == ["Finance", GROUP]


def test_several_groups_are_left_at_once(rig: Rig) -> None:
    rig.call("POST", PATH, {"groups": ["Finance", "mcp-book-club"]}).ok()
    query = {"group": ["Finance", GROUP, "mcp-team-1"]}
    assert rig.call("DELETE", PATH, query=query).ok()["removed"] == ["Finance", GROUP]
    assert rig.okta.group_names(PAT.id) == ["mcp-book-club"]


@pytest.mark.parametrize("query", [None, {"group": ""}, {"groups": "Finance"}], ids=str)
def test_leaving_no_group_is_refused(steady: Rig, query: dict[str, object] | None) -> None:
    assert steady.call("DELETE", PATH, query=query).code == "request_invalid"


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_unknown_groups_are_refused_and_named_before_anything_is_changed(rig: Rig, method: str) -> None:
    names = ["Finance", "nowhere", GROUP, "finance"]
    body, query = (None, {"group": names}) if method == "DELETE" else ({"groups": names}, None)
    answer = rig.call(method, PATH, body, query)
    assert (answer.status, answer.code) == (422, "groups_unknown")
    assert "'nowhere'" in answer.problem["detail"]
    assert "'finance'" in answer.problem["detail"]
    assert "'Finance'" not in answer.problem["detail"]
    assert rig.okta.changes() == []


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_a_group_that_okta_manages_is_not_changed(rig: Rig, method: str) -> None:
    directory = rig.okta.control("groups", name="Directory", type="APP_GROUP")["id"]
    user = rig.okta.add_user("jo", *([directory] if method == "DELETE" else []))
    names = ["Finance", "Directory"]
    body, query = (None, {"group": names}) if method == "DELETE" else ({"groups": names}, None)
    answer = rig.call(method, f"/api/iam/users/{user}/groups", body, query)
    assert (answer.status, answer.code) == (409, "group_not_editable")
    assert "Directory (APP_GROUP)" in answer.problem["detail"]
    assert [path for _, path in rig.okta.changes() if "/groups/" in path] == []


def test_replacing_leaves_groups_that_okta_manages(rig: Rig) -> None:
    directory = rig.okta.control("groups", name="Directory", type="APP_GROUP")["id"]
    user = rig.okta.add_user("jo", directory)
    answer = rig.call("PUT", f"/api/iam/users/{user}/groups", {"groups": []}).ok()
    assert answer["groups"] == ["Directory", "Everyone"]
    assert rig.okta.group_names(user) == ["Directory"]


def test_all_of_more_groups_than_fit_a_page_are_read(rig: Rig) -> None:
    """Upstream reads the first 200 (facts, weakness 17)."""
    extra = [rig.okta.add_group(f"extra-{number}") for number in range(130)]
    max_id = "00u1max00000000000m1"
    for group in extra:
        rig.okta.api("PUT", f"/groups/{group}/users/{max_id}")
    before = len(rig.okta.changes())
    answer = rig.call("PUT", f"/api/iam/users/{max_id}/groups", {"groups": ["mcp-team-1"]}).ok()
    assert len(answer["removed"]) == 249
    assert len(rig.okta.changes()) == before + 249
    assert rig.okta.group_names(max_id) == ["mcp-team-1"]


def test_a_change_that_fails_half_way_is_told_and_finished_by_asking_again(rig: Rig) -> None:
    rig.okta.fault("/api/v1/groups", "outage", method="DELETE", times=2)
    answer = rig.call("PUT", PATH, {"groups": ["Finance"]})
    assert (answer.status, answer.code) == (503, "okta_unavailable")
    [entry] = rig.audit()
    assert entry["result"] == "failed"
    assert '"Finance"' in entry["after"]
    assert GROUP in entry["after"]
    rig.call("PUT", PATH, {"groups": ["Finance"]}).ok()
    assert rig.okta.group_names(PAT.id) == ["Finance"]


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_an_unknown_user_gets_no_groups(steady: Rig, method: str) -> None:
    answer = steady.call(method, "/api/iam/users/nobody@example.com/groups", {"groups": [GROUP]})
    assert answer.code == "user_unknown"


def test_promotion_and_demotion_of_somebody_else_work(rig: Rig) -> None:
    rig.call("POST", PATH, {"groups": [ADMIN_GROUP]}).ok()
    rig.call(
        "DELETE", f"/api/iam/users/{ADA.id}/groups", query={"group": ADMIN_GROUP}, actor=replace(PAT, scopes=ADA.scopes)
    ).ok()
    assert rig.okta.group_names(ADA.id) == ["Finance", "mcp-book-club"]
