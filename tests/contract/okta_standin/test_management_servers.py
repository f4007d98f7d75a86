"""Authorization servers of the management API: what is set up there is in the next token."""

from typing import Any

import pytest

from tests.contract.conftest import Clock
from tests.contract.okta_standin.management import (
    READER,
    Management,
    bearer,
    control,
    managing,
    recorded_samples,
    refusal,
    succeeded,
)
from tests.contract.okta_standin.server_setup import (
    GROUPS_CLAIM,
    NEW_SERVER,
    POLICY,
    RULE,
    RULE_CONDITIONS,
    SERVER,
    SERVERS,
    machine_token,
)
from tests.contract.okta_standin.standin_client import CUSTOM, Standin, claims_of


def test_a_new_server_looks_like_the_recorded_one(api: Management, clock: Clock) -> None:
    real = recorded_samples("POST", "/api/v1/authorizationServers", 201)[0]["body"]
    ours = succeeded(api.post(SERVERS, NEW_SERVER))
    assert list(ours) == list(real)
    assert (ours["issuerMode"], ours["status"], ours["default"]) == ("DYNAMIC", "ACTIVE", False)
    assert ours["credentials"]["signing"].keys() == real["credentials"]["signing"].keys()
    assert ours["_links"].keys() == real["_links"].keys()
    assert api.read(f"{SERVERS}/{ours['id']}") == ours


def test_a_new_server_gives_tokens_once_it_has_scope_policy_and_rule(own_okta: Standin, api: Management) -> None:
    server = succeeded(api.post(SERVERS, NEW_SERVER))
    address = f"{SERVERS}/{server['id']}"
    assert machine_token(own_okta, server["id"], "reports.read").json()["error"] == "invalid_scope"
    succeeded(api.post(f"{address}/scopes", {"name": "reports.read", "metadataPublish": "ALL_CLIENTS"}))
    assert machine_token(own_okta, server["id"], "reports.read").json()["error"] == "access_denied"
    policy = succeeded(api.post(f"{address}/policies", POLICY))
    succeeded(api.post(f"{address}/policies/{policy['id']}/rules", RULE))
    token = machine_token(own_okta, server["id"], "reports.read").json()
    claims = claims_of(token["access_token"])
    assert (claims["aud"], claims["iss"], token["expires_in"]) == ("api://reports", server["issuer"], 600)
    discovery = own_okta.http.get(f"/oauth2/{server['id']}/.well-known/openid-configuration").json()
    assert "reports.read" in discovery["scopes_supported"]
    assert server["credentials"]["signing"]["kid"] in {key["kid"] for key in own_okta.key_set(server["id"])}


def test_a_new_server_has_oktas_scopes_without_groups(api: Management) -> None:
    server = succeeded(api.post(SERVERS, NEW_SERVER))
    scopes = api.read(f"{SERVERS}/{server['id']}/scopes")
    names = {"openid", "profile", "email", "address", "phone", "offline_access", "device_sso"}
    assert {scope["name"] for scope in scopes} == names
    assert all(scope["system"] for scope in scopes)
    assert [claim["name"] for claim in api.read(f"{SERVERS}/{server['id']}/claims")] == ["sub"]
    assert api.read(f"{SERVERS}/{server['id']}/policies") == []


def test_the_seeded_servers_are_shown_with_their_parts(okta: Standin) -> None:
    with managing(okta, READER) as reader:
        assert {server["id"]: server["default"] for server in reader.read(SERVERS)} == {CUSTOM: False, "default": True}
        assert [server["id"] for server in reader.read(SERVERS, q="REGISTRY")] == [CUSTOM]
        names = [policy["name"] for policy in reader.read(f"{SERVER}/policies")]
        assert names == ["people", "machines"]
        claims = [(claim["name"], claim["claimType"]) for claim in reader.read(f"{SERVER}/claims")]
        assert claims == [("sub", "RESOURCE"), ("groups", "RESOURCE"), ("groups", "IDENTITY")]
        assert refusal(reader.delete(SERVER)) == (403, "E0000006", [])


def test_the_permission_is_that_of_authorization_servers(okta: Standin) -> None:
    with managing(okta, bearer(okta, "okta.users.manage")) as app:
        assert refusal(app.get(SERVERS)) == (403, "E0000006", [])


def test_a_server_is_changed_switched_off_and_deleted(own_okta: Standin, api: Management) -> None:
    changed = succeeded(api.put(SERVER, {"name": "registry", "description": "d", "audiences": ["api://other"]}))
    assert (changed["name"], changed["audiences"]) == ("registry", ["api://other"])
    token = machine_token(own_okta, CUSTOM, "gateway.access").json()["access_token"]
    assert claims_of(token)["aud"] == "api://other"
    assert api.post(f"{SERVER}/lifecycle/deactivate").status_code == 204
    assert refusal(machine_token(own_okta, CUSTOM, "gateway.access")) == (404, "E0000007", [])
    assert api.read(SERVER)["status"] == "INACTIVE"
    assert api.post(f"{SERVER}/lifecycle/activate").status_code == 204
    assert machine_token(own_okta, CUSTOM, "gateway.access").status_code == 200
    assert [api.delete(SERVER).status_code for _ in range(2)] == [204, 404]


