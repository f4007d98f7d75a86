"""Groups of the management API and their members."""

from typing import Any

import pytest

from tests.contract.conftest import Clock
from tests.contract.okta_standin.browser import ADA, SAM, UMA, Browser, change_app, redeem, result_of
from tests.contract.okta_standin.management import (
    Management,
    control,
    links,
    managing,
    recorded_samples,
    refusal,
    succeeded,
)
from tests.contract.okta_standin.standin_client import Standin, claims_of

TAKEN = (400, "E0000001", ["name: An object with this field already exists in the current organization"])


def names(groups: list[dict[str, Any]]) -> list[str]:
    return sorted(group["profile"]["name"] for group in groups)


def test_a_new_group_looks_like_the_recorded_one(api: Management) -> None:
    real = recorded_samples("POST", "/api/v1/groups", 200)[0]["body"]
    ours = api.create_group("writers")
    assert list(ours) == list(real)
    assert ours["profile"] == {"name": "writers", "description": None}
    assert (ours["type"], ours["objectClass"]) == (real["type"], real["objectClass"])
    assert ours["_links"].keys() == real["_links"].keys()
    assert api.read(f"/groups/{ours['id']}") == ours
    assert api.read(f"/groups/{ours['id']}/users") == []


def test_everyone_is_built_in_and_holds_all_users(api: Management) -> None:
    everyone = api.group_named("Everyone")
    assert (everyone["type"], everyone["profile"]["description"]) == ("BUILT_IN", "All users in your organization")
    assert len(api.read(f"/groups/{everyone['id']}/users")) == 5


@pytest.mark.parametrize(
    ("profile", "answer"),
    [
        (None, (400, "E0000001", ["profile: The field cannot be left blank"])),
        ({"name": ""}, (400, "E0000001", ["name: The field cannot be left blank"])),
        ({"name": "Finance"}, TAKEN),
        ({"name": "FINANCE"}, TAKEN),
        ({"name": "Everyone"}, TAKEN),
        ({"name": "n" * 256}, (400, "E0000001", ["name: The field is too long"])),
        ({"name": "new", "description": 1}, (400, "E0000001", ["description: Incorrect type of the value"])),
    ],
    ids=["nothing", "no name", "taken", "taken in another case", "built in", "long", "type"],
)
def test_a_profile_that_cannot_be_is_refused(api: Management, profile: Any, answer: tuple[int, str, list[str]]) -> None:
    group = api.group_named("mcp-book-club")["id"]
    before = api.read("/groups")
    assert refusal(api.post("/groups", {"profile": profile})) == answer
    assert refusal(api.put(f"/groups/{group}", {"profile": profile})) == answer
    assert api.read("/groups") == before


def test_an_imported_group_may_have_the_name_of_another(own_okta: Standin, api: Management) -> None:
    imported = control(own_okta, "groups", name="Finance", type="APP_GROUP")
    assert [group["type"] for group in api.read("/groups", q="Finance")].count("APP_GROUP") == 1
    assert len(api.read("/groups", q="Finance")) == 2
    assert api.read(f"/groups/{imported['id']}")["profile"]["name"] == "Finance"
    control(own_okta, "groups", name="imported", type="APP_GROUP")
    assert api.create_group("imported")["type"] == "OKTA_GROUP"


@pytest.mark.parametrize("name", ["Everyone", "imported"])
def test_a_group_that_is_not_ones_own_cannot_be_changed(own_okta: Standin, api: Management, name: str) -> None:
    control(own_okta, "groups", name="imported", type="APP_GROUP")
    path = f"/groups/{api.group_named(name)['id']}"
    unsupported: tuple[int, str, list[str]] = (501, "E0000060", [])
    assert refusal(api.put(path, {"profile": {"name": "other"}})) == unsupported
    assert refusal(api.delete(path)) == unsupported
    assert refusal(api.put(f"{path}/users/{ADA}")) == unsupported
    assert refusal(api.delete(f"{path}/users/{ADA}")) == unsupported


def test_a_put_replaces_the_whole_profile(api: Management, clock: Clock) -> None:
    group = api.create_group("writers", "They write.")
    clock.now += 5
    changed = succeeded(api.put(f"/groups/{group['id']}", {"profile": {"name": "authors", "costCentre": "7"}}))
    assert changed["profile"] == {"name": "authors", "description": None, "costCentre": "7"}
    assert changed["lastUpdated"] > group["lastUpdated"]
    assert changed["lastMembershipUpdated"] == group["lastMembershipUpdated"]


def test_an_unknown_group_or_member_is_not_found(api: Management) -> None:
    group = api.create_group("writers")["id"]
    assert refusal(api.get("/groups/00gNone")) == (404, "E0000007", [])
    assert api.get("/groups/00gNone").json()["errorSummary"] == "Not found: Resource not found: 00gNone (UserGroup)"
    assert api.put(f"/groups/{group}/users/00uNone").json()["errorSummary"].endswith("00uNone (User)")


