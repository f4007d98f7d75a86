"""What every peer answers with: a policy for the same routes as ours, and a context. Leaner than ours: no denies."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ISSUER = f"{os.environ['OKTA_DOMAIN']}/oauth2/{os.environ['OKTA_AUTH_SERVER_ID']}"
KEYS_URL = f"{ISSUER}/v1/keys"
AUDIENCE = os.environ["OKTA_AUDIENCE"]
REQUIRED_CLAIMS = ["iss", "aud", "exp", "iat", "sub"]

_rules = json.loads(Path(os.environ["SCOPES_FILE"]).read_text(encoding="utf-8"))


class Unauthorized(Exception):
    """API Gateway answers 401 for this message (AWS: "Output from an API Gateway Lambda authorizer")."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def bearer(event: Mapping[str, str]) -> str:
    """The token of a TOKEN event."""
    return event["authorizationToken"].removeprefix("Bearer ")


def answer(claims: Mapping[str, Any], method_arn: str) -> dict[str, Any]:
    """The policy and context for the holder of verified claims."""
    stage_arn = "/".join(method_arn.split("/")[:2])
    groups = claims.get("groups", [])
    scopes = sorted({scope for group in groups for scope in _rules["groups"].get(group, [])})
    routes = {route for scope in scopes for route in _rules["permissions"].get(scope, [])}
    resources = [f"{stage_arn}/{_resource(route)}" for route in sorted(routes)]
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": resources}
    return {
        "principalId": claims["uid"],
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"sub": claims["sub"], "groups": ",".join(groups), "scopes": " ".join(scopes)},
    }


def _resource(route: str) -> str:
    method, _, path = route.partition(" ")
    return ("*" if method == "ANY" else method) + path
