"""Machine clients: create, register, list, show, change, delete, rotate and retire."""

from typing import Any

import pytest

from tests.integration.iam.conftest import Start
from tests.integration.iam.machine_clients import GROUPS, M2M, create, jwk_settings, rows_of, secret_opens, traces
from tests.integration.iam.requests import ADMIN_GROUP, KEY_APP, ROBOT
from tests.integration.iam.rig import Rig

UNREGISTERED = "0oa5555555555unknown"


def made(rig: Rig, name: str = "ai-agent-4") -> tuple[str, str]:
    """The id and the secret of a new client."""
    body = create(rig, name).ok(201)
    return body["client_id"], body["client_secret"]


def app_status(rig: Rig, client_id: str) -> str:
    return str(rig.okta.api("GET", f"/apps/{client_id}")["status"])


def foreign_row(rig: Rig, **members: Any) -> None:
    """A row that another program wrote."""
    rig.database["idp_m2m_clients"].insert_one({"client_id": UNREGISTERED, "name": "foreign", "groups": [], **members})


@pytest.mark.parametrize("kind", ["API token", "private key"])
def test_a_new_client_works_with_its_groups(start: Start, kind: str) -> None:
    rig = start()
    sandbox = rig.sandbox(**jwk_settings(rig.okta)) if kind == "private key" else rig.first
    body = {"name": "ai-agent-4", "description": "AI Agent for autonomous operations", "groups": GROUPS}
    answer = sandbox.call("POST", M2M, body)
    client = answer.ok(201)
    assert client["groups"] == GROUPS
    assert client["okta_app_id"] == traces(rig, "ai-agent-4").apps[0]["id"]
    assert secret_opens(rig, client["client_id"], client["client_secret"])
    [row] = rows_of(rig.database, "ai-agent-4")
    assert (row["groups"], row["enabled"], row["provider"]) == (GROUPS, True, "okta")
    assert row["description"] == body["description"]
    assert row["created_by"] == "ada@example.com"


def test_the_secret_is_shown_once(rig: Rig) -> None:
    client_id, secret = made(rig)
    shown = [rig.call("GET", path).text for path in (M2M, f"{M2M}/{client_id}")]
    written = [str(rig.log), str(rig.audit()), str(rows_of(rig.database, "ai-agent-4"))]
    assert not any(secret in text for text in shown + written)


def test_groups_that_no_rule_knows_are_taken_and_warned_about(rig: Rig) -> None:
    client = rig.call("POST", M2M, {"name": "ai-agent-4", "groups": ["ai-agents", "public-mcp-users"]}).ok(201)
    assert len(client["warnings"]) == 1
    assert "ai-agents" in client["warnings"][0]


def test_the_same_group_twice_is_kept_once(rig: Rig) -> None:
    assert rig.call("POST", M2M, {"name": "a", "groups": ["x", "y", "x"]}).ok(201)["groups"] == ["x", "y"]


def test_the_same_name_again_is_a_conflict_that_names_the_client(rig: Rig) -> None:
    client_id, _ = made(rig)
    again = create(rig, "ai-agent-4")
    assert (again.status, again.code) == (409, "client_exists")
    assert client_id in again.problem["detail"]
    assert traces(rig, "ai-agent-4").counts == (1, 1, 0)


@pytest.mark.parametrize("name", ["unregistered-agent", "AI Registry"])
def test_the_label_of_an_application_in_okta_is_taken(rig: Rig, name: str) -> None:
    answer = create(rig, name)
    assert (answer.status, answer.code) == (409, "client_exists")
    assert traces(rig, name).apps[0]["id"] in answer.problem["detail"]


def test_the_name_of_a_registered_client_is_taken(rig: Rig) -> None:
    rig.call("POST", f"{M2M}/register", {"client_id": "by-hand", "name": "ai-agent-4", "groups": []}).ok(201)
    assert "by-hand" in create(rig, "ai-agent-4").problem["detail"]


@pytest.mark.parametrize("name", ["ai-agent", "AI-AGENT-4", "ai-agent-44", "unregistered"])
def test_a_name_that_is_only_like_another_is_free(rig: Rig, name: str) -> None:
    made(rig)
    assert create(rig, name).status == 201


def test_a_name_with_spaces_around_it_is_the_name_without(rig: Rig) -> None:
    """Okta keeps labels without them."""
    made(rig, "ai-agent-4")
    assert create(rig, "ai-agent-4 ").status in {400, 409}
    assert len(traces(rig, "ai-agent-4").apps) == 1


