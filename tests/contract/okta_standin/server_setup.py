"""What an administrator sets up at an authorization server, and the token that a machine gets from it."""

from typing import Any

import httpx

from tests.contract.okta_standin.standin_client import AGENT, AGENT_SECRET, CUSTOM, MACHINE_FORM, Standin

SERVERS = "/authorizationServers"
SERVER = f"{SERVERS}/{CUSTOM}"
RULE_CONDITIONS: dict[str, Any] = {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["*"]}}
NEW_SERVER: dict[str, Any] = {"name": "reports", "description": "For reports", "audiences": ["api://reports"]}
POLICY: dict[str, Any] = {
    "type": "OAUTH_AUTHORIZATION_POLICY",
    "name": "all",
    "description": "For all",
    "conditions": {"clients": {"include": ["ALL_CLIENTS"]}},
}
RULE: dict[str, Any] = {
    "type": "RESOURCE_ACCESS",
    "name": "machines",
    "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["reports.read"]}},
    "actions": {"token": {"accessTokenLifetimeMinutes": 10}},
}
GROUPS_CLAIM: dict[str, Any] = {
    "name": "teams",
    "status": "ACTIVE",
    "claimType": "RESOURCE",
    "valueType": "GROUPS",
    "group_filter_type": "STARTS_WITH",
    "value": "registry-",
    "conditions": {"scopes": []},
    "alwaysIncludeInToken": True,
}


def machine_token(okta: Standin, server: str, scope: str) -> httpx.Response:
    form = MACHINE_FORM | {"scope": scope}
    return okta.request_token(form, server, auth=(AGENT, AGENT_SECRET))
