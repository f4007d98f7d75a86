"""How the function proves itself to Okta: an API token, a private key, or not at all."""

import json

import pytest

from okta_gateway.errors import ConfigurationInvalid
from tests.integration.iam.conftest import Start
from tests.integration.iam.rig import ADMIN_GROUP, ADMIN_SCOPE, API_TOKEN, PAT, Rig, key_settings

USER = f"/api/iam/users/{PAT.id}"
TOKEN_PATH = "/oauth2/v1/token"


def test_a_private_key_does_all_that_a_token_does(rig: Rig) -> None:
    keyed = rig.sandbox(**key_settings(rig.okta))
    before = rig.okta.requests(TOKEN_PATH).get(TOKEN_PATH, 0)
    assert keyed.call("GET", "/api/iam/users").ok()["users"]
    keyed.call("PATCH", USER, {"lastName": "New"}).ok()
    keyed.call("PUT", f"{USER}/groups", {"groups": ["Finance"]}).ok()
    group = keyed.call("POST", "/api/iam/groups", {"name": "new"}).ok(201)
    keyed.call("DELETE", f"/api/iam/groups/{group['id']}").ok()
    made = keyed.call("POST", "/api/iam/m2m", {"name": "bot", "groups": ["Finance"]}).ok(201)
    keyed.call("DELETE", f"/api/iam/m2m/{made['client_id']}").ok()
    keyed.call("DELETE", USER).ok()
    assert rig.okta.requests(TOKEN_PATH)[TOKEN_PATH] == before + 1


def test_a_private_key_as_pem_does_it_too(rig: Rig) -> None:
    """Okta wants a kid only where an app has several keys."""
    pem = str(rig.okta.get("apps/0oa7777777777private/key")["private_key"])
    keyed = rig.sandbox(**key_settings(rig.okta) | {"OKTA_API_PRIVATE_KEY": pem})
    assert keyed.call("GET", "/api/iam/users").status == 200


def test_a_token_that_was_revoked_is_replaced_once(rig: Rig) -> None:
    keyed = rig.sandbox(**key_settings(rig.okta))
    keyed.call("GET", "/api/iam/users").ok()
    rig.okta.refuse("GET", "/users", 401, "E0000011", "Invalid token provided")
    keyed.call("GET", "/api/iam/users").ok()
    assert rig.okta.requests(TOKEN_PATH)[TOKEN_PATH] == 2
    rig.okta.refuse("GET", "/users", 401, "E0000011", "Invalid token provided", times=9)
    assert keyed.call("GET", "/api/iam/users").code == "okta_credential_refused"
    assert rig.okta.requests(TOKEN_PATH)[TOKEN_PATH] == 3


def test_a_key_of_another_app_is_refused(rig: Rig) -> None:
    settings = key_settings(rig.okta) | {"OKTA_API_CLIENT_ID": "0oa0987654321fedcba"}
    answer = rig.sandbox(**settings).call("GET", "/api/iam/users")
    assert (answer.status, answer.code) == (503, "okta_credential_refused")


def test_an_outage_of_the_token_endpoint_is_503(rig: Rig) -> None:
    rig.okta.fault("token", "outage")
    answer = rig.sandbox(**key_settings(rig.okta)).call("GET", "/api/iam/users")
    assert (answer.status, answer.code) == (503, "okta_unavailable")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"OKTA_API_CLIENT_ID": "0oa7777777777private"}, "OKTA_API_CLIENT_ID"),
        ({"OKTA_API_TOKEN": "", "OKTA_API_CLIENT_ID": "0oa7777777777private"}, "OKTA_API_PRIVATE_KEY"),
        ({"OKTA_API_TOKEN": "", "OKTA_API_PRIVATE_KEY": "x"}, "OKTA_API_CLIENT_ID"),
        ({"OKTA_API_TOKEN": "", "OKTA_API_CLIENT_ID": "x", "OKTA_API_PRIVATE_KEY": "no key"}, "OKTA_API_PRIVATE_KEY"),
    ],
)
def test_credentials_that_contradict_each_other_are_told_at_the_start(
    rig: Rig, change: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigurationInvalid) as raised:
        rig.sandbox(**change)
    assert named in str(raised.value)
    assert API_TOKEN not in str(raised.value)