def test_an_org_without_the_licence_is_told_so(own_okta: Standin, api: Management) -> None:
    control(own_okta, "deviations", api_access_management=False)
    assert refusal(api.post(SERVERS, NEW_SERVER)) == (401, "E0000015", [])
    assert len(api.read(SERVERS)) == 2
    control(own_okta, "deviations", api_access_management=True)
    assert api.post(SERVERS, NEW_SERVER).status_code == 201


def test_keys_are_listed_and_rotate_at_once(own_okta: Standin, api: Management) -> None:
    before = {key["status"]: key["kid"] for key in api.read(f"{SERVER}/credentials/keys")}
    assert set(before) == {"ACTIVE", "NEXT"}
    rotated = succeeded(api.post(f"{SERVER}/credentials/lifecycle/keyRotate", {"use": "sig"}))
    after = {key["status"]: key["kid"] for key in rotated}
    assert (after["ACTIVE"], after["EXPIRED"]) == (before["NEXT"], before["ACTIVE"])
    assert own_okta.key_set()[0]["kid"] == after["ACTIVE"]
    assert api.read(f"{SERVER}/credentials/keys/{after['NEXT']}")["status"] == "NEXT"
    assert refusal(api.get(f"{SERVER}/credentials/keys/none")) == (404, "E0000007", [])
    assert refusal(api.post(f"{SERVER}/credentials/lifecycle/keyRotate", {}))[:2] == (400, "E0000001")


def test_a_policy_without_clients_is_for_nobody(own_okta: Standin, api: Management) -> None:
    for policy in api.read(f"{SERVER}/policies"):
        succeeded(api.delete(f"{SERVER}/policies/{policy['id']}"))
    body = {name: value for name, value in POLICY.items() if name != "conditions"}
    policy = succeeded(api.post(f"{SERVER}/policies", body))
    assert policy["conditions"] == {"clients": {"include": []}}
    rule = RULE | {"conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["*"]}}}
    succeeded(api.post(f"{SERVER}/policies/{policy['id']}/rules", rule))
    assert machine_token(own_okta, CUSTOM, "gateway.access").json()["error"] == "access_denied"
    succeeded(api.put(f"{SERVER}/policies/{policy['id']}", POLICY))
    assert machine_token(own_okta, CUSTOM, "gateway.access").status_code == 200


@pytest.mark.parametrize("part", ["policy", "rule"])
def test_a_policy_or_rule_that_is_off_does_not_count(own_okta: Standin, api: Management, part: str) -> None:
    policy = next(found for found in api.read(f"{SERVER}/policies") if found["name"] == "machines")
    address = f"{SERVER}/policies/{policy['id']}"
    if part == "rule":
        address += f"/rules/{api.read(f'{address}/rules')[0]['id']}"
    assert api.post(f"{address}/lifecycle/deactivate").status_code == 204
    assert api.read(address)["status"] == "INACTIVE"
    assert machine_token(own_okta, CUSTOM, "gateway.access").json()["error"] == "access_denied"
    assert api.post(f"{address}/lifecycle/activate").status_code == 204
    assert machine_token(own_okta, CUSTOM, "gateway.access").status_code == 200


def test_the_first_matching_rule_wins_and_priorities_have_no_gaps(own_okta: Standin, api: Management) -> None:
    policy = next(found for found in api.read(f"{SERVER}/policies") if found["name"] == "machines")
    rules = f"{SERVER}/policies/{policy['id']}/rules"
    conditions = {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["*"]}}
    short = RULE | {"name": "short", "conditions": conditions, "priority": 1}
    created = succeeded(api.post(rules, short))
    assert created["priority"] == 1
    assert machine_token(own_okta, CUSTOM, "gateway.access").json()["expires_in"] == 600
    moved = succeeded(api.put(f"{rules}/{created['id']}", short | {"priority": 9}))
    assert moved["priority"] == 2
    assert [rule["priority"] for rule in api.read(rules)] == [1, 2]
    assert machine_token(own_okta, CUSTOM, "gateway.access").json()["expires_in"] == 3600


def test_a_rule_keeps_its_people(api: Management) -> None:
    policy = succeeded(api.post(f"{SERVER}/policies", POLICY))
    rules = f"{SERVER}/policies/{policy['id']}/rules"
    alone = succeeded(api.post(rules, RULE | {"conditions": RULE_CONDITIONS}))
    assert alone["conditions"]["people"] == {"users": {"exclude": []}}
    people = {"people": {"groups": {"include": ["EVERYONE"]}}}
    everyone = succeeded(api.put(f"{rules}/{alone['id']}", RULE | {"conditions": RULE_CONDITIONS | people}))
    assert everyone["conditions"]["people"] == {"users": {"exclude": []}, "groups": {"include": ["EVERYONE"]}}
    assert everyone["actions"]["token"]["refreshTokenWindowMinutes"] == 10080


