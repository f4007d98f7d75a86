"""The control routes that change apps, users and the stand-in's behaviour, and faults on the paths of sign-in."""

from typing import Any

import httpx
import pytest

from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from tests.contract.okta_standin.browser import (
    ADA,
    CALLBACK,
    SAM,
    UMA,
    Browser,
    change_app,
    change_user,
    redeem,
    result_of,
)
from tests.contract.okta_standin.openapi import require_okta_error
from tests.contract.okta_standin.standin_client import CUSTOM, WEB_APP, Standin

APP = f"/_standin/apps/{WEB_APP}"


def test_redirect_uris_are_added_and_everything_else_is_replaced(own_okta: Standin) -> None:
    app = change_app(
        own_okta,
        redirect_uris=["http://localhost:9/cb", CALLBACK],
        assigned_users=[UMA],
        assigned_groups=[],
        refresh_token={"rotation_type": "STATIC"},
    )
    assert app["redirect_uris"] == [CALLBACK, "http://localhost:9/cb"]
    assert (app["assigned_users"], app["assigned_groups"]) == ([UMA], [])
    assert app["refresh_token"] == {"rotation_type": "STATIC", "leeway": 30}
    assert app["pkce_required"] is True


def test_an_app_is_shown_without_its_secret(own_okta: Standin) -> None:
    assert "not-for-production" not in str(change_app(own_okta))


def test_an_added_redirect_uri_works_at_once(own_person: Browser) -> None:
    address = "http://127.0.0.1:9/oauth2/callback/okta"
    change_app(own_person.okta, redirect_uris=[address])
    code = result_of(own_person.sign_in(ADA, redirect_uri=address), address)["code"]
    assert redeem(own_person.okta, code, redirect_uri=address).status_code == 200


def test_who_is_assigned_can_be_changed(own_person: Browser) -> None:
    change_app(own_person.okta, assigned_users=[UMA], assigned_groups=["Finance"])
    results = {}
    for user in (ADA, SAM, UMA):
        results[user] = "code" in result_of(own_person.sign_in(user))
        own_person.http.cookies.clear()
    assert results == {ADA: True, SAM: False, UMA: True}


def test_everyone_can_be_assigned(own_person: Browser) -> None:
    change_app(own_person.okta, assigned_groups=["Everyone"])
    assert "code" in result_of(own_person.sign_in(UMA))


def test_changes_stay_with_one_stand_in(own_okta: Standin) -> None:
    org = load_org()
    with serve(create_app(org)) as address:
        httpx.post(f"{address}{APP}", json={"redirect_uris": ["http://localhost:9/cb"]})
        httpx.post(f"{address}/_standin/users/{ADA}", json={"active": False})
    assert [list(org.users), list(org.apps)] == [list(load_org().users), list(load_org().apps)]


@pytest.mark.parametrize(
    ("path", "body", "names"),
    [
        ("apps/0oaNobody", {}, WEB_APP),
        (f"apps/{WEB_APP}", {"redirect_uri": []}, "redirect_uris"),
        (f"apps/{WEB_APP}", {"redirect_uris": "x"}, "redirect_uris"),
        (f"apps/{WEB_APP}", {"redirect_uris": [1]}, "redirect_uris"),
        (f"apps/{WEB_APP}", {"pkce_required": "no"}, "pkce_required"),
        (f"apps/{WEB_APP}", {"refresh_token": {"rotation_type": "SOMETIMES"}}, "ROTATE"),
        (f"apps/{WEB_APP}", {"refresh_token": {"leeway": 61}}, "leeway"),
        (f"apps/{WEB_APP}", {"refresh_token": {"grace": 1}}, "leeway"),
        ("users/nobody@example.com", {}, ADA),
        (f"users/{ADA}", {"active": 1}, "active"),
        (f"users/{ADA}", {"login": "x"}, "groups"),
        ("deviations", {"iss": "right"}, "issuer_parameter"),
        ("deviations", {"refusal": {"path": "keys", "error": "x", "error_description": "y"}}, "authorize"),
        ("deviations", {"refusal": {"path": "token"}}, "error_description"),
        ("deviations", {"access_token_seconds": 1.5}, "access_token_seconds"),
        ("deviations", {"access_token_seconds": 0}, "access_token_seconds"),
        ("faults", {"path": "login", "fault": "outage"}, "authorize, token, introspect, revoke, userinfo, logout"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_wrong_control_request_says_what_is_expected(
    okta: Standin, path: str, body: dict[str, Any], names: str
) -> None:
    response = okta.http.post(f"/_standin/{path}", json=body)
    assert response.status_code == 400
    assert names in response.json()["error"]


def test_a_user_can_get_other_groups(own_okta: Standin) -> None:
    change_user(own_okta, SAM, groups=["registry-admins"])
    assert own_okta.mint(user=SAM) != ""
    response = own_okta.http.post(f"/_standin/users/{SAM}", json={})
    assert response.json() == {"login": SAM, "active": True, "groups": ["registry-admins"]}


@pytest.mark.parametrize("path", ["authorize", "introspect", "revoke", "userinfo", "logout"])
@pytest.mark.parametrize("server", ["org", CUSTOM])
def test_a_fault_hits_a_path_of_sign_in_on_every_server(own_okta: Standin, server: str, path: str) -> None:
    own_okta.http.post("/_standin/faults", json={"path": path, "fault": "outage"})
    response = own_okta.http.post(own_okta.endpoint(server, path))
    assert response.status_code == 503
    require_okta_error(response.json())
    assert own_okta.http.get(own_okta.endpoint(server, "keys")).status_code == 200


def test_requests_of_a_sign_in_are_counted_by_path(own_person: Browser) -> None:
    own_person.tokens()
    assert own_person.okta.http.get("/_standin/requests").json() == {
        f"/oauth2/{CUSTOM}/v1/authorize": 1,
        f"/oauth2/{CUSTOM}/v1/authorize/sign-in": 1,
        f"/oauth2/{CUSTOM}/v1/token": 1,
    }