@pytest.mark.parametrize("name", ['a"b\\c', "Ünïcode ägent 🤖", "a/b?c#d&e=f%20", "x" * 100, "' or 1 eq 1"])
def test_odd_names_are_names(rig: Rig, name: str) -> None:
    client_id, secret = made(rig, name)
    assert secret_opens(rig, client_id, secret)
    assert rig.call("GET", f"{M2M}/{client_id}").ok()["name"] == name
    assert create(rig, name).status == 409
    rig.call("DELETE", f"{M2M}/{client_id}").ok()
    assert traces(rig, name).counts == (0, 0, 0)


def test_what_okta_refuses_leaves_nothing(rig: Rig) -> None:
    rig.okta.refuse("POST", "/apps", 400, "E0000001", "label: The field is too strange")
    answer = create(rig, "ai-agent-4")
    assert (answer.status, answer.code) == (422, "okta_invalid")
    assert traces(rig, "ai-agent-4").counts == (0, 0, 0)
    assert create(rig, "ai-agent-4").status == 201


def test_an_app_quota_is_a_conflict_and_leaves_nothing(rig: Rig) -> None:
    rig.okta.refuse("POST", "/apps", 400, "E0000093", "Maximum number of instances has been reached.")
    assert create(rig, "ai-agent-4").code == "okta_limit_reached"
    assert traces(rig, "ai-agent-4").counts == (0, 0, 0)


def test_an_answer_of_okta_without_the_secret_is_listed_and_settled(rig: Rig) -> None:
    rig.okta.answer("POST", "/apps", 200, {"id": "0oanosecret", "label": "ai-agent-4", "credentials": {}})
    assert create(rig, "ai-agent-4").code == "okta_outcome_unknown"
    assert traces(rig, "ai-agent-4").counts == (0, 0, 1)
    rig.clock.pass_by(61)
    assert rig.call("POST", f"{M2M}/sync").ok()["removed"] == ["ai-agent-4"]


def test_a_client_made_elsewhere_is_registered_without_okta(rig: Rig) -> None:
    store_only = rig.sandbox(OKTA_API_TOKEN="")
    body = {"client_id": UNREGISTERED, "groups": GROUPS}
    client = store_only.call("POST", f"{M2M}/register", body).ok(201)
    assert (client["name"], client["provider"], client["groups"]) == (UNREGISTERED, "manual", GROUPS)
    assert rig.okta.calls() == 0
    again = store_only.call("POST", f"{M2M}/register", {**body, "groups": []})
    assert (again.status, again.code) == (409, "client_exists")
    assert store_only.call("GET", f"{M2M}/{UNREGISTERED}").ok()["groups"] == GROUPS


def test_the_id_of_another_providers_client_is_taken_and_not_shown(rig: Rig) -> None:
    foreign_row(rig, provider="entra")
    body = {"client_id": UNREGISTERED, "groups": GROUPS}
    assert rig.call("POST", f"{M2M}/register", body).code == "client_exists"
    for method in ("GET", "DELETE"):
        assert rig.call(method, f"{M2M}/{UNREGISTERED}").code == "client_unknown"
    assert rig.call("PATCH", f"{M2M}/{UNREGISTERED}", {"groups": ["x"]}).code == "client_unknown"
    assert rows_of(rig.database, "foreign")[0]["groups"] == []


@pytest.mark.parametrize("change", [{"name": "x"}, {"groups": ["x"]}, {"enabled": False}, {"description": None}])
def test_without_a_credential_the_store_routes_work(rig: Rig, change: dict[str, Any]) -> None:
    client_id, secret = made(rig)
    store_only = rig.sandbox(OKTA_API_TOKEN="")
    assert store_only.call("GET", M2M).status == 200
    assert store_only.call("GET", M2M, query={"state": "incomplete"}).status == 200
    changed = store_only.call("PATCH", f"{M2M}/{client_id}", change).ok()
    assert {name: changed[name] for name in change} == change
    unchanged = [warning for warning in changed["warnings"] if "is unchanged" in warning]
    assert bool(unchanged) == any(member in change for member in ("name", "enabled"))
    assert secret_opens(rig, client_id, secret)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "", {"name": "x", "groups": []}),
        ("POST", "/sync", None),
        ("POST", "/{}/secret", {}),
        ("DELETE", "/{}/secret", None),
        ("DELETE", "/{}", None),
    ],
)
def test_without_a_credential_the_other_routes_say_what_to_set(rig: Rig, method: str, path: str, body: object) -> None:
    client_id, _ = made(rig)
    answer = rig.sandbox(OKTA_API_TOKEN="").call(method, M2M + path.format(client_id), body)
    assert (answer.status, answer.code) == (503, "okta_credential_missing")
    assert "OKTA_API_TOKEN" in answer.problem["advice"]
    assert traces(rig, "ai-agent-4").counts == (1, 1, 0)


