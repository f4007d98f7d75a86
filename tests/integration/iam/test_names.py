"""Users and groups by id or by name: exact id, else exact name, nothing guessed from the shape."""

from urllib.parse import quote

import pytest

from tests.integration.iam.rig import ADA, PAT, Rig

UNKNOWN_USERS = {
    "half a login": "ada",
    "an id in other case": ADA.id.upper(),
    "a prefix of an id": ADA.id[:-1],
    "me": "me",
    "a step": ".",
    "a step up": "..",
    "a path": "../groups",
    "a query": "ada@example.com?x=1",
    "a fragment": "ada@example.com#",
    "spaces around": " ada@example.com ",
    "nothing but a space": " ",
    "NUL": "\0",
    "other letters": "\u0430da@example.com",
    "an expression": 'ada@example.com" or id pr',
    "escaped twice": "ada%40example.com",
    "very long": "a" * 3_000,
}


@pytest.mark.parametrize("text", UNKNOWN_USERS.values(), ids=UNKNOWN_USERS)
def test_what_is_no_exact_id_or_login_is_nobody(steady: Rig, text: str) -> None:
    answer = steady.call("GET", f"/api/iam/users/{quote(text, safe='')}")
    assert (answer.status, answer.code) == (404, "user_unknown")


@pytest.mark.parametrize("text", [ADA.id, "ada@example.com", "ADA@EXAMPLE.COM"])
@pytest.mark.parametrize("escape", [quote, lambda text: "".join(f"%{ord(letter):02x}" for letter in text)])
def test_a_user_is_found_by_id_or_whole_login(steady: Rig, text: str, escape: type[str]) -> None:
    assert steady.call("GET", f"/api/iam/users/{escape(text)}").ok()["id"] == ADA.id


@pytest.mark.parametrize("login", ["jo+test@example.com", "jo%40@example.com", "j'o@example.com"])
def test_odd_logins_can_be_asked_for(rig: Rig, login: str) -> None:
    body = {"username": login, "email": "jo@example.com", "firstName": "Jo", "lastName": "Doe"}
    made = rig.call("POST", "/api/iam/users", body).ok(201)
    path = f"/api/iam/users/{quote(login, safe='')}"
    assert rig.call("GET", path).ok()["id"] == made["id"]
    rig.call("DELETE", path).ok()
    assert rig.okta.user_status(made["id"]) == ""


@pytest.mark.parametrize("text", ["a/b@example.com", "ada@example.com\n"])
def test_a_login_that_cannot_stand_in_a_path_of_oktas_is_nobodys(steady: Rig, text: str) -> None:
    """Okta, "Get a user": logins with a slash can be fetched by id only."""
    assert steady.call("GET", f"/api/iam/users/{quote(text, safe='')}").code == "user_unknown"


UNKNOWN_GROUPS = {
    "another case": "finance",
    "a prefix": "Financ",
    "spaces around": " Finance ",
    "me": "me",
    "a step": ".",
    "a step up": "..",
    "an expression": 'Finance" or id pr or profile.name eq "',
    "a wildcard": "*",
    "very long": "x" * 3_000,
    "NUL": "\0",
}


@pytest.mark.parametrize("text", UNKNOWN_GROUPS.values(), ids=UNKNOWN_GROUPS)
def test_what_is_no_exact_id_or_name_is_no_group(steady: Rig, text: str) -> None:
    answer = steady.call("GET", f"/api/iam/groups/{quote(text, safe='')}")
    assert (answer.status, answer.code) == (404, "group_unknown")


NAMES = {
    "long with hyphens": "registry-admins-production-eu-west-1",
    "like an id": "00g1234567890abcdefg",
    "me": "me",
    "a dot": ".",
    "two dots": "..",
    "a slash": "teams/eu",
    "percent": "100%41",
    "a quote": 'the "best" \\ team',
    "a plus": "a+b c",
    "not ASCII": "Ä Gruppe 团队",
    "a comma": "a,b",
    "the longest": "x" * 255,
    "composed otherwise": "Cafe\u0301",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_odd_names_of_groups_work_everywhere(rig: Rig, name: str) -> None:
    """Upstream takes long names with hyphens for ids, and never finds an id (facts, weakness 16)."""
    group = rig.call("POST", "/api/iam/groups", {"name": name}).ok(201)["id"]
    path = f"/api/iam/groups/{quote(name, safe='')}"
    assert rig.call("GET", path).ok()["id"] == group
    rig.call("PUT", f"/api/iam/users/{PAT.id}/groups", {"groups": [name]}).ok()
    assert rig.okta.group_names(PAT.id) == [name]
    rig.call("DELETE", f"/api/iam/users/{PAT.id}/groups", query={"group": name}).ok()
    assert rig.call("GET", f"{path}/members").ok()["users"] == []
    rig.call("DELETE", path).ok()
    assert rig.okta.status("GET", f"/groups/{group}") == 404


def test_an_id_goes_before_a_name(rig: Rig) -> None:
    finance = rig.okta.group_id("Finance")
    decoy = rig.okta.add_group(finance)
    assert rig.call("GET", f"/api/iam/groups/{finance}").ok()["id"] == finance
    assert rig.call("GET", f"/api/iam/groups/{decoy}").ok()["name"] == finance


def test_a_name_of_several_groups_is_ambiguous_and_their_ids_are_told(rig: Rig) -> None:
    own, directory = rig.okta.group_id("Finance"), rig.okta.control("groups", name="Finance", type="APP_GROUP")["id"]
    user = f"/api/iam/users/{PAT.id}/groups"
    for answer in (
        rig.call("GET", "/api/iam/groups/Finance"),
        rig.call("DELETE", "/api/iam/groups/Finance"),
        rig.call("PUT", user, {"groups": ["public-mcp-users", "Finance"]}),
        rig.call("POST", user, {"groups": ["Finance"]}),
        rig.call("DELETE", user, query={"group": "Finance"}),
    ):
        assert (answer.status, answer.code) == (409, "name_ambiguous")
        assert own in answer.problem["detail"]
        assert directory in answer.problem["detail"]
    assert rig.okta.changes() == []
    assert rig.call("POST", user, {"groups": [own]}).status == 200


def test_a_name_with_more_groups_of_its_beginning_than_a_page_is_found(rig: Rig) -> None:
    for number in range(210):
        rig.okta.add_group(f"big-{number}")
    wanted = rig.okta.add_group("big")
    rig.okta.control("search", delay=0)
    assert rig.call("GET", "/api/iam/groups/big").ok()["id"] == wanted
