"""Who and what has access: groups and users assigned to apps, and scopes of Okta's own API granted to them."""

from typing import Any

import pytest

from tests.contract.okta_standin.app_bodies import create_app, recorded, shape
from tests.contract.okta_standin.browser import ADA, UMA, Browser, result_of
from tests.contract.okta_standin.management import Management, bearer, managing, refusal, succeeded
from tests.contract.okta_standin.standin_client import AGENT, KEY_AGENT, WEB_APP, Standin

GROUPS = f"/apps/{WEB_APP}/groups"
USERS = f"/apps/{WEB_APP}/users"
GRANTS = f"/apps/{KEY_AGENT}/grants"


def user_id(api: Management, login: str) -> str:
    return str(api.read(f"/users/{login}")["id"])


def may_sign_in(person: Browser, login: str) -> bool:
    person.http.cookies.clear()
    return "code" in result_of(person.sign_in(login))


def test_assignments_have_the_recorded_shape(api: Management) -> None:
    for kind, path in (("groups/{groupId}", GROUPS), ("users/{userId}", USERS)):
        listed = api.read(path)
        real = recorded("GET", f"/apps/{{appId}}/{kind}", 200)["body"]
        assert shape(listed[0]) == shape(real)
        assert set(listed[0]["_links"]) == set(real["_links"])
        assert api.read(f"{path}/{listed[0]['id']}") == listed[0]


def test_a_group_that_is_assigned_may_sign_in_until_it_is_not(own_person: Browser, api: Management) -> None:
    group = api.create_group("newcomers")
    api.put(f"/groups/{group['id']}/users/{user_id(api, UMA)}")
    assert not may_sign_in(own_person, UMA)
    assigned = succeeded(api.put(f"{GROUPS}/{group['id']}"))
    assert (assigned["id"], assigned["priority"], assigned["profile"]) == (group["id"], 3, {})
    assert may_sign_in(own_person, UMA)
    assert api.delete(f"{GROUPS}/{group['id']}").status_code == 204
    assert not may_sign_in(own_person, UMA)


def test_an_assigned_group_can_be_assigned_again_with_a_profile_and_a_priority(api: Management) -> None:
    path = f"{GROUPS}/{api.group_named('registry-admins')['id']}"
    changed = succeeded(api.put(path, {"priority": 5, "profile": {"role": "admin"}}))
    assert (changed["priority"], changed["profile"]) == (5, {"role": "admin"})
    assert succeeded(api.put(path, {}))["priority"] == 5
    assert len(api.read(GROUPS)) == 3


def test_assigned_groups_are_found_by_the_start_of_their_name(api: Management) -> None:
    assert len(api.read(GROUPS, q="REGISTRY")) == 1
    assert api.read(GROUPS, q="admins") == []
    assert api.read(f"/apps/{AGENT}/groups") == []


def test_an_assignment_follows_the_name_of_its_group(api: Management) -> None:
    group = api.group_named("registry-admins")
    api.put(f"/groups/{group['id']}", {"profile": {"name": "renamed"}})
    assert api.get(f"{GROUPS}/{group['id']}").status_code == 200


def test_a_user_that_is_assigned_may_sign_in_until_they_are_not(own_person: Browser, api: Management) -> None:
    uma = user_id(api, UMA)
    assigned = succeeded(api.post(USERS, {"id": uma}))
    assert (assigned["id"], assigned["scope"], assigned["credentials"]) == (uma, "USER", {"userName": UMA})
    assert may_sign_in(own_person, UMA)
    assert api.delete(f"{USERS}/{uma}").status_code == 204
    assert not may_sign_in(own_person, UMA)
    assert refusal(api.get(f"{USERS}/{uma}"))[:2] == (404, "E0000007")


def test_a_user_who_comes_with_a_group_has_the_scope_of_a_group(api: Management) -> None:
    ada = user_id(api, ADA)
    assert api.read(f"{USERS}/{ada}")["scope"] == "GROUP"
    assert succeeded(api.post(USERS, {"id": ada}))["scope"] == "USER"
    api.delete(f"{USERS}/{ada}")
    assert api.read(f"{USERS}/{ada}")["scope"] == "GROUP"


def test_a_user_may_have_another_name_in_the_app(api: Management) -> None:
    path = f"{USERS}/{user_id(api, ADA)}"
    changed = succeeded(api.post(path, {"credentials": {"userName": "ada"}, "profile": {"nickName": "A"}}))
    assert (changed["credentials"], changed["profile"]) == ({"userName": "ada"}, {"nickName": "A"})
    assert succeeded(api.post(path)) == api.read(path)


