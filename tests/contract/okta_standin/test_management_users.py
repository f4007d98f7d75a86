"""Users of the management API: made, found and changed as Okta does it."""

from typing import Any

import pytest

from tests.contract.conftest import Clock
from tests.contract.okta_standin.browser import ADA, SAM, Browser, redeem, result_of
from tests.contract.okta_standin.management import (
    Management,
    control,
    links,
    managing,
    profile,
    recorded_samples,
    refusal,
    succeeded,
)
from tests.contract.okta_standin.standin_client import Standin

ADA_ID = "00u1ada00000000000a1"
PASSWORD = "correct horse"


@pytest.mark.parametrize(
    ("password", "activate", "status"),
    [
        (PASSWORD, "true", "ACTIVE"),
        (None, "true", "PROVISIONED"),
        (PASSWORD, "false", "STAGED"),
        (None, "false", "STAGED"),
    ],
    ids=["password", "no password", "staged", "staged without password"],
)
def test_a_new_users_status_depends_on_password_and_activation(
    api: Management, password: str | None, activate: str, status: str
) -> None:
    user = api.create_user("nina", password, activate=activate)
    assert user["status"] == status
    assert (user["activated"] is None) == (status == "STAGED")
    assert (user["passwordChanged"] is None) == (password is None)
    assert ("password" in user["credentials"]) == (password is not None)
    assert PASSWORD not in str(user)


def test_activation_is_the_default(api: Management) -> None:
    assert api.create_user("nina")["status"] == "ACTIVE"


def test_a_new_user_looks_like_the_recorded_one(api: Management) -> None:
    real = recorded_samples("POST", "/api/v1/users", 200)[0]["body"]
    ours = api.create_user("nina")
    assert list(ours) == list(real)
    assert list(ours["profile"]) == list(real["profile"])
    assert ours["profile"]["mobilePhone"] is None
    assert set(ours["_links"]) == set(real["_links"])
    assert ours["credentials"].keys() == real["credentials"].keys()
    assert (len(ours["id"]), ours["id"][:3]) == (20, "00u")
    assert len(ours["created"]) == len(real["created"])


def test_a_listed_user_links_to_itself_only(api: Management) -> None:
    assert {tuple(user["_links"]) for user in api.read("/users")} == {("self",)}


def test_a_new_user_is_in_the_named_groups_and_in_everyone(api: Management) -> None:
    ids = [api.group_named(name)["id"] for name in ("public-mcp-users", "mcp-book-club")]
    user = succeeded(api.post("/users", {"profile": profile("nina"), "groupIds": ids}))
    names = {group["profile"]["name"] for group in api.read(f"/users/{user['id']}/groups")}
    assert names == {"Everyone", "public-mcp-users", "mcp-book-club"}


def test_a_new_user_signs_in_with_groups_in_the_tokens(own_person: Browser, api: Management) -> None:
    group = api.group_named("registry-admins")["id"]
    body = {"profile": profile("nina"), "credentials": {"password": {"value": PASSWORD}}, "groupIds": [group]}
    succeeded(api.post("/users", body))
    page = own_person.authorize()
    answer = own_person.fill_in(page, login="NINA@example.com", password=PASSWORD)
    assert redeem(own_person.okta, result_of(answer)["code"]).status_code == 200


@pytest.mark.parametrize("status", ["STAGED", "PROVISIONED"])
def test_a_user_who_is_not_active_cannot_sign_in(own_person: Browser, api: Management, status: str) -> None:
    password = PASSWORD if status == "STAGED" else None
    api.create_user("nina", password, activate="false" if status == "STAGED" else "true")
    page = own_person.authorize()
    assert own_person.fill_in(page, login="nina@example.com", password=PASSWORD).status_code != 302


