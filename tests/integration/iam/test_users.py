"""/api/iam/users: people are created whole, changed in part, deactivated, activated and deleted."""

import pytest

from tests.integration.iam.okta_control import PASSWORD
from tests.integration.iam.rig import ADA, PAT, Rig

USERS = "/api/iam/users"
JO = {"username": "jo@example.com", "email": "jo@example.com", "firstName": "Jo", "lastName": "Doe"}


def test_a_user_with_a_password_is_active_at_once_and_in_the_groups(rig: Rig) -> None:
    body = {**JO, "password": PASSWORD, "groups": ["public-mcp-users", rig.okta.group_id("Finance")]}
    made = rig.call("POST", USERS, body).ok(201)
    assert made["status"] == "ACTIVE"
    assert made["enabled"] is True
    assert sorted(made["groups"]) == ["Finance", "public-mcp-users"]
    assert made["takes_effect"]["note"]
    assert rig.okta.group_names(made["id"]) == ["Finance", "public-mcp-users"]
    assert PASSWORD not in str(made)


def test_a_user_without_a_password_is_provisioned_and_not_staged(rig: Rig) -> None:
    made = rig.call("POST", USERS, JO).ok(201)
    assert (made["status"], made["enabled"], made["groups"]) == ("PROVISIONED", False, [])


def test_creating_a_user_with_memberships_is_one_change_in_okta(rig: Rig) -> None:
    rig.call("POST", USERS, {**JO, "groups": ["public-mcp-users", "Finance"]}).ok(201)
    assert rig.okta.changes() == [("POST", "/api/v1/users")]


@pytest.mark.parametrize("username", ["ada@example.com", "ADA@Example.com"])
def test_a_username_that_is_taken_is_a_conflict(rig: Rig, username: str) -> None:
    answer = rig.call("POST", USERS, {**JO, "username": username})
    assert (answer.status, answer.code) == (409, "user_exists")
    assert ADA.id in answer.problem["detail"]
    assert rig.okta.changes() == []


def test_a_username_that_is_taken_in_the_meantime_is_the_same_conflict(rig: Rig) -> None:
    cause = "login: An object with this field already exists in the current organization"
    rig.okta.refuse("POST", "/users", 400, "E0000001", cause)
    assert rig.call("POST", USERS, JO).code == "user_exists"
    rig.okta.refuse("POST", f"/users/{PAT.id}", 400, "E0000001", cause)
    assert rig.call("PATCH", f"{USERS}/{PAT.id}", {"username": "max@example.com"}).code == "user_exists"


def test_the_username_of_a_deactivated_user_stays_taken(rig: Rig) -> None:
    rig.call("POST", f"{USERS}/{PAT.id}/deactivate").ok()
    answer = rig.call("POST", USERS, {**JO, "username": PAT.username})
    assert answer.code == "user_exists"
    assert "DEPROVISIONED" in answer.problem["detail"]


def test_unknown_groups_are_refused_before_anything_is_made(rig: Rig) -> None:
    answer = rig.call("POST", USERS, {**JO, "groups": ["public-mcp-users", "nowhere", "NOWHERE-else"]})
    assert (answer.status, answer.code) == (422, "groups_unknown")
    assert "'nowhere'" in answer.problem["detail"]
    assert "'NOWHERE-else'" in answer.problem["detail"]
    assert rig.okta.changes() == []


def test_a_group_that_okta_manages_is_refused_before_anything_is_made(rig: Rig) -> None:
    rig.okta.control("groups", name="Directory", type="APP_GROUP")
    for name in ("Everyone", "Directory"):
        assert rig.call("POST", USERS, {**JO, "groups": [name]}).code == "group_not_editable"
    assert rig.okta.changes() == []


def test_more_groups_than_okta_takes_at_a_creation_is_a_limit_and_makes_nobody(rig: Rig) -> None:
    names = [f"mcp-team-{number}" for number in range(1, 23)]
    answer = rig.call("POST", USERS, {**JO, "groups": names})
    assert answer.status in {409, 422}
    assert rig.call("GET", f"{USERS}/jo@example.com").code == "user_unknown"


