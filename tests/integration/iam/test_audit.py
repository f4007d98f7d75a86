"""The record of changes: the intent before Okta is asked, the result after, and never a secret."""

import json
from collections.abc import Callable
from typing import NamedTuple
from unittest import mock

import pytest

from okta_gateway.errors import StoreUnavailable
from okta_gateway.store.audit_entries import AuditEntries
from tests.integration.iam.conftest import Start
from tests.integration.iam.okta_control import PASSWORD
from tests.integration.iam.rig import ADA, ADMIN_GROUP, ADMIN_SCOPE, PAT, ROBOT, Answer, Rig

USER = f"/api/iam/users/{PAT.id}"
JO = {"username": "jo@example.com", "email": "jo@example.com", "firstName": "Jo", "lastName": "Doe"}


class Deed(NamedTuple):
    """A change, and how it is written down."""

    do: Callable[[Rig], Answer]
    action: str
    target: str
    before: str
    """A text that stands in what was before; empty where there was nothing."""
    after: str


DEEDS = {
    "create user": Deed(
        lambda rig: rig.call("POST", "/api/iam/users", {**JO, "password": PASSWORD, "groups": ["Finance"]}),
        "user.create",
        "jo@example.com",
        "",
        "Finance",
    ),
    "change user": Deed(
        lambda rig: rig.call("PATCH", USER, {"lastName": "New"}), "user.change", PAT.id, '"Public"', '"New"'
    ),
    "delete user": Deed(lambda rig: rig.call("DELETE", USER), "user.delete", PAT.id, "pat@example.com", ""),
    "deactivate user": Deed(
        lambda rig: rig.call("POST", f"{USER}/deactivate"), "user.deactivate", PAT.id, '"ACTIVE"', ""
    ),
    "activate user": Deed(lambda rig: rig.call("POST", f"{USER}/activate"), "user.activate", PAT.id, "pat@", ""),
    "end sessions": Deed(lambda rig: rig.call("DELETE", f"{USER}/sessions"), "user.end_sessions", PAT.id, "", ""),
    "replace groups": Deed(
        lambda rig: rig.call("PUT", f"{USER}/groups", {"groups": ["Finance"]}),
        "user.groups",
        PAT.id,
        "public-mcp-users",
        "Finance",
    ),
    "create group": Deed(
        lambda rig: rig.call("POST", "/api/iam/groups", {"name": "new"}), "group.create", "new", "", '"new"'
    ),
    "rename group": Deed(
        lambda rig: rig.call("PATCH", "/api/iam/groups/Finance", {"name": "Money"}),
        "group.change",
        "",
        '"Finance"',
        '"Money"',
    ),
    "delete group": Deed(
        lambda rig: rig.call("DELETE", "/api/iam/groups/Finance"), "group.delete", "", '"Finance"', ""
    ),
    "group scopes": Deed(
        lambda rig: rig.call("PUT", "/api/iam/groups/Finance/scopes", {"scopes": ["mcp:servers:read"]}),
        "group.scopes",
        "Finance",
        "[]",
        "mcp:servers:read",
    ),
    "create client": Deed(
        lambda rig: rig.call("POST", "/api/iam/m2m", {"name": "bot", "groups": ["Finance"]}),
        "m2m.create",
        "bot",
        "",
        "Finance",
    ),
    "register client": Deed(
        lambda rig: rig.call("POST", "/api/iam/m2m/register", {"client_id": "abc", "groups": ["Finance"]}),
        "m2m.register",
        "abc",
        "",
        "Finance",
    ),
}