def members(api: Management, group_id: str) -> list[str]:
    return sorted(user["profile"]["login"] for user in api.read(f"/groups/{group_id}/users"))


def test_members_come_and_go_and_twice_is_no_error(api: Management, clock: Clock) -> None:
    group = api.create_group("writers")
    path = f"/groups/{group['id']}/users"
    clock.now += 5
    assert [api.put(f"{path}/{ADA}").status_code for _ in range(2)] == [204, 204]
    assert members(api, group["id"]) == [ADA]
    assert api.read(f"/groups/{group['id']}")["lastMembershipUpdated"] > group["lastMembershipUpdated"]
    assert [api.delete(f"{path}/{ADA}").status_code for _ in range(2)] == [204, 204]
    assert members(api, group["id"]) == []


def groups_in_token(person: Browser, login: str) -> list[str]:
    response = redeem(person.okta, person.code(login))
    person.http.cookies.clear()
    groups: list[str] = claims_of(response.json()["access_token"]).get("groups", [])
    return groups


def test_a_membership_is_in_the_next_token(own_person: Browser, api: Management) -> None:
    group = api.create_group("mcp-writers")["id"]
    succeeded(api.put(f"/groups/{group}/users/{SAM}"))
    assert groups_in_token(own_person, SAM) == ["mcp-writers"]
    succeeded(api.put(f"/groups/{group}", {"profile": {"name": "mcp-authors"}}))
    assert groups_in_token(own_person, SAM) == ["mcp-authors"]
    succeeded(api.delete(f"/groups/{group}"))
    assert groups_in_token(own_person, SAM) == []
    assert names(api.read(f"/users/{SAM}/groups")) == ["Everyone"]


def test_an_app_keeps_a_group_that_is_renamed(own_person: Browser, api: Management) -> None:
    group = api.create_group("writers")["id"]
    succeeded(api.put(f"/groups/{group}/users/{UMA}"))
    change_app(own_person.okta, assigned_groups=["writers"])
    succeeded(api.put(f"/groups/{group}", {"profile": {"name": "authors"}}))
    assert "code" in result_of(own_person.sign_in(UMA))


def test_the_apps_of_a_group_are_listed(own_okta: Standin, api: Management) -> None:
    group = api.group_named("Finance")["id"]
    assert api.read(f"/groups/{group}/apps") == []
    change_app(own_okta, assigned_groups=["Finance"])
    assert [app["label"] for app in api.read(f"/groups/{group}/apps")] == ["AI Registry"]


def test_a_deleted_group_is_gone(api: Management) -> None:
    group = api.group_named("Finance")["id"]
    assert api.delete(f"/groups/{group}").status_code == 204
    assert refusal(api.delete(f"/groups/{group}")) == (404, "E0000007", [])
    assert "Finance" not in names(api.read(f"/users/{ADA}/groups"))


def test_q_looks_at_the_start_of_names_and_gives_one_page(okta: Standin) -> None:
    with managing(okta) as caller:
        response = caller.get("/groups", q="MCP-team", limit=7)
        assert len(response.json()) == 7
        assert links(response) == {}
        assert caller.read("/groups", q="team") == []


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('profile.name eq "finance"', ["Finance"]),
        ('profile.name sw "mcp-team-12"', ["mcp-team-12", "mcp-team-120"]),
        ('type eq "BUILT_IN"', ["Everyone"]),
        ('profile.name eq "no \\"such\\" \\\\ group"', []),
        ('profile.description co "organization"', ["Everyone"]),
    ],
)
@pytest.mark.parametrize("parameter", ["search", "filter"])
def test_groups_are_found_by_an_expression(okta: Standin, parameter: str, expression: str, found: list[str]) -> None:
    with managing(okta) as caller:
        assert names(caller.read("/groups", **{parameter: expression})) == found


@pytest.mark.parametrize("parameter", ["search", "filter"])
@pytest.mark.parametrize("path", ["/groups", "/users"])
def test_a_wrong_expression_is_refused(okta: Standin, path: str, parameter: str) -> None:
    with managing(okta) as caller:
        assert refusal(caller.get(path, **{parameter: 'name eq "x"'})) == (400, "E0000031", [])


def test_search_lags_behind_and_q_does_not(api: Management, clock: Clock) -> None:
    group = api.create_group("writers")["id"]
    search = 'profile.name eq "writers"'
    assert names(api.read("/groups", q="writers")) == ["writers"]
    assert api.read("/groups", search=search) == []
    clock.now += 1
    assert names(api.read("/groups", search=search)) == ["writers"]
    api.delete(f"/groups/{group}")
    assert api.read("/groups", q="writers") == []
    assert names(api.read("/groups", search=search)) == ["writers"]
    clock.now += 1
    assert api.read("/groups", search=search) == []