def test_a_password_that_okta_refuses_is_repeated_nowhere(rig: Rig) -> None:
    secret = "Sesame-open-9-sesame"
    rig.okta.refuse("POST", "/users", 400, "E0000001", f"password: {secret} is too simple")
    answer = rig.call("POST", USERS, {**JO, "password": secret})
    assert (answer.status, answer.code) == (422, "okta_invalid")
    assert secret not in answer.text + str(rig.log) + str(rig.audit())
    assert "too simple" in answer.problem["detail"]


def test_a_change_leaves_out_what_it_does_not_name(rig: Rig) -> None:
    changed = rig.call("PATCH", f"{USERS}/{PAT.id}", {"lastName": "Publica"}).ok()
    assert (changed["firstName"], changed["lastName"], changed["email"]) == ("Pat", "Publica", PAT.username)
    assert rig.call("GET", f"{USERS}/{PAT.id}").ok()["lastName"] == "Publica"


def test_deactivating_and_activating_twice_is_no_error(rig: Rig) -> None:
    for _ in range(2):
        rig.call("POST", f"{USERS}/{PAT.id}/deactivate").ok()
        assert rig.okta.user_status(PAT.id) == "DEPROVISIONED"
    for _ in range(2):
        rig.call("POST", f"{USERS}/{PAT.id}/activate").ok()
        assert rig.okta.user_status(PAT.id) in {"ACTIVE", "PROVISIONED"}


def test_deleting_an_active_user_deletes_them(rig: Rig) -> None:
    """Okta's first DELETE only deactivates."""
    rig.call("DELETE", f"{USERS}/{PAT.username}").ok()
    assert rig.okta.user_status(PAT.id) == ""
    assert rig.call("DELETE", f"{USERS}/{PAT.username}").code == "user_unknown"


def test_deleting_a_deactivated_user_deletes_them(rig: Rig) -> None:
    rig.call("POST", f"{USERS}/{PAT.id}/deactivate").ok()
    rig.call("DELETE", f"{USERS}/{PAT.id}").ok()
    assert rig.okta.user_status(PAT.id) == ""


@pytest.mark.parametrize("fault", ["outage_after", "cut_after", "outage"])
@pytest.mark.parametrize("skip", [0, 1])
def test_a_deletion_that_was_cut_off_is_finished_by_asking_again(rig: Rig, fault: str, skip: int) -> None:
    rig.okta.fault("/api/v1/users", fault, method="DELETE", skip=skip, times=1)
    first = rig.call("DELETE", f"{USERS}/{PAT.id}")
    assert first.status in {200, 503}
    if first.status == 503:
        assert first.code in {"okta_outcome_unknown", "okta_unavailable"}
        assert rig.call("DELETE", f"{USERS}/{PAT.id}").status in {200, 404}
    assert rig.okta.user_status(PAT.id) == ""


def test_ending_sessions_revokes_tokens_too(rig: Rig) -> None:
    rig.call("DELETE", f"{USERS}/{PAT.id}/sessions").ok()
    assert rig.okta.changes() == [("DELETE", f"/api/v1/users/{PAT.id}/sessions")]


def test_a_suspended_user_is_shown_as_one_who_cannot_sign_in(rig: Rig) -> None:
    """Upstream shows suspended users as enabled, and no names (facts, weakness 15)."""
    rig.okta.api("POST", f"/users/{PAT.id}/lifecycle/suspend")
    shown = rig.call("GET", f"{USERS}/{PAT.id}").ok()
    assert (shown["status"], shown["enabled"]) == ("SUSPENDED", False)
    assert (shown["firstName"], shown["lastName"]) == ("Pat", "Public")
    [listed] = [user for user in rig.call("GET", USERS).ok()["users"] if user["id"] == PAT.id]
    assert listed == shown


def test_a_list_is_one_call_a_page_and_all_pages_have_everybody_once(rig: Rig) -> None:
    rig.okta.control("populate", users=25)
    everybody, after, pages = [], None, 0
    while True:
        before = rig.okta.calls()
        page = rig.call("GET", USERS, query={"limit": 10} | ({"after": after} if after else {})).ok()
        assert rig.okta.calls() == before + 1
        everybody += [user["id"] for user in page["users"]]
        pages, after = pages + 1, page["next"]
        if after is None:
            break
    assert pages == 3
    assert len(everybody) == len(set(everybody)) == 30


