"""A route that somebody asks about, `GET /api/servers`, and whether a policy opens it."""

import re
from typing import NamedTuple

from devkit.cli.answers import CannotCheck
from devkit.gateway.functions import ACCOUNT, REGION
from devkit.gateway.iam_policy import is_allowed
from devkit.gateway.intrinsics import LOCAL_API_ID
from devkit.gateway.request import LOCAL_STAGE
from okta_gateway.access.policy import Policy
from okta_gateway.access.scopes import METHODS
from okta_gateway.apigateway.events import StageArn, parse_stage_arn
from okta_gateway.errors import EventMalformed

LOCAL_STAGE_ARN = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{LOCAL_API_ID}/{LOCAL_STAGE}"
_PATH = re.compile(r"/[\x21-\x7e]*")


class AskedRoute(NamedTuple):
    """One request: its method, and its path as a client would write it."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def is_open(self, policy: Policy, stage: StageArn) -> bool:
        """Whether the gateway lets the request through by this policy."""
        return is_allowed(policy, f"{stage.text}/{self.method}{self.path}")


def parse_route(text: str) -> AskedRoute:
    """Parse `METHOD /path`. Raises CannotCheck with what to write."""
    method, _, path = text.strip().partition(" ")
    path = path.strip()
    if method.upper() not in METHODS or not _PATH.fullmatch(path) or "*" in path or "?" in path:
        raise CannotCheck(
            f"{text!r} is no request: write one method and one path as a client sends it, without * and without a "
            'query, such as "GET /api/servers".'
        )
    return AskedRoute(method.upper(), path)


def parse_stage(arn: str) -> StageArn:
    """Parse the ARN of a stage, `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE`. Raises CannotCheck."""
    try:
        return parse_stage_arn(arn.rstrip("/") + "/")
    except EventMalformed:
        raise CannotCheck(
            f"{arn!r} is no stage: write arn:aws:execute-api:REGION:ACCOUNT:API/STAGE, as in the authorizer's events."
        ) from None
