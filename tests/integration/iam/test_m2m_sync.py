"""Sync: Okta's service applications in the store, all pages of them, groups untouched."""

import json
from typing import Any

import pytest

from tests.integration.iam.machine_clients import GROUPS, M2M, create, rows_of, sync, traces
from tests.integration.iam.requests import KEY_APP
from tests.integration.iam.rig import Rig

SERVICE_APPS = {"0oa0987654321fedcba", "0oa5555555555unknown", KEY_APP}
"""Of the stand-in's org."""


def test_only_service_applications_are_imported_and_without_groups(rig: Rig) -> None:
    """A web application with the client credentials grant stays out: its groups would be those of its users."""
    settings = {
        "application_type": "web",
        "grant_types": ["authorization_code", "client_credentials"],
        "response_types": ["code", "token"],
        "redirect_uris": ["https://app.example.com/callback"],
    }
    body = {
        "name": "oidc_client",
        "label": "web with machine grant",
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}},
        "settings": {"oauthClient": settings},
    }
    rig.okta.api("POST", "/apps", body)
    report = sync(rig)
    assert set(report["added"]) == SERVICE_APPS
    assert report["missing"] == report["updated"] == []
    clients = rig.call("GET", M2M).ok()["clients"]
    assert {client["client_id"] for client in clients} == SERVICE_APPS
    assert all(client["groups"] == [] and client["provider"] == "okta" for client in clients)
    again = sync(rig)
    assert (again["added"], again["unchanged"]) == ([], len(SERVICE_APPS))


def test_groups_survive_every_sync(rig: Rig) -> None:
    client_id = create(rig, "ai-agent-4").ok(201)["client_id"]
    sync(rig)
    rig.call("PATCH", f"{M2M}/0oa5555555555unknown", {"groups": ["x", "y"]}).ok()
    report = sync(rig)
    assert report["unchanged"] == len(SERVICE_APPS) + 1
    assert rig.call("GET", f"{M2M}/{client_id}").ok()["groups"] == GROUPS
    assert rig.call("GET", f"{M2M}/0oa5555555555unknown").ok()["groups"] == ["x", "y"]


def test_rows_that_were_registered_by_hand_stay_as_they_are(rig: Rig) -> None:
    body = {"client_id": "0oa5555555555unknown", "name": "mine", "groups": ["x"], "description": "by hand"}
    rig.call("POST", f"{M2M}/register", body).ok(201)
    rig.call("POST", f"{M2M}/register", {"client_id": "not-in-okta", "groups": ["x"]}).ok(201)
    before = list(rig.database["idp_m2m_clients"].find())
    report = sync(rig)
    assert report["missing"] == []
    after = {row["_id"]: row for row in rig.database["idp_m2m_clients"].find()}
    assert [after[row["_id"]] for row in before] == before


def test_rows_of_other_providers_stay_as_they_are(rig: Rig) -> None:
    row = {"client_id": "0oa5555555555unknown", "name": "theirs", "groups": ["x"], "provider": "entra"}
    rig.database["idp_m2m_clients"].insert_one(row)
    report = sync(rig)
    assert "0oa5555555555unknown" not in report["added"] + report["updated"] + report["missing"]
    assert rows_of(rig.database, "theirs") == [row]


def test_a_new_label_and_a_deactivation_are_taken_over(rig: Rig) -> None:
    client_id = create(rig, "ai-agent-4").ok(201)["client_id"]
    sync(rig)
    app = rig.okta.api("GET", f"/apps/{client_id}")
    rig.okta.api("PUT", f"/apps/{client_id}", {**app, "label": "renamed in Okta"})
    assert sync(rig)["updated"] == [client_id]
    rig.okta.api("POST", f"/apps/{client_id}/lifecycle/deactivate")
    assert sync(rig)["updated"] == [client_id]
    client = rig.call("GET", f"{M2M}/{client_id}").ok()
    assert (client["name"], client["enabled"], client["groups"]) == ("renamed in Okta", False, GROUPS)
    rig.okta.api("POST", f"/apps/{client_id}/lifecycle/activate")
    assert sync(rig)["updated"] == []
    assert rig.call("GET", f"{M2M}/{client_id}").ok()["enabled"] is False