QUERIES = {
    "a quote": 'ada"',
    "a quote and an expression": 'x" or profile.login pr or profile.login sw "',
    "a backslash": "ada\\",
    "a backslash and a quote": '\\" or status eq "ACTIVE',
    "a parenthesis": "ada) or (profile.login pr",
    "percent": "%22",
}


@pytest.mark.parametrize("search", QUERIES.values(), ids=QUERIES)
def test_a_search_is_only_ever_a_text_that_names_begin_with(steady: Rig, search: str) -> None:
    assert steady.call("GET", USERS, query={"search": search}).ok()["users"] == []


@pytest.mark.parametrize("search", ["ada", "ADA@", "Adm"])
def test_a_search_finds_login_and_names(steady: Rig, search: str) -> None:
    assert [user["id"] for user in steady.call("GET", USERS, query={"search": search}).ok()["users"]] == [ADA.id]


BAD_QUERIES = [
    {"limit": 0},
    {"limit": 201},
    {"limit": "x"},
    {"limit": 1.5},
    {"search": ""},
    {"search": "x" * 101},
    {"after": ""},
    {"after": "x" * 1001},
]


@pytest.mark.parametrize("query", BAD_QUERIES, ids=str)
def test_a_query_of_a_wrong_shape_is_refused_by_name(steady: Rig, query: dict[str, object]) -> None:
    answer = steady.call("GET", USERS, query=query)
    assert (answer.status, answer.code) == (400, "request_invalid")
    assert next(iter(query)) in answer.problem["errors"][0]["place"]


def test_a_cursor_that_is_none_of_oktas_is_refused(steady: Rig) -> None:
    for query in ({"after": "x"}, {"after": "x", "search": "a"}):
        assert steady.call("GET", USERS, query=query).code == "okta_cursor_invalid"


BAD_BODIES: dict[str, object] = {
    "no JSON": b"{",
    "no object": [],
    "null": b"null",
    "nothing": None,
    "deep": b"[" * 100_000,
    "a long number": b'{"username":' + b"9" * 5_000 + b"}",
    "half a character": b'{"username":"\\ud800@example.com"}',
    "bytes": b"\xff\xfe",
    "an unknown member": {**JO, "status": "ACTIVE"},
    "our name of a member": {**{name: JO[name] for name in ("username", "email", "lastName")}, "first_name": "Jo"},
    "no username": {name: JO[name] for name in ("email", "firstName", "lastName")},
    "a username that is no address": {**JO, "username": "jo"},
    "a username with a line break": {**JO, "username": "jo@example.com\n"},
    "a short password": {**JO, "password": "short"},
    "a password that is a number": {**JO, "password": 1234567890},
    "groups that are a text": {**JO, "groups": "public-mcp-users"},
    "an empty group": {**JO, "groups": [""]},
    "too many groups": {**JO, "groups": [str(number) for number in range(101)]},
    "a control character": {**JO, "firstName": "J\u0000o"},
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_of_a_wrong_shape_is_refused(steady: Rig, body: object) -> None:
    answer = steady.call("POST", USERS, body)
    assert (answer.status, answer.code) == (400, "request_invalid")
    assert answer.problem["errors"]
    assert "1234567890" not in answer.text
    assert "short" not in answer.text.replace("should have", "")


@pytest.mark.parametrize("body", [{}, {"email": None}, {"username": "x"}, {"id": "x"}], ids=str)
def test_a_change_of_a_wrong_shape_is_refused(steady: Rig, body: object) -> None:
    assert steady.call("PATCH", f"{USERS}/{PAT.id}", body).code == "request_invalid"


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml"])
def test_a_body_that_says_it_is_no_json_is_refused(steady: Rig, media_type: str) -> None:
    answer = steady.call("POST", USERS, JO, headers={"content-type": media_type})
    assert (answer.status, answer.code) == (415, "media_type_unsupported")
