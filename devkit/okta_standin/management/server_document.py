"""Authorization servers and their parts as Okta shows them."""

from collections.abc import Iterable
from typing import Any

from devkit.okta_standin.keys import ServerKeys, SigningKey
from devkit.okta_standin.management.request import ManagementRequest, timestamp
from devkit.okta_standin.servers import AuthorizationServer, Claim, Policy, Rule, Scope

ROTATION_SECONDS = 90 * 24 * 3600
"""From one rotation to the next (recorded)."""
DEFAULT_SERVER = "default"
CLAIM_TYPES = {"access_token": "RESOURCE", "id_token": "IDENTITY"}


def link(href: str, *methods: str) -> dict[str, Any]:
    """A link with the methods that it takes."""
    return {"href": href, "hints": {"allow": list(methods)}}


def shown_server(server: AuthorizationServer, keys: ServerKeys, request: ManagementRequest) -> dict[str, Any]:
    """The server with its links."""
    address, issuer = request.url(f"/authorizationServers/{server.id}"), server.issuer(request.origin)
    well_known = [
        {"name": name, **link(f"{issuer}/.well-known/{name}", "GET")}
        for name in ("oauth-authorization-server", "openid-configuration")
    ]
    signing = {
        "kid": keys.active.kid,
        "rotationMode": server.rotation_mode,
        "lastRotated": timestamp(server.last_rotated),
        "nextRotation": timestamp(server.last_rotated + ROTATION_SECONDS),
    }
    return {
        "id": server.id,
        "name": server.name,
        "description": server.description,
        "audiences": [server.audience],
        "issuer": issuer,
        "issuerMode": server.issuer_mode,
        **_life(server.created, server.last_updated, active=server.active),
        "credentials": {"signing": signing},
        "default": server.id == DEFAULT_SERVER,
        "_links": {
            "rotateKey": link(f"{address}/credentials/lifecycle/keyRotate", "POST"),
            "metadata": well_known,
            "keys": link(f"{address}/credentials/keys", "GET"),
            "claims": link(f"{address}/claims", "GET", "POST"),
            "policies": link(f"{address}/policies", "GET", "POST"),
            "self": link(address, "GET", "DELETE", "PUT"),
            "scopes": link(f"{address}/scopes", "GET", "POST"),
            **_lifecycle_link(address, active=server.active),
        },
    }


def shown_scope(scope: Scope, address: str) -> dict[str, Any]:
    """A scope; `address` is its server's."""
    return {
        "id": scope.id,
        "name": scope.name,
        "displayName": scope.display_name,
        "description": scope.description,
        "system": scope.system,
        "metadataPublish": "ALL_CLIENTS" if scope.published else "NO_CLIENTS",
        "consent": scope.consent,
        "optional": scope.optional,
        "default": scope.default,
        "_links": {"self": link(f"{address}/scopes/{scope.id}", "GET", "PUT", "DELETE")},
    }


def shown_claim(claim: Claim, address: str) -> dict[str, Any]:
    """A claim; `address` is its server's."""
    by_groups = {"group_filter_type": claim.filter_type} if claim.filter_type else {}
    return {
        "id": claim.id,
        "name": claim.name,
        "status": _status(active=claim.active),
        "claimType": CLAIM_TYPES[claim.kind],
        "valueType": "GROUPS" if claim.filter_type else "EXPRESSION",
        "value": claim.value,
        "conditions": {"scopes": list(claim.scopes)},
        "system": claim.system,
        "alwaysIncludeInToken": claim.always,
        **by_groups,
        "_links": {"self": link(f"{address}/claims/{claim.id}", "GET", "PUT", "DELETE")},
    }


def shown_policy(policy: Policy, priority: int, address: str) -> dict[str, Any]:
    """A policy; `address` is its server's."""
    own = f"{address}/policies/{policy.id}"
    return {
        "type": "OAUTH_AUTHORIZATION_POLICY",
        "id": policy.id,
        "name": policy.name,
        "description": policy.description,
        "priority": priority,
        "system": False,
        "conditions": {"clients": {"include": list(policy.clients)}},
        **_life(policy.created, policy.last_updated, active=policy.active),
        "_links": {
            "self": link(own, "GET", "PUT", "DELETE"),
            "rules": link(f"{own}/rules", "GET"),
            **_lifecycle_link(own, active=policy.active),
        },
    }


def shown_rule(rule: Rule, priority: int, address: str) -> dict[str, Any]:
    """A rule; `address` is its policy's."""
    own = f"{address}/rules/{rule.id}"
    people: dict[str, Any] = {"users": {"exclude": []}}
    if rule.groups:
        people["groups"] = {"include": list(rule.groups)}
    return {
        "type": "RESOURCE_ACCESS",
        "id": rule.id,
        "name": rule.name,
        "priority": priority,
        "system": False,
        "conditions": {
            "people": people,
            "grantTypes": {"include": list(rule.grant_types)},
            "scopes": {"include": list(rule.scopes)},
        },
        "actions": {
            "token": {
                "accessTokenLifetimeMinutes": rule.access_token_minutes,
                "refreshTokenLifetimeMinutes": rule.refresh_token_minutes,
                "refreshTokenWindowMinutes": rule.refresh_window_minutes,
            }
        },
        **_life(rule.created, rule.last_updated, active=rule.active),
        "_links": {"self": link(own, "GET", "PUT", "DELETE"), **_lifecycle_link(own, active=rule.active)},
    }


def shown_keys(keys: ServerKeys, address: str) -> list[dict[str, Any]]:
    """The keys of a server with what they are for; of the expired ones the last."""
    states: Iterable[tuple[str, SigningKey]] = [
        ("ACTIVE", keys.active),
        ("NEXT", keys.next),
        *(("EXPIRED", key) for key in keys.expired[-1:]),
    ]
    return [
        {
            **key.jwk,
            "status": status,
            "_links": {"self": link(f"{address}/credentials/keys/{key.kid}", "GET")},
        }
        for status, key in states
    ]


def _life(created: float, last_updated: float, *, active: bool) -> dict[str, Any]:
    return {"status": _status(active=active), "created": timestamp(created), "lastUpdated": timestamp(last_updated)}


def _status(*, active: bool) -> str:
    return "ACTIVE" if active else "INACTIVE"


def _lifecycle_link(address: str, *, active: bool) -> dict[str, Any]:
    name = "deactivate" if active else "activate"
    return {name: link(f"{address}/lifecycle/{name}", "POST")}