@pytest.fixture
def store_only(start: Start) -> Rig:
    return start(OKTA_API_TOKEN="", SCOPES_SOURCE="documentdb")


NEED_OKTA: list[tuple[str, str, dict[str, object] | None]] = [
    ("GET", "/api/iam/users", None),
    ("POST", "/api/iam/users", {"username": "j@x.io", "email": "j@x.io", "firstName": "J", "lastName": "D"}),
    ("GET", USER, None),
    ("PATCH", USER, {"lastName": "x"}),
    ("DELETE", USER, None),
    ("POST", f"{USER}/deactivate", None),
    ("POST", f"{USER}/activate", None),
    ("DELETE", f"{USER}/sessions", None),
    ("GET", f"{USER}/groups", None),
    ("PUT", f"{USER}/groups", {"groups": []}),
    ("GET", "/api/iam/groups", None),
    ("POST", "/api/iam/groups", {"name": "x"}),
    ("GET", "/api/iam/groups/x", None),
    ("PATCH", "/api/iam/groups/x", {"name": "y"}),
    ("DELETE", "/api/iam/groups/x", None),
    ("GET", "/api/iam/groups/x/members", None),
    ("POST", "/api/iam/m2m", {"name": "bot", "groups": []}),
    ("POST", "/api/iam/m2m/sync", None),
]


@pytest.mark.parametrize(("method", "path", "body"), NEED_OKTA, ids=[f"{item[0]} {item[1]}" for item in NEED_OKTA])
def test_without_a_credential_what_needs_okta_says_what_to_set(
    store_only: Rig, method: str, path: str, body: object
) -> None:
    answer = store_only.call(method, path, body)
    assert (answer.status, answer.code) == (503, "okta_credential_missing")
    assert "OKTA_API_TOKEN" in answer.problem["advice"]
    assert "OKTA_API_PRIVATE_KEY" in answer.problem["advice"]
    assert store_only.okta.calls() == 0
    assert store_only.audit() == []
    assert store_only.database["iam_leases"].count_documents({}) == 0


def test_without_a_credential_the_routes_of_the_store_work(store_only: Rig) -> None:
    store_only.write_rules(**{ADMIN_GROUP: [ADMIN_SCOPE]})
    body = {"client_id": "0oaelsewhere00000000", "name": "bot", "groups": ["agents"]}
    store_only.call("POST", "/api/iam/m2m/register", body).ok(201)
    path = "/api/iam/m2m/0oaelsewhere00000000"
    store_only.call("PATCH", path, {"groups": ["agents", "more"], "description": "x"}).ok()
    assert store_only.call("GET", path).ok()["groups"] == ["agents", "more"]
    assert len(store_only.call("GET", "/api/iam/m2m").ok()["clients"]) == 1
    scopes = "/api/iam/groups/agents/scopes"
    store_only.call("PUT", scopes, {"scopes": ["mcp:servers:read"]}).ok()
    assert store_only.call("GET", scopes).ok()["scopes"] == ["mcp:servers:read"]
    store_only.call("DELETE", path).ok()
    store_only.call("GET", "/api/iam/whoami").ok()
    assert store_only.okta.calls() == 0


@pytest.mark.parametrize("scopes", [[], ["mcp:servers:read"]], ids=json.dumps)
def test_without_a_credential_nobody_loses_administration(store_only: Rig, scopes: list[str]) -> None:
    """Who would be left cannot be asked."""
    store_only.write_rules(**{ADMIN_GROUP: [ADMIN_SCOPE], "second": [ADMIN_SCOPE]})
    answer = store_only.call("PUT", f"/api/iam/groups/{ADMIN_GROUP}/scopes", {"scopes": scopes})
    assert (answer.status, answer.code) == (503, "okta_credential_missing")
    row = store_only.database["idp_group_scopes"].find_one({"_id": ADMIN_GROUP})
    assert row
    assert row["scopes"] == [ADMIN_SCOPE]