@pytest.fixture
def stored(start: Start) -> Rig:
    rig = start(SCOPES_SOURCE="documentdb")
    rig.write_rules(**{ADMIN_GROUP: [ADMIN_SCOPE]})
    return rig


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_a_change_is_written_down_with_who_what_before_after_and_result(stored: Rig, deed: Deed) -> None:
    assert deed.do(stored).status in {200, 201}
    [entry] = stored.audit()
    intent, result = stored.log.audit
    assert entry["actor"] == {"id": ADA.id, "name": ADA.username, "kind": "user"}
    assert (entry["action"], entry["result"], entry["error"]) == (deed.action, "done", None)
    assert entry["target"] == deed.target or not deed.target
    assert entry["request_id"].startswith("request-")
    assert deed.before in entry["before"]
    assert deed.after in entry["after"]
    assert (intent["phase"], result["phase"]) == ("intent", "result")
    for line in (intent, result):
        assert (line["audit_id"], line["request_id"]) == (entry["_id"], entry["request_id"])
        assert (line["actor"], line["action"], line["target"]) == (entry["actor"], entry["action"], entry["target"])
        assert line["before"] == json.loads(entry["before"])
    assert result["after"] == json.loads(entry["after"])
    assert result["IamChanges"] == 1


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_the_intent_stands_before_okta_is_asked_to_change_anything(stored: Rig, deed: Deed) -> None:
    found: list[tuple[str, int]] = []

    def note(method: str, _path: str) -> None:
        if method != "GET":
            found.append((method, stored.database["iam_audit"].count_documents({"result": "begun"})))
            assert len(stored.log.audit) == 1

    stored.okta.script.before_each = note
    assert deed.do(stored).status in {200, 201}
    assert all(intents == 1 for _, intents in found), found


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_a_change_whose_intent_cannot_be_written_is_refused(stored: Rig, deed: Deed) -> None:
    rules = list(stored.database["idp_group_scopes"].find())
    with mock.patch.object(AuditEntries, "begin", side_effect=StoreUnavailable("it is down")):
        answer = deed.do(stored)
    assert (answer.status, answer.code) == (503, "store_unavailable")
    assert answer.headers["retry-after"]
    assert "it is down" not in answer.text
    assert stored.okta.changes() == []
    assert list(stored.database["idp_group_scopes"].find()) == rules
    assert stored.database["idp_m2m_clients"].count_documents({}) == 0
    assert stored.database["iam_pending_creations"].count_documents({}) == 0
    assert stored.database["iam_leases"].count_documents({}) == 0


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_a_change_that_was_made_is_no_error_when_its_result_cannot_be_written(stored: Rig, deed: Deed) -> None:
    """The log group is the record; in its index the intent stays open."""
    with mock.patch.object(AuditEntries, "finish", side_effect=StoreUnavailable("it is down")):
        assert deed.do(stored).status in {200, 201}
    assert [entry["result"] for entry in stored.audit()] == ["begun"]
    assert stored.log.audit[-1]["result"] == "done"


def test_a_change_that_okta_refuses_is_written_down_as_failed(rig: Rig) -> None:
    rig.okta.refuse("POST", f"/users/{PAT.id}", 400, "E0000001", "email: is not an address")
    rig.call("PATCH", USER, {"email": "pat@example.org"})
    [entry] = rig.audit()
    assert (entry["result"], entry["error"]) == ("failed", "okta_invalid")
    assert rig.log.audit[-1]["result"] == "failed"


def test_a_machine_is_written_down_as_one(rig: Rig) -> None:
    rig.call("PATCH", USER, {"lastName": "New"}, actor=ROBOT).ok()
    assert rig.audit()[0]["actor"] == {"id": ROBOT.id, "name": ROBOT.id, "kind": "m2m"}


def test_reading_is_not_written_down(rig: Rig) -> None:
    for path in ("/api/iam/users", USER, f"{USER}/groups", "/api/iam/groups", "/api/iam/m2m", "/api/iam/whoami"):
        rig.call("GET", path).ok()
    assert rig.audit() == []
    assert rig.log.audit == []


def test_the_secret_of_a_client_is_in_its_answer_only(rig: Rig) -> None:
    made = rig.call("POST", "/api/iam/m2m", {"name": "bot", "groups": []}).ok(201)
    rotated = rig.call("POST", f"/api/iam/m2m/{made['client_id']}/secret", {"retire_old": "now"}).ok(201)
    rows = [row for name in rig.database.list_collection_names() for row in rig.database[name].find()]
    for secret in (made["client_secret"], rotated["client_secret"]):
        assert secret not in str(rig.log)
        assert secret not in str(rows)
        assert secret not in rig.call("GET", f"/api/iam/m2m/{made['client_id']}").text


def test_line_breaks_in_names_do_not_forge_a_line_of_the_log(rig: Rig) -> None:
    rig.call("GET", "/api/iam/users/x%0A%7B%22message%22%3A%20%22audit%22%7D")
    assert rig.log.audit == []