def test_the_list_has_every_client_once_over_all_pages(rig: Rig) -> None:
    ids = {f"client-{number}" for number in range(7)}
    for client_id in ids:
        rig.call("POST", f"{M2M}/register", {"client_id": client_id, "groups": []}).ok(201)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = rig.call("GET", M2M, query={"limit": 3} | ({"after": after} if after else {})).ok()
        assert len(page["clients"]) <= 3
        seen += [client["client_id"] for client in page["clients"]]
        after = page["next"]
    assert sorted(seen) == sorted(ids)


def test_what_is_switched_off_is_off_in_okta_and_back_on(rig: Rig) -> None:
    client_id, secret = made(rig)
    assert rig.call("PATCH", f"{M2M}/{client_id}", {"enabled": False}).ok()["enabled"] is False
    assert app_status(rig, client_id) == "INACTIVE"
    assert not secret_opens(rig, client_id, secret)
    assert rig.call("PATCH", f"{M2M}/{client_id}", {"enabled": True}).ok()["enabled"] is True
    assert secret_opens(rig, client_id, secret)


@pytest.mark.parametrize("provider", ["okta", "manual"])
def test_switching_off_touches_only_applications_that_are_ours(rig: Rig, provider: str) -> None:
    """A row of upstream's names its provider, and has no id of an application."""
    foreign_row(rig, provider=provider)
    rig.call("PATCH", f"{M2M}/{UNREGISTERED}", {"enabled": False}).ok()
    assert app_status(rig, UNREGISTERED) == ("INACTIVE" if provider == "okta" else "ACTIVE")


def test_a_change_keeps_what_it_leaves_out(rig: Rig) -> None:
    client_id, secret = made(rig)
    changed = rig.call("PATCH", f"{M2M}/{client_id}", {"name": "renamed"}).ok()
    assert (changed["name"], changed["groups"], changed["description"]) == ("renamed", GROUPS, "One of many")
    assert rig.okta.api("GET", f"/apps/{client_id}")["label"] == "renamed"
    assert rig.call("PATCH", f"{M2M}/{client_id}", {"groups": []}).ok()["groups"] == []
    assert rig.call("PATCH", f"{M2M}/{client_id}", {"description": None}).ok()["description"] is None
    assert secret_opens(rig, client_id, secret)


def test_a_name_is_not_changed_to_that_of_another(rig: Rig) -> None:
    made(rig)
    client_id, _ = made(rig, "another")
    assert rig.call("PATCH", f"{M2M}/{client_id}", {"name": "ai-agent-4"}).status == 409


def test_a_deleted_clients_secret_is_dead(rig: Rig) -> None:
    client_id, secret = made(rig)
    answer = rig.call("DELETE", f"{M2M}/{client_id}").ok()
    assert answer["okta_app"] == "deleted"
    assert not secret_opens(rig, client_id, secret)
    assert traces(rig, "ai-agent-4").counts == (0, 0, 0)
    for method in ("GET", "DELETE"):
        assert rig.call(method, f"{M2M}/{client_id}").code == "client_unknown"
    assert create(rig, "ai-agent-4").status == 201


@pytest.mark.parametrize("state", ["deactivated", "deleted"])
def test_a_client_whose_app_was_ended_in_okta_can_be_deleted(rig: Rig, state: str) -> None:
    client_id, _ = made(rig)
    rig.okta.api("POST", f"/apps/{client_id}/lifecycle/deactivate")
    if state == "deleted":
        rig.okta.api("DELETE", f"/apps/{client_id}")
    assert rig.call("DELETE", f"{M2M}/{client_id}").status == 200
    assert traces(rig, "ai-agent-4").counts == (0, 0, 0)


