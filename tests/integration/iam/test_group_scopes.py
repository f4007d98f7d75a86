"""/api/iam/groups/{group}/scopes, where the rules are in the store."""

import pytest

from tests.integration.iam.conftest import Start
from tests.integration.iam.rig import ADMIN_GROUP, ADMIN_SCOPE, Rig

PATH = "/api/iam/groups/Finance/scopes"


@pytest.fixture
def stored(start: Start) -> Rig:
    rig = start(SCOPES_SOURCE="documentdb")
    rig.write_rules(**{ADMIN_GROUP: [ADMIN_SCOPE], "public-mcp-users": ["mcp:servers:read"]})
    return rig


def test_scopes_are_replaced_and_shown_at_once(stored: Rig) -> None:
    assert stored.call("GET", PATH).ok()["scopes"] == []
    changed = stored.call("PUT", PATH, {"scopes": ["mcp:servers:write", "mcp:servers:read", "mcp:servers:read"]}).ok()
    assert changed["scopes"] == ["mcp:servers:read", "mcp:servers:write"]
    assert changed["source"] == "documentdb"
    assert stored.call("GET", PATH).ok()["scopes"] == changed["scopes"]
    assert stored.call("GET", "/api/iam/groups/Finance").ok()["scopes"] == changed["scopes"]


def test_another_sandbox_shows_the_change_at_once(stored: Rig) -> None:
    other = stored.sandbox()
    assert other.call("GET", PATH).ok()["scopes"] == []
    stored.call("PUT", PATH, {"scopes": ["mcp:servers:read"]}).ok()
    assert other.call("GET", PATH).ok()["scopes"] == ["mcp:servers:read"]


def test_the_answer_says_when_the_authorizer_knows(stored: Rig) -> None:
    """The gateway's TTL and 60 s (AUTHORIZER_RESULT_TTL is 60 by default)."""
    told = stored.call("PUT", PATH, {"scopes": ["mcp:servers:read"]}).ok()["takes_effect"]
    assert told["within_seconds"] == 120


def test_no_scopes_remove_the_rule(stored: Rig) -> None:
    stored.call("PUT", "/api/iam/groups/public-mcp-users/scopes", {"scopes": []}).ok()
    assert stored.database["idp_group_scopes"].find_one({"_id": "public-mcp-users"}) is None


def test_a_group_is_found_by_id_and_ruled_by_name(stored: Rig) -> None:
    group = stored.okta.group_id("Finance")
    assert stored.call("PUT", f"/api/iam/groups/{group}/scopes", {"scopes": ["mcp:servers:read"]}).ok()["group"] == (
        "Finance"
    )
    assert stored.database["idp_group_scopes"].find_one({"_id": group}) is None


def test_unknown_scopes_are_refused_and_named_before_anything_is_changed(stored: Rig) -> None:
    answer = stored.call("PUT", PATH, {"scopes": ["mcp:servers:read", "mcp:servers:fly"]})
    assert (answer.status, answer.code) == (422, "scopes_unknown")
    assert "mcp:servers:fly" in answer.problem["detail"]
    assert stored.call("GET", PATH).ok()["scopes"] == []


@pytest.mark.parametrize("scopes", [["a b"], [""], ["a\nb"], "mcp:servers:read", None, [1]], ids=str)
def test_scopes_of_a_wrong_shape_are_refused(stored: Rig, scopes: object) -> None:
    assert stored.call("PUT", PATH, {"scopes": scopes}).code == "request_invalid"


def test_an_unknown_group_gets_no_scopes(stored: Rig) -> None:
    answer = stored.call("PUT", "/api/iam/groups/nowhere/scopes", {"scopes": ["mcp:servers:read"]})
    assert answer.code == "group_unknown"
    assert stored.database["idp_group_scopes"].find_one({"_id": "nowhere"}) is None


def test_rules_of_a_file_are_not_changed(rig: Rig) -> None:
    answer = rig.call("PUT", PATH, {"scopes": ["mcp:servers:read"]})
    assert (answer.status, answer.code) == (409, "rules_in_file")


@pytest.mark.parametrize("name", ["a.b", "$where", "ä ö", "a/b", "%41", "-"])
def test_odd_names_of_groups_do_not_break_the_rules(stored: Rig, name: str) -> None:
    """One group that breaks the rules' format would close the gateway for everybody."""
    group = stored.okta.add_group(name)
    stored.call("PUT", f"/api/iam/groups/{group}/scopes", {"scopes": ["mcp:servers:read"]}).ok()
    stored.clock.pass_by(61)
    assert stored.call("GET", f"/api/iam/groups/{group}").ok()["scopes"] == ["mcp:servers:read"]
