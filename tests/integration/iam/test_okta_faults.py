"""What Okta says no to, and how that is told: problem documents with a stable code and the right status, never 502."""

import time
from typing import NamedTuple

import pytest

from tests.integration.iam.conftest import Start
from tests.integration.iam.rig import PAT, READ_TOKEN, Rig

USER = f"/api/iam/users/{PAT.id}"


class Refusal(NamedTuple):
    """An answer of Okta's and ours."""

    status: int
    code: str
    cause: str
    our_status: int
    our_code: str
    told: str
    """A text that the caller must find in the document."""


LOGIN_TAKEN = "login: An object with this field already exists in the current organization"
REFUSALS = [
    Refusal(400, "E0000001", "email: Does not match required pattern", 422, "okta_invalid", "required pattern"),
    Refusal(400, "E0000001", LOGIN_TAKEN, 409, "user_exists", PAT.username or ""),
    Refusal(400, "E0000003", "The request body was not well-formed.", 422, "okta_invalid", "well-formed"),
    Refusal(403, "E0000080", "The password does meet the complexity requirements", 422, "okta_invalid", "complexity"),
    Refusal(403, "E0000077", "Attribute is read-only", 422, "okta_invalid", "read-only"),
    Refusal(404, "E0000007", f"Not found: Resource not found: {PAT.id} (User)", 404, "okta_not_found", "Not found"),
    Refusal(403, "E0000038", "This operation is not allowed", 409, "okta_state_refused", "not allowed"),
    Refusal(403, "E0000056", "Delete application forbidden.", 409, "okta_state_refused", "forbidden"),
    Refusal(400, "E0000093", "Target count limit exceeded", 409, "okta_limit_reached", "limit exceeded"),
    Refusal(401, "E0000011", "Invalid token provided", 503, "okta_credential_refused", "OKTA_API_TOKEN"),
    Refusal(401, "E0000004", "Authentication failed", 503, "okta_credential_refused", "OKTA_API_TOKEN"),
    Refusal(401, "E0000005", "Invalid session", 503, "okta_credential_refused", "OKTA_API_TOKEN"),
    Refusal(403, "E0000006", "You do not have permission", 503, "okta_permission_missing", "okta.users.manage"),
    Refusal(401, "E0000015", "You do not have access to this feature.", 503, "okta_feature_missing", "API Access M"),
    Refusal(404, "E0000008", "The requested path was not found", 503, "okta_unavailable", "status.okta.com"),
    Refusal(405, "E0000022", "The endpoint does not support the method", 503, "okta_unavailable", "status.okta.com"),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=[f"{item.status} {item.code}" for item in REFUSALS])
def test_what_okta_refuses_is_told_by_a_code_of_our_own(rig: Rig, refusal: Refusal) -> None:
    rig.okta.refuse("POST", f"/users/{PAT.id}", refusal.status, refusal.code, refusal.cause, times=5)
    answer = rig.call("PATCH", USER, {"email": "pat@example.org"})
    assert (answer.status, answer.code) == (refusal.our_status, refusal.our_code)
    assert refusal.told in answer.text
    assert ("retry-after" in answer.headers) == (refusal.our_status == 503)
    assert answer.problem["type"] == f"urn:okta-gateway:error:{refusal.our_code}"
    assert answer.problem["request_id"].startswith("request-")
    assert answer.headers["cache-control"] == "no-store"


def test_what_okta_says_about_people_stays_out_of_the_log(rig: Rig) -> None:
    rig.okta.refuse("POST", f"/users/{PAT.id}", 400, "E0000001", "email: somebody.else@example.com is not allowed")
    assert "somebody.else" in rig.call("PATCH", USER, {"lastName": "x"}).problem["detail"]
    assert "somebody.else" not in str(rig.log)


READS = ("/api/iam/users", USER, f"{USER}/groups", "/api/iam/groups", "/api/iam/groups/Finance")


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("fault", ["outage", "html"])
def test_an_outage_of_okta_is_503_with_a_time_to_come_again(rig: Rig, path: str, fault: str) -> None:
    rig.okta.fault("management", fault)
    answer = rig.call("GET", path)
    assert (answer.status, answer.code) == (503, "okta_unavailable")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("fault", ["outage", "cut_after", "outage_after"])
def test_one_failure_of_a_read_is_made_up_for(rig: Rig, fault: str) -> None:
    rig.okta.fault("management", fault, times=1)
    assert rig.call("GET", "/api/iam/users").status == 200


@pytest.mark.parametrize("fault", ["cut_after", "outage_after"])
def test_a_creation_whose_answer_is_lost_is_not_repeated(rig: Rig, fault: str) -> None:
    rig.okta.fault("management", fault, method="POST", times=1)
    body = {"username": "jo@example.com", "email": "jo@example.com", "firstName": "Jo", "lastName": "Doe"}
    answer = rig.call("POST", "/api/iam/users", body)
    assert (answer.status, answer.code) == (503, "okta_outcome_unknown")
    assert rig.okta.changes() == [("POST", "/api/v1/users")]
    assert rig.audit()[0]["error"] == "okta_outcome_unknown"
    assert rig.call("POST", "/api/iam/users", body).code == "user_exists"