def test_deleting_a_registered_client_keeps_its_application(rig: Rig) -> None:
    rig.call("POST", f"{M2M}/register", {"client_id": UNREGISTERED, "groups": []}).ok(201)
    assert rig.call("DELETE", f"{M2M}/{UNREGISTERED}").ok()["okta_app"] == "kept"
    assert app_status(rig, UNREGISTERED) == "ACTIVE"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_secrets_of_registered_clients_are_managed_elsewhere(rig: Rig, method: str) -> None:
    rig.call("POST", f"{M2M}/register", {"client_id": UNREGISTERED, "groups": []}).ok(201)
    answer = rig.call(method, f"{M2M}/{UNREGISTERED}/secret")
    assert (answer.status, answer.code) == (409, "client_not_ours")
    assert rig.okta.calls() == 0


@pytest.mark.parametrize("body", [None, {}, {"retire_old": "later"}])
def test_a_rotated_client_has_two_secrets_until_the_old_is_retired(rig: Rig, body: object) -> None:
    client_id, old = made(rig)
    rotated = rig.call("POST", f"{M2M}/{client_id}/secret", body).ok(201)
    new = rotated["client_secret"]
    assert rotated["old_secrets"] == "valid"
    assert secret_opens(rig, client_id, old)
    assert secret_opens(rig, client_id, new)
    assert rig.call("POST", f"{M2M}/{client_id}/secret").code == "secrets_in_use"
    assert len(rig.call("DELETE", f"{M2M}/{client_id}/secret").ok()["retired"]) == 1
    assert not secret_opens(rig, client_id, old)
    assert secret_opens(rig, client_id, new)
    assert rig.call("DELETE", f"{M2M}/{client_id}/secret").ok()["retired"] == []
    assert secret_opens(rig, client_id, new)
    assert new not in str(rig.log)


def test_a_secret_can_be_retired_at_once(rig: Rig) -> None:
    client_id, old = made(rig)
    rotated = rig.call("POST", f"{M2M}/{client_id}/secret", {"retire_old": "now"}).ok(201)
    assert rotated["old_secrets"] == "retired"
    assert not secret_opens(rig, client_id, old)
    assert secret_opens(rig, client_id, rotated["client_secret"])


def test_two_valid_secrets_are_not_guessed_about(rig: Rig) -> None:
    client_id, first = made(rig)
    second = rig.okta.api("POST", f"/apps/{client_id}/credentials/secrets", {})["client_secret"]
    answer = rig.call("POST", f"{M2M}/{client_id}/secret", {"retire_old": "now"})
    assert (answer.status, answer.code) == (409, "secrets_in_use")
    assert secret_opens(rig, client_id, first)
    assert secret_opens(rig, client_id, second)


def test_an_inactive_secret_makes_room(rig: Rig) -> None:
    client_id, first = made(rig)
    second = rig.okta.api("POST", f"/apps/{client_id}/credentials/secrets", {})["id"]
    rig.okta.api("POST", f"/apps/{client_id}/credentials/secrets/{second}/lifecycle/deactivate")
    rotated = rig.call("POST", f"{M2M}/{client_id}/secret").ok(201)
    assert secret_opens(rig, client_id, first)
    assert secret_opens(rig, client_id, rotated["client_secret"])


@pytest.mark.parametrize(
    ("method", "change"),
    [("DELETE", None), ("PATCH", {"enabled": False}), ("PATCH", {"groups": []}), ("PATCH", {"groups": GROUPS})],
)
def test_a_machine_cannot_end_its_own_administration(rig: Rig, method: str, change: object) -> None:
    rig.call("POST", f"{M2M}/register", {"client_id": ROBOT.id, "groups": [ADMIN_GROUP]}).ok(201)
    answer = rig.call(method, f"{M2M}/{ROBOT.id}", change, actor=ROBOT)
    assert (answer.status, answer.code) == (409, "own_access_kept")
    assert rig.call("GET", f"{M2M}/{ROBOT.id}").ok()["groups"] == [ADMIN_GROUP]


@pytest.mark.parametrize(("method", "body"), [("DELETE", None), ("PATCH", {"enabled": False})])
def test_the_application_by_which_the_gateway_calls_okta_is_kept(rig: Rig, method: str, body: object) -> None:
    """An API token has let a sync import it before."""
    rig.call("POST", f"{M2M}/sync").ok()
    sandbox = rig.sandbox(**jwk_settings(rig.okta))
    answer = sandbox.call(method, f"{M2M}/{KEY_APP}", body)
    assert (answer.status, answer.code) == (409, "own_access_kept")
    assert sandbox.call("GET", "/api/iam/users").status == 200
    report = sandbox.call("POST", f"{M2M}/sync").ok()
    assert KEY_APP not in report["added"] + report["updated"] + report["missing"]
