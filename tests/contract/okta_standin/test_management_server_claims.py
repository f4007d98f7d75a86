"""Claims that are set up through the management API are in the next token."""

from typing import Any

import pytest

from tests.contract.okta_standin.browser import ADA, Browser, redeem
from tests.contract.okta_standin.management import Management, succeeded
from tests.contract.okta_standin.server_setup import GROUPS_CLAIM, SERVER, machine_token
from tests.contract.okta_standin.standin_client import AGENT, CUSTOM, Standin, claims_of


def people_claims(person: Browser, kind: str, scope: str = "openid") -> dict[str, Any]:
    claims = claims_of(redeem(person.okta, person.code(ADA, scope=scope)).json()[kind])
    person.http.cookies.clear()
    return claims


def test_a_groups_claim_is_in_tokens_until_it_is_off(own_person: Browser, api: Management) -> None:
    claim = succeeded(api.post(f"{SERVER}/claims", GROUPS_CLAIM))
    assert people_claims(own_person, "access_token")["teams"] == ["registry-admins"]
    assert "teams" not in people_claims(own_person, "id_token")
    token = machine_token(own_person.okta, CUSTOM, "gateway.access").json()["access_token"]
    assert "teams" not in claims_of(token)
    off = succeeded(api.put(f"{SERVER}/claims/{claim['id']}", GROUPS_CLAIM | {"status": "INACTIVE"}))
    assert off["status"] == "INACTIVE"
    assert "teams" not in people_claims(own_person, "access_token")


def test_an_identity_claim_that_is_not_always_included_is_in_userinfo_only(
    own_person: Browser, api: Management
) -> None:
    succeeded(api.post(f"{SERVER}/claims", GROUPS_CLAIM | {"claimType": "IDENTITY", "alwaysIncludeInToken": False}))
    tokens = own_person.tokens(ADA)
    assert "teams" not in claims_of(tokens["id_token"])
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    userinfo = own_person.okta.http.get(own_person.okta.endpoint(CUSTOM, "userinfo"), headers=headers)
    assert userinfo.json()["teams"] == ["registry-admins"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [('"fixed"', "fixed"), ("app.clientId", AGENT), ("user.email", None), ("app.profile.team", None), ("1 + 1", None)],
)
def test_an_expression_is_in_a_machines_token(
    own_okta: Standin, api: Management, expression: str, value: str | None
) -> None:
    body = {"name": "extra", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": expression}
    succeeded(api.post(f"{SERVER}/claims", body))
    token = machine_token(own_okta, CUSTOM, "gateway.access").json()["access_token"]
    assert claims_of(token).get("extra") == value


def test_the_subject_can_be_another_one(own_okta: Standin, api: Management) -> None:
    assert claims_of(machine_token(own_okta, CUSTOM, "gateway.access").json()["access_token"])["sub"] == AGENT
    subject = api.read(f"{SERVER}/claims")[0]
    succeeded(api.put(f"{SERVER}/claims/{subject['id']}", subject | {"value": "app.label"}))
    assert claims_of(machine_token(own_okta, CUSTOM, "gateway.access").json()["access_token"])["sub"] == "ai-agent-3"


def test_an_apps_profile_is_in_its_token(own_okta: Standin, api: Management) -> None:
    """The groups of a machine inside Okta, as its guide on app-specific claims describes it."""
    app = api.read(f"/apps/{AGENT}")
    succeeded(api.put(f"/apps/{AGENT}", app | {"profile": {"groups": ["mcp-agents"]}}))
    body = {"name": "app_groups", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": "app.profile.groups"}
    succeeded(api.post(f"{SERVER}/claims", body))
    token = machine_token(own_okta, CUSTOM, "gateway.access").json()["access_token"]
    assert claims_of(token)["app_groups"] == ["mcp-agents"]