def test_what_is_gone_in_okta_is_reported_and_kept(rig: Rig) -> None:
    client_id = create(rig, "ai-agent-4").ok(201)["client_id"]
    rig.okta.api("POST", f"/apps/{client_id}/lifecycle/deactivate")
    rig.okta.api("DELETE", f"/apps/{client_id}")
    for _ in range(2):
        assert sync(rig)["missing"] == [client_id]
    assert rig.call("GET", f"{M2M}/{client_id}").ok()["groups"] == GROUPS
    rig.call("DELETE", f"{M2M}/{client_id}").ok()
    assert sync(rig)["missing"] == []


def test_all_pages_are_read(rig: Rig) -> None:
    rig.okta.control("populate", apps=450)
    report = sync(rig)
    assert len(report["added"]) == 450 + len(SERVICE_APPS)
    assert rig.okta.requests()["/api/v1/apps"] == 3


ODD_APPS: dict[str, dict[str, Any]] = {
    "no members": {},
    "null": {"id": "0oaodd", "label": None, "status": "ACTIVE"},
    "no client": {"id": "0oaodd", "label": "saml", "status": "ACTIVE", "signOnMode": "SAML_2_0", "credentials": {}},
    "grants are a text": {
        "id": "0oaodd",
        "label": "odd",
        "status": "ACTIVE",
        "settings": {"oauthClient": {"application_type": "service", "grant_types": "client_credentials"}},
    },
}
ODD_MARKS = [["list"], {"an": "object"}, 7, True, "unknown"]


@pytest.mark.parametrize("mark", ODD_MARKS, ids=str)
def test_the_mark_of_a_creation_is_read_tolerantly(rig: Rig, mark: object) -> None:
    """Profiles of applications are free JSON, and anybody's."""
    apps = rig.okta.api("GET", "/apps", limit=200)
    for app in apps:
        app["profile"] = {"oktaGatewayCreation": mark}
    rig.okta.answer("GET", "/apps", 200, apps)
    assert set(sync(rig)["added"]) == SERVICE_APPS


@pytest.mark.parametrize("odd", ODD_APPS.values(), ids=ODD_APPS)
def test_one_odd_application_does_not_fail_the_page(rig: Rig, odd: dict[str, Any]) -> None:
    apps = rig.okta.api("GET", "/apps", limit=200)
    rig.okta.answer("GET", "/apps", 200, [odd, *apps])
    assert set(sync(rig)["added"]) == SERVICE_APPS


@pytest.mark.parametrize("answer", [{}, "text", [["nested"]], None])
def test_an_answer_that_is_no_list_changes_nothing(rig: Rig, answer: object) -> None:
    sync(rig)
    rig.okta.answer("GET", "/apps", 200, answer, times=3)
    failed = rig.call("POST", f"{M2M}/sync")
    if answer == [["nested"]]:  # a list, of which nothing can be read
        assert set(failed.ok()["missing"]) == SERVICE_APPS
    else:
        assert failed.code == "okta_unavailable"
    assert {row["client_id"] for row in rig.database["idp_m2m_clients"].find()} == SERVICE_APPS


def test_the_audit_has_what_a_sync_did(rig: Rig) -> None:
    sync(rig)
    [entry] = [entry for entry in rig.audit() if entry["action"] == "m2m.sync"]
    assert entry["result"] == "done"
    assert set(json.loads(entry["after"])["added"]) == SERVICE_APPS


def test_a_client_that_a_sync_imported_can_be_deleted(rig: Rig) -> None:
    sync(rig)
    rig.call("DELETE", f"{M2M}/0oa5555555555unknown").ok()
    assert traces(rig, "unregistered-agent").counts == (0, 0, 0)
    assert "0oa5555555555unknown" not in sync(rig)["added"]
