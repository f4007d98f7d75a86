"""Proxy events as AWS documents them, for what the local gateway cannot be: a custom domain with a base path."""

from typing import Any
from urllib.parse import parse_qsl

from devkit.gateway.functions import InProcessFunction
from tests.integration.login.rig import CONTEXT, Handler

EXECUTE_API = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"


def proxy_event(
    path: str,
    *,
    method: str = "GET",
    domain: str = EXECUTE_API,
    stage: str = "prod",
    base_path: str = "",
    query: str = "",
    headers: list[tuple[str, str]] | None = None,
) -> dict[str, Any]:
    """A request for `path`, a route below /oauth2 or the key set.

    At an execute-api address the stage is in the context's path only. A base path mapping is in both: "your path value
    for any API requests will always contain" it (Powertools for AWS, event handler, "Custom Domain API Mappings").
    """
    multi_headers: dict[str, list[str]] = {}
    for name, value in [("Host", domain), *(headers or [])]:
        multi_headers.setdefault(name, []).append(value)
    multi_query: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        multi_query.setdefault(name, []).append(value)
    below = path.removeprefix("/oauth2").strip("/")
    is_proxied = path.startswith("/oauth2/") and below
    in_front = base_path or (f"/{stage}" if domain == EXECUTE_API else "")
    return {
        "resource": "/oauth2/{proxy+}" if is_proxied else path.rstrip("/"),
        "path": base_path + path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in multi_headers.items()},
        "multiValueHeaders": multi_headers,
        "queryStringParameters": {name: values[-1] for name, values in multi_query.items()} or None,
        "multiValueQueryStringParameters": multi_query or None,
        "pathParameters": {"proxy": below} if is_proxied else None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "stage": stage,
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "resourcePath": "/oauth2/{proxy+}" if is_proxied else path.rstrip("/"),
            "httpMethod": method,
            "path": in_front + path,
            "protocol": "HTTP/1.1",
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "test"},
        },
        "body": None,
        "isBase64Encoded": False,
    }


def invoke(handler: Handler, event: dict[str, Any]) -> dict[str, Any]:
    """The function's answer, with header names in lower case and every value in a list."""
    answer: Any = InProcessFunction(handler, CONTEXT).invoke(event)
    headers: dict[str, list[str]] = {name.lower(): [value] for name, value in (answer.get("headers") or {}).items()}
    headers |= {name.lower(): values for name, values in (answer.get("multiValueHeaders") or {}).items()}
    return {**answer, "headers": headers}