PROFILE = profile("nina")
TAKEN = "login: An object with this field already exists in the current organization"


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({}, (400, "E0000001", ["profile: The field cannot be left blank"])),
        ({"profile": {**PROFILE, "login": ADA}}, (400, "E0000001", [TAKEN])),
        ({"profile": {**PROFILE, "login": ADA.upper()}}, (400, "E0000001", [TAKEN])),
        ({"profile": {**PROFILE, "login": None}}, (400, "E0000001", ["login: The field cannot be left blank"])),
        ({"profile": {**PROFILE, "lastName": ""}}, (400, "E0000001", ["lastName: The field cannot be left blank"])),
        (
            {"profile": {**PROFILE, "login": "nina-n"}},
            (400, "E0000001", ["login: Username must be in the form of an email address"]),
        ),
        ({"profile": {**PROFILE, "email": "nina-n"}}, (400, "E0000001", ["email: Does not match required pattern"])),
        ({"profile": {**PROFILE, "firstName": 7}}, (400, "E0000001", ["firstName: Incorrect type of the value"])),
        (
            {"profile": {**PROFILE, "shoeSize": "44"}},
            (400, "E0000001", ["shoeSize: The property is not defined in the user schema"]),
        ),
        (
            {"profile": {**PROFILE, "firstName": "n" * 51}},
            (400, "E0000001", ["firstName: The value must have 1 to 50 characters"]),
        ),
        (
            {"profile": PROFILE, "credentials": {"password": {"value": "short"}}},
            (
                400,
                "E0000001",
                ["password: Password requirements were not met. Password requirements: at least 8 characters."],
            ),
        ),
        ({"profile": PROFILE, "groupIds": ["00gNone"]}, (404, "E0000007", [])),
        (
            {"profile": PROFILE, "groupIds": ["00gNone"] * 21},
            (400, "E0000093", ["A user can be created in 20 groups at most."]),
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_user_that_cannot_be_made_is_refused_and_not_made(
    api: Management, body: dict[str, Any], answer: tuple[int, str, list[str]]
) -> None:
    assert refusal(api.post("/users", body)) == answer
    assert len(api.read("/users")) == 5


@pytest.mark.parametrize("name", [ADA_ID, ADA, ADA.upper(), "ada"], ids=["id", "login", "upper case", "short login"])
def test_a_user_is_found_by_id_login_or_the_start_of_the_login(okta: Standin, name: str) -> None:
    with managing(okta) as caller:
        assert caller.read(f"/users/{name}")["id"] == ADA_ID


def test_the_start_of_two_logins_finds_nobody(api: Management) -> None:
    succeeded(api.post("/users", {"profile": {**PROFILE, "login": "ada@other.example"}}))
    assert refusal(api.get("/users/ada")) == (404, "E0000007", [])


def test_an_unknown_user_is_not_found(okta: Standin) -> None:
    with managing(okta) as caller:
        response = caller.get("/users/00uNobody")
    assert refusal(response) == (404, "E0000007", [])
    assert response.json()["errorSummary"] == "Not found: Resource not found: 00uNobody (User)"


def test_a_partial_update_keeps_what_it_does_not_name(api: Management, clock: Clock) -> None:
    clock.now += 5
    user = succeeded(api.post(f"/users/{ADA}", {"profile": {"title": "Admiral", "firstName": "Adah"}}))
    assert (user["profile"]["title"], user["profile"]["firstName"], user["profile"]["lastName"]) == (
        "Admiral",
        "Adah",
        "Admin",
    )
    assert user["lastUpdated"] > user["created"]
    assert api.read(f"/users/{ADA_ID}")["profile"] == user["profile"]


def test_a_full_update_drops_what_it_does_not_name(api: Management) -> None:
    api.post(f"/users/{ADA}", {"profile": {"title": "Admiral"}})
    members = {"firstName": "Ada", "lastName": "New", "login": ADA, "email": ADA}
    user = succeeded(api.put(f"/users/{ADA}", {"profile": members}))
    assert "title" not in user["profile"]
    assert refusal(api.put(f"/users/{ADA}", {"profile": {"firstName": "Ada"}}))[:2] == (400, "E0000001")


def test_a_changed_login_is_the_new_name_and_frees_the_old_one(own_person: Browser, api: Management) -> None:
    succeeded(api.post(f"/users/{SAM}", {"profile": {"login": "samuel@example.com"}}))
    assert api.get(f"/users/{SAM}").status_code == 404
    assert "code" in result_of(own_person.sign_in("samuel@example.com"))
    api.create_user("sam")
    assert refusal(api.post(f"/users/{SAM}", {"profile": {"login": ADA}})) == (400, "E0000001", [TAKEN])


def logins(users: list[dict[str, Any]]) -> list[str]:
    return sorted(user["profile"]["login"].partition("@")[0] for user in users)


def test_the_list_and_q_leave_deactivated_users_out_and_search_does_not(
    own_okta: Standin, api: Management, clock: Clock
) -> None:
    api.delete(f"/users/{ADA}")
    clock.now += 1
    assert logins(api.read("/users")) == ["max", "pat", "sam", "uma"]
    assert logins(api.read("/users", q="ada")) == []
    assert logins(api.read("/users", search='status eq "DEPROVISIONED"')) == ["ada"]
    assert logins(api.read("/users", filter='status eq "DEPROVISIONED"')) == ["ada"]


def test_q_looks_at_the_start_of_names_and_address_and_gives_one_page_of_ten(
    own_okta: Standin, api: Management
) -> None:
    control(own_okta, "populate", users=30)
    response = api.get("/users", q="PERSON-")
    assert len(response.json()) == 10
    assert links(response) == {}
    assert logins(api.read("/users", q="Uma")) == ["uma"]
    assert logins(api.read("/users", q="Unassigned")) == ["uma"]
    assert logins(api.read("/users", q="example")) == []


def test_search_lags_behind_and_everything_else_does_not(api: Management, clock: Clock) -> None:
    api.create_user("nina")
    search = 'profile.login eq "nina@example.com"'
    assert logins(api.read("/users", q="nina")) == ["nina"]
    assert api.read("/users", search=search) == []
    clock.now += 1
    assert logins(api.read("/users", search=search)) == ["nina"]
    api.post("/users/nina", {"profile": {"login": "nora@example.com"}})
    assert logins(api.read("/users", search=search)) == ["nina"]
    clock.now += 1
    assert api.read("/users", search=search) == []


def test_the_lag_of_search_can_be_switched_off(own_okta: Standin, api: Management) -> None:
    control(own_okta, "search", delay=0)
    api.create_user("nina")
    assert logins(api.read("/users", search='profile.firstName sw "nin"')) == ["nina"]
