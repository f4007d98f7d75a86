"""The event that describes a request, to a REQUEST authorizer and to a function behind a proxy integration.

Source: AWS developer guide, "Input to an API Gateway Lambda authorizer" and "Input format of a Lambda function for
proxy integration" (format version 1.0). What the guide leaves open is as in events that AWS sent and LocalStack
recorded (tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json): query values decoded, with + as a space;
path and path parameters as the client encoded them; null for what there is none of.
"""

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from devkit.gateway.authorizer_answer import Answer
from devkit.gateway.functions import ACCOUNT, REGION
from devkit.gateway.headers import NOT_PASSED_ON, forwarding_headers
from devkit.gateway.intrinsics import LOCAL_API_ID
from devkit.gateway.media_types import is_binary
from devkit.gateway.request import LOCAL_STAGE, Request
from devkit.gateway.routes import Match

# Not from the Host header, as on AWS, where a host that is not the API's own does not get there at all.
DOMAIN_NAME = f"{LOCAL_API_ID}.execute-api.{REGION}.amazonaws.com"
_NO_IDENTITY = (
    *("accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType"),
    *("cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userArn"),
)

type Pairs = list[tuple[str, str]]


def authorizer_event(request: Request, match: Match) -> Mapping[str, Any]:
    """The event of a REQUEST authorizer."""
    query = _query(request)
    return {
        "type": "REQUEST",
        "methodArn": request.method_arn,
        **_described(request, match),
        "headers": dict(request.headers),
        "multiValueHeaders": _grouped(request.headers),
        "queryStringParameters": dict(query),
        "multiValueQueryStringParameters": _grouped(query),
        "pathParameters": match.parameters,
        "stageVariables": {},
        "requestContext": _context(request, match),
    }


def proxy_event(
    request: Request, match: Match, answer: Answer | None, binary_media_types: Iterable[str]
) -> Mapping[str, Any]:
    """The event of a function behind a proxy integration.

    Names of the client's headers are in lower case here, as HTTP/2 clients send them; AWS keeps the case that it gets.
    """
    query, headers = _query(request), _passed_on(request)
    context = _context(request, match)
    if answer:
        context["authorizer"] = {**answer.context, "principalId": answer.principal_id}
    return {
        **_described(request, match),
        "headers": dict(headers),
        "multiValueHeaders": _grouped(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _grouped(query) or None,
        "pathParameters": match.parameters or None,
        "stageVariables": None,
        "requestContext": context,
        **_body(request, binary_media_types),
    }


def _described(request: Request, match: Match) -> dict[str, Any]:
    return {"resource": match.method.resource, "path": request.path, "httpMethod": request.method}


def _context(request: Request, match: Match) -> dict[str, Any]:
    """The request context; with a custom domain AWS leaves the stage out of its path."""
    now = datetime.now(UTC)
    return {
        "accountId": ACCOUNT,
        "apiId": LOCAL_API_ID,
        "domainName": DOMAIN_NAME,
        "domainPrefix": LOCAL_API_ID,
        "stage": LOCAL_STAGE,
        "requestId": request.request_id,
        "extendedRequestId": request.request_id,
        "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(now.timestamp() * 1000),
        "resourcePath": match.method.resource,
        "httpMethod": request.method,
        "path": f"/{LOCAL_STAGE}{request.path}",
        "protocol": "HTTP/1.1",
        "identity": {
            **dict.fromkeys(_NO_IDENTITY),
            "sourceIp": request.client_ip,
            "userAgent": request.combined("user-agent"),
        },
    }


def _body(request: Request, binary_media_types: Iterable[str]) -> dict[str, Any]:
    if not request.body:
        return {"body": None, "isBase64Encoded": False}
    # A request without a type counts as JSON. Source: AWS developer guide, "Set up a proxy integration".
    if is_binary(request.combined("content-type") or "application/json", binary_media_types):
        return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}
    return {"body": request.body.decode(errors="replace"), "isBase64Encoded": False}


def _passed_on(request: Request) -> Pairs:
    kept = [(name, value) for name, value in request.headers if name.lower() not in NOT_PASSED_ON]
    return [*kept, *forwarding_headers(request)]


def _query(request: Request) -> Pairs:
    return parse_qsl(request.query, keep_blank_values=True)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, value in pairs:
        groups.setdefault(name, []).append(value)
    return groups
