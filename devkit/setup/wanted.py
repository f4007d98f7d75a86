"""What there shall be at Okta, as the request bodies that make it (Okta's OpenAPI document; recorded answers)."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from okta_gateway.login.authorization_request import CALLBACK
from okta_gateway.login.redirects import HOME

POLICY, USER_RULE, MACHINE_RULE = "okta-gateway", "people", "machines"
ACCESS_TOKEN, ID_TOKEN = "RESOURCE", "IDENTITY"


class GroupFilter(NamedTuple):
    """Which groups get into tokens."""

    type: str
    value: str


class Wanted(NamedTuple):
    """The choices; all else follows from them. `machine_label` is empty where no machine client is wanted."""

    name: str
    audience: str
    machine_scope: str
    groups: tuple[str, ...]
    filter: GroupFilter
    gateway_url: str
    machine_label: str

    @property
    def redirect_uri(self) -> str:
        return f"{self.gateway_url}{CALLBACK}"

    @property
    def sign_out_uri(self) -> str:
        return f"{self.gateway_url}{HOME}"


def filter_for(groups: Iterable[str]) -> GroupFilter:
    """A filter by the words that the groups' names start with: `mcp-`, or `(public-|registry-).*` for several."""
    prefixes = sorted({_prefix(group) for group in groups})
    if len(prefixes) == 1:
        return GroupFilter("STARTS_WITH", prefixes[0])
    return GroupFilter("REGEX", f"({'|'.join(map(_literal, prefixes))}).*")


def _prefix(group: str) -> str:
    word, dash, _ = group.partition("-")
    return word + dash


def _literal(prefix: str) -> str:
    """As a person would write it: a hyphen means itself outside of brackets."""
    return re.escape(prefix).replace(r"\-", "-")


def server_body(wanted: Wanted) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "description": "Tokens for the API behind okta-gateway",
        "audiences": [wanted.audience],
    }


def scope_body(name: str, *, is_default: bool = False) -> dict[str, Any]:
    return {"name": name, "consent": "IMPLICIT", "metadataPublish": "ALL_CLIENTS", "default": is_default}


def claim_body(kind: str, chosen: GroupFilter) -> dict[str, Any]:
    return {
        "name": "groups",
        "status": "ACTIVE",
        "claimType": kind,
        "valueType": "GROUPS",
        "group_filter_type": chosen.type,
        "value": chosen.value,
        "conditions": {"scopes": []},
        "alwaysIncludeInToken": True,
    }


def policy_body() -> dict[str, Any]:
    """For all clients: a policy without that condition is for nobody (recorded). After the policies that there are."""
    return {
        "type": "OAUTH_AUTHORIZATION_POLICY",
        "name": POLICY,
        "description": "People and machines of the API behind okta-gateway",
        "conditions": {"clients": {"include": ["ALL_CLIENTS"]}},
    }


def user_rule_body() -> dict[str, Any]:
    return _rule(USER_RULE, 1, "authorization_code", "*") | {
        "conditions": {
            "people": {"groups": {"include": ["EVERYONE"]}},
            "grantTypes": {"include": ["authorization_code"]},
            "scopes": {"include": ["*"]},
        }
    }


def machine_rule_body(scope: str) -> dict[str, Any]:
    """Without people, which is how Okta was recorded to take a rule for machines."""
    return _rule(MACHINE_RULE, 2, "client_credentials", scope)


def _rule(name: str, priority: int, grant: str, scope: str) -> dict[str, Any]:
    lifetimes = {
        "accessTokenLifetimeMinutes": 60,
        "refreshTokenLifetimeMinutes": 0,
        "refreshTokenWindowMinutes": 7 * 24 * 60,
    }
    return {
        "type": "RESOURCE_ACCESS",
        "name": name,
        "priority": priority,
        "conditions": {"grantTypes": {"include": [grant]}, "scopes": {"include": [scope]}},
        "actions": {"token": lifetimes},
    }


def web_app_body(wanted: Wanted) -> dict[str, Any]:
    """With rotating refresh tokens, which are not Okta's default for web applications."""
    return {
        "name": "oidc_client",
        "label": wanted.name,
        "signOnMode": "OPENID_CONNECT",
        "credentials": {
            "oauthClient": {
                "token_endpoint_auth_method": "client_secret_basic",
                "pkce_required": True,
                "autoKeyRotation": True,
            }
        },
        "settings": {
            "oauthClient": {
                "application_type": "web",
                "response_types": ["code"],
                "grant_types": ["authorization_code", "refresh_token"],
                "redirect_uris": [wanted.redirect_uri],
                "post_logout_redirect_uris": [wanted.sign_out_uri],
                "consent_method": "TRUSTED",
                "dpop_bound_access_tokens": False,
                "refresh_token": {"rotation_type": "ROTATE", "leeway": 30},
            }
        },
    }