def test_a_rate_limit_that_lasts_is_503_with_oktas_own_time(rig: Rig) -> None:
    rig.okta.control("rate_limits", bucket="users", limit=0)
    begun = time.monotonic()
    answer = rig.call("GET", "/api/iam/users")
    assert time.monotonic() - begun < 5
    assert (answer.status, answer.code) == (503, "okta_rate_limited")
    assert 50 <= int(answer.headers["retry-after"]) <= 60


def test_a_rate_limit_that_is_over_in_a_moment_is_waited_for(rig: Rig) -> None:
    rig.okta.answer(
        "GET", "/users", 429, {"errorCode": "E0000047"}, times=1, **{"X-Rate-Limit-Reset": str(int(time.time()))}
    )
    assert rig.call("GET", "/api/iam/users").status == 200


def test_a_rate_limit_in_the_guard_changes_nothing_and_frees_the_lease(rig: Rig) -> None:
    rig.administrator("bob")
    rig.okta.control("rate_limits", bucket="groups", limit=0)
    answer = rig.call("POST", f"{USER}/deactivate")
    assert answer.code == "okta_rate_limited"
    assert rig.okta.user_status(PAT.id) == "ACTIVE"
    assert rig.database["iam_leases"].count_documents({}) == 0


def test_a_fault_after_the_guard_frees_the_lease(rig: Rig) -> None:
    rig.okta.fault("management", "outage", method="POST")
    assert rig.call("POST", f"{USER}/deactivate").code == "okta_unavailable"
    assert rig.database["iam_leases"].count_documents({}) == 0


CHANGES = {
    "user": ("PATCH", USER, {"lastName": "x"}, "okta.users.manage"),
    "membership": ("POST", f"{USER}/groups", {"groups": ["Finance"]}, "okta.groups.manage"),
    "group": ("POST", "/api/iam/groups", {"name": "x"}, "okta.groups.manage"),
    "sessions": ("DELETE", f"{USER}/sessions", None, "okta.users.manage"),
}


@pytest.mark.parametrize(("method", "path", "body", "permission"), CHANGES.values(), ids=CHANGES)
def test_a_token_that_may_only_read_is_told_which_permission_is_missing(
    rig: Rig, method: str, path: str, body: object, permission: str
) -> None:
    reader = rig.sandbox(OKTA_API_TOKEN=READ_TOKEN)
    assert reader.call("GET", "/api/iam/users").status == 200
    answer = reader.call(method, path, body)
    assert (answer.status, answer.code) == (503, "okta_permission_missing")
    assert permission in answer.problem["detail"]


def test_a_token_that_okta_does_not_know_is_told_and_not_shown(rig: Rig) -> None:
    token = "00wrongTokenThatNobodyMayEverReadInALog0001"
    answer = rig.sandbox(OKTA_API_TOKEN=token).call("GET", "/api/iam/users")
    assert (answer.status, answer.code) == (503, "okta_credential_refused")
    assert token not in answer.text + str(rig.log)


def test_a_store_that_is_down_is_503_on_every_route_and_okta_is_left_alone(rig: Rig) -> None:
    alone = rig.sandbox(DOCUMENTDB_URI="mongodb://127.0.0.1:9/?directConnection=true")
    for method, path, body in (
        ("GET", "/api/iam/m2m", None),
        ("PATCH", USER, {"lastName": "x"}),
        ("DELETE", USER, None),
    ):
        answer = alone.call(method, path, body)
        assert (answer.status, answer.code) == (503, "store_unavailable")
        assert answer.headers["retry-after"]
    assert rig.okta.changes() == []


def test_rules_that_are_broken_remove_nobody(start: Start) -> None:
    rig = start(SCOPES_SOURCE="documentdb")
    rig.database["idp_group_scopes"].insert_one({"_id": "x", "scopes": "none"})
    answer = rig.call("POST", f"{USER}/deactivate")
    assert answer.status in {500, 503}
    assert rig.okta.user_status(PAT.id) == "ACTIVE"
    assert rig.database["iam_leases"].count_documents({}) == 0


def test_a_request_that_has_no_time_left_is_503(rig: Rig) -> None:
    answer = rig.first.call("GET", "/api/iam/users", seconds=2.2)
    assert (answer.status, answer.code) == (503, "okta_unavailable")


UNROUTED = [
    ("GET", "/api/iam/nowhere", 404, "path_unknown", None),
    ("GET", "/api/iam/users/x/y/z", 404, "path_unknown", None),
    ("PUT", "/api/iam/users", 405, "method_unknown", "GET, POST"),
    ("HEAD", "/api/iam/users", 405, "method_unknown", "GET, POST"),
    ("POST", USER, 405, "method_unknown", "DELETE, GET, PATCH"),
    ("GET", "/api/iam/m2m/register", 404, "client_unknown", None),
    ("PUT", "/api/iam/m2m/sync", 405, "method_unknown", "DELETE, GET, PATCH, POST"),
]


@pytest.mark.parametrize(("method", "path", "status", "code", "allow"), UNROUTED)
def test_unknown_paths_and_methods_are_told_apart(
    steady: Rig, method: str, path: str, status: int, code: str, allow: str | None
) -> None:
    answer = steady.call(method, path)
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers.get("allow") == allow