def test_assigned_users_come_in_pages_and_by_the_start_of_a_name(api: Management) -> None:
    whole = api.read(USERS)
    assert [user for page in api.pages(USERS, limit=2) for user in page] == whole
    assert [user["credentials"]["userName"] for user in api.read(USERS, q="ad")] == [ADA]


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("PUT", f"{GROUPS}/00gNobody", None, (404, "E0000007")),
        ("GET", f"/apps/{AGENT}/groups/00gNobody", None, (404, "E0000007")),
        ("PUT", f"{GROUPS}/{{everyone}}", {"priority": "high"}, (400, "E0000003")),
        ("PUT", f"{GROUPS}/{{everyone}}", {"priority": -1}, (400, "E0000001")),
        ("GET", f"{GROUPS}/{{everyone}}", None, (404, "E0000007")),
        ("DELETE", f"{GROUPS}/{{everyone}}", None, (404, "E0000007")),
        ("POST", USERS, {}, (400, "E0000001")),
        ("POST", USERS, {"id": "00uNobody"}, (404, "E0000007")),
        ("POST", USERS, {"id": ADA}, (404, "E0000007")),
        ("GET", f"{USERS}/00uNobody", None, (404, "E0000007")),
        ("GET", f"{GRANTS}/oagNobody", None, (404, "E0000007")),
        ("DELETE", f"{GRANTS}/oagNobody", None, (404, "E0000007")),
        ("POST", GRANTS, {"scopeId": "okta.users.read"}, (400, "E0000001")),
        ("POST", GRANTS, {"scopeId": "okta.users.read", "issuer": "https://other.example"}, (400, "E0000001")),
        ("POST", GRANTS, {"scopeId": "gateway.access", "issuer": "{origin}"}, (400, "E0000001")),
        ("POST", GRANTS, {"scopeId": 1, "issuer": "{origin}"}, (400, "E0000003")),
    ],
)
def test_a_wrong_call_is_refused_and_changes_nothing(
    okta: Standin, method: str, path: str, body: dict[str, Any] | None, expected: tuple[int, str]
) -> None:
    with managing(okta) as caller:
        before = [caller.read(path) for path in (GROUPS, USERS, GRANTS)]
        path = path.replace("{everyone}", caller.group_named("Everyone")["id"])
        if body and body.get("issuer") == "{origin}":
            body = {**body, "issuer": okta.address}
        assert refusal(caller.http.request(method, f"/api/v1{path}", json=body))[:2] == expected
        assert [caller.read(path) for path in (GROUPS, USERS, GRANTS)] == before


def test_grants_have_the_recorded_shape(own_okta: Standin, api: Management) -> None:
    added = api.post(GRANTS, {"scopeId": "okta.logs.read", "issuer": own_okta.address})
    real = recorded("POST", "/apps/{appId}/grants", 200)["body"]
    assert (added.status_code, shape(added.json())) == (200, shape(real))
    assert set(added.json()["_links"]) == set(real["_links"])
    path = f"{GRANTS}/{added.json()['id']}"
    assert shape(api.read(path)) == shape(recorded("GET", "/apps/{appId}/grants/{grantId}", 200)["body"])
    assert api.read(path, expand="scope") == added.json()
    assert api.read(path) in api.read(GRANTS)


def test_an_app_gets_a_scope_of_okta_while_it_is_granted(own_okta: Standin, api: Management) -> None:
    def gets(scope: str) -> bool:
        form = own_okta.assertion_form(own_okta.assertion(own_okta.endpoint("org", "token")), scope)
        return own_okta.request_token(form, "org").status_code == 200

    assert not gets("okta.logs.read")
    grant = succeeded(api.post(GRANTS, {"scopeId": "okta.logs.read", "issuer": own_okta.address}))
    assert gets("okta.logs.read")
    assert api.delete(f"{GRANTS}/{grant['id']}").status_code == 204
    assert not gets("okta.logs.read")


def test_a_scope_granted_twice_is_one_grant(own_okta: Standin, api: Management) -> None:
    body = {"scopeId": "okta.users.read", "issuer": own_okta.address}
    assert api.post(GRANTS, body).json() == api.post(GRANTS, body).json()
    scopes = [grant["scopeId"] for grant in api.read(GRANTS)]
    assert scopes.count("okta.users.read") == 1


def test_grants_need_a_permission_of_their_own(own_okta: Standin) -> None:
    with managing(own_okta, bearer(own_okta, "okta.apps.manage")) as caller:
        assert refusal(caller.get(GRANTS))[:2] == (403, "E0000006")


def test_a_new_app_has_no_grants_and_nobody_assigned(api: Management) -> None:
    app = create_app(api)
    for part in ("grants", "groups", "users"):
        assert api.read(f"/apps/{app['id']}/{part}") == []