@pytest.mark.parametrize("part", ["scopes", "claims", "policies"])
def test_a_part_is_read_deleted_and_then_unknown(api: Management, part: str) -> None:
    kinds = {"scopes": "OAuth2Scope", "claims": "OAuth2Claim", "policies": "Policy"}
    found = api.read(f"{SERVER}/{part}")[-1]
    address = f"{SERVER}/{part}/{found['id']}"
    assert api.read(address) == found
    assert api.delete(address).status_code == 204
    assert found not in api.read(f"{SERVER}/{part}")
    missing = api.get(address)
    assert refusal(missing) == (404, "E0000007", [])
    assert missing.json()["errorSummary"] == f"Not found: Resource not found: {found['id']} ({kinds[part]})"


def test_an_unknown_server_or_rule_is_not_found(api: Management) -> None:
    policy = api.read(f"{SERVER}/policies")[0]["id"]
    assert api.get(f"{SERVERS}/aus0").json()["errorSummary"].endswith("aus0 (AuthorizationServer)")
    assert api.get(f"{SERVER}/policies/{policy}/rules/0pr0").json()["errorSummary"].endswith("0pr0 (PolicyRule)")
    assert api.get(f"{SERVERS}/org").status_code == 404


def test_scopes_are_filtered_and_replaced(api: Management) -> None:
    assert [scope["name"] for scope in api.read(f"{SERVER}/scopes", q="gate")] == ["gateway.access"]
    scope = api.read(f"{SERVER}/scopes", filter='name eq "gateway.access"')[0]
    body = {"name": "gateway.access", "description": "In", "default": True, "metadataPublish": "NO_CLIENTS"}
    changed = succeeded(api.put(f"{SERVER}/scopes/{scope['id']}", body))
    assert (changed["id"], changed["default"], changed["metadataPublish"]) == (scope["id"], True, "NO_CLIENTS")


TAKEN = "name: An object with this field already exists in the current organization"


@pytest.mark.parametrize(
    ("path", "body", "cause"),
    [
        ("", NEW_SERVER | {"audiences": []}, "audiences: Exactly one"),
        ("", NEW_SERVER | {"audiences": ["a", "b"]}, "audiences: Exactly one"),
        ("", NEW_SERVER | {"name": "default"}, TAKEN),
        ("", NEW_SERVER | {"name": ""}, "name: The field cannot be left blank"),
        ("/scopes", {"name": "groups"}, TAKEN),
        ("/scopes", {"name": "okta.users"}, "name: The name is reserved"),
        ("/scopes", {"name": "two words"}, "name: The name is reserved"),
        ("/scopes", {"name": "x", "metadataPublish": "SOME"}, "metadataPublish: One of"),
        ("/scopes", {"name": "x", "default": "yes"}, "default: Incorrect type"),
        ("/claims", GROUPS_CLAIM | {"name": "groups"}, TAKEN),
        ("/claims", GROUPS_CLAIM | {"name": "aud"}, "name: The claim name is reserved"),
        ("/claims", GROUPS_CLAIM | {"group_filter_type": "LIKE"}, "group_filter_type: One of"),
        ("/claims", GROUPS_CLAIM | {"group_filter_type": "REGEX", "value": "("}, "value: The regular expression"),
        ("/claims", GROUPS_CLAIM | {"conditions": {"scopes": ["none"]}}, "scopes: none does not exist"),
        ("/claims", GROUPS_CLAIM | {"claimType": "BOTH"}, "claimType: One of"),
        ("/policies", POLICY | {"name": "people"}, TAKEN),
        ("/policies", POLICY | {"conditions": {"clients": {"include": ["0oa0"]}}}, "clients: 0oa0 does not exist"),
        ("/policies", POLICY | {"priority": 0}, "priority: A whole number"),
        ("/policies/{p}/rules", RULE | {"conditions": {}}, "conditions: The field cannot be left blank"),
        ("/policies/{p}/rules", RULE | {"conditions": RULE["conditions"]}, "scopes: reports.read does not exist"),
        (
            "/policies/{p}/rules",
            {**RULE, "conditions": RULE_CONDITIONS, "actions": {"token": {"accessTokenLifetimeMinutes": 4}}},
            "accessTokenLifetimeMinutes: A whole number from 5 to 1440",
        ),
        ("/policies/{p}/rules", {**RULE, "name": "sign in", "conditions": RULE_CONDITIONS}, TAKEN),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_cannot_be_is_refused_and_not_made(api: Management, path: str, body: dict[str, Any], cause: str) -> None:
    policy = api.read(f"{SERVER}/policies")[0]["id"]
    address = (SERVER if path else SERVERS) + path.format(p=policy)
    before = api.read(address)
    status, code, causes = refusal(api.post(address, body))
    assert (status, code) == (400, "E0000001")
    assert causes[0].startswith(cause)
    assert api.read(address) == before
