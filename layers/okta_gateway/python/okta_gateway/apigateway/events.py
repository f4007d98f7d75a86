"""Authorizer events of API Gateway: REST TOKEN, REST REQUEST and HTTP API payload 2.0, parsed to one request.

Shapes: AWS, "Input to an API Gateway Lambda authorizer" and "Control access to HTTP APIs with Lambda authorizers".
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from okta_gateway.errors import AuthorizationMissing, AuthorizationRepeated, EventMalformed, SchemeUnsupported

# Everything but the path goes into the policy, so nothing here may hold a wildcard of IAM's.
_STAGE_ARN = re.compile(
    r"(arn:(aws[a-z-]{0,20}):execute-api:([a-z0-9-]{1,30}):[0-9]{12}:([A-Za-z0-9_-]{1,64})/([A-Za-z0-9_-]{1,128}|\$default))/",
    re.ASCII,
)


class StageArn(NamedTuple):
    """The part of an execute-api ARN that names one stage of one API."""

    text: str
    partition: str
    region: str
    api: str
    stage: str


class AuthorizerRequest(NamedTuple):
    """What an event asks: may the holder of `token` call the stage? The called route is not part of the question."""

    token: str
    stage_arn: StageArn

    def __repr__(self) -> str:
        return f"AuthorizerRequest(token=..., stage_arn={self.stage_arn.text!r})"


def parse_authorizer_event(event: object) -> AuthorizerRequest:
    """Parse an authorizer event.

    Raises EventMalformed for any other shape, and AuthorizationMissing, AuthorizationRepeated or SchemeUnsupported for
    what the caller sent.
    """
    if not isinstance(event, dict):
        raise EventMalformed("the event is not a JSON object")
    if event.get("type") == "TOKEN":
        return AuthorizerRequest(
            stage_arn=parse_stage_arn(event.get("methodArn")), token=parse_bearer(_token_authorization(event))
        )
    if event.get("type") == "REQUEST":
        return AuthorizerRequest(
            stage_arn=parse_stage_arn(event.get(_arn_name(event.get("version", "1.0")))),
            token=parse_bearer(_header_authorization(event)),
        )
    raise EventMalformed("type is neither TOKEN nor REQUEST")


def parse_stage_arn(arn: object) -> StageArn:
    """The stage of a method ARN, `arn:aws:execute-api:region:account:api/stage/GET/path`. Raises EventMalformed."""
    parts = arn.split("/", 2) if isinstance(arn, str) else []
    return _parse_stage("/".join(parts[:2]) + "/" * (len(parts) == 3))


@lru_cache(maxsize=8)
def _parse_stage(start: str) -> StageArn:
    """A function is called by one stage, seldom by a few. `start` ends behind the slash that follows the stage."""
    match = _STAGE_ARN.fullmatch(start)
    if match is None:
        raise EventMalformed("methodArn or routeArn is not the ARN of a method of an API")
    return StageArn(*match.groups())


def parse_bearer(authorization: str) -> str:
    """The token of `Bearer TOKEN` (RFC 6750, section 2.1); the scheme in any case (RFC 9110, section 11.1)."""
    scheme, _, token = authorization.strip(" ").partition(" ")
    if not scheme:
        raise AuthorizationMissing("the Authorization header is empty")
    if "," in authorization:
        raise AuthorizationRepeated("the Authorization header holds several values")
    if scheme.lower() != "bearer":
        raise SchemeUnsupported("the scheme is not Bearer")
    if not token.strip(" "):
        raise AuthorizationMissing("the Authorization header holds no token")
    return token.strip(" ")


def _arn_name(version: object) -> str:
    """REST REQUEST events name no version or, like HTTP APIs' first format, 1.0."""
    if version not in ("1.0", "2.0"):
        raise EventMalformed("version is neither 1.0 nor 2.0")
    return "routeArn" if version == "2.0" else "methodArn"


def _token_authorization(event: dict[str, Any]) -> str:
    value = event.get("authorizationToken")
    if not isinstance(value, str):
        raise EventMalformed("a TOKEN event without authorizationToken")
    return value


def _header_authorization(event: dict[str, Any]) -> str:
    """REST keeps the client's case and repeats under multiValueHeaders; HTTP APIs join repeats with commas."""
    single = _named_authorization(event.get("headers"))
    several = _named_authorization(event.get("multiValueHeaders"))
    listed = [item for value in several for item in (value if isinstance(value, list) else [value])]
    if len(single) > 1 or len(listed) > 1:
        raise AuthorizationRepeated("the request has several Authorization headers")
    values = single + listed
    if not values:
        raise AuthorizationMissing("the request has no Authorization header")
    if not all(isinstance(value, str) for value in values):
        raise EventMalformed("the Authorization header is not a string")
    if len(set(values)) > 1:
        raise AuthorizationRepeated("headers and multiValueHeaders do not agree")
    return str(values[0])


def _named_authorization(headers: object) -> list[Any]:
    if headers is None:
        return []
    if not isinstance(headers, dict):
        raise EventMalformed("headers or multiValueHeaders is not a JSON object")
    return [value for name, value in headers.items() if isinstance(name, str) and name.lower() == "authorization"]
