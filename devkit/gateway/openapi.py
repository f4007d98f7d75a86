"""API Gateway's OpenAPI extensions, read into the routes, authorizers and gateway responses of one REST API."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, cast

from devkit.gateway.cfn_yaml import TemplateError
from devkit.gateway.gateway_responses import GatewayResponse, ResponseType

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_ANY = "x-amazon-apigateway-any-method"


@dataclass(frozen=True)
class AuthorizerDefinition:
    """An authorizer as the API states it. Source: AWS API reference, Authorizer."""

    name: str
    kind: Literal["token", "request"]
    identity_sources: tuple[str, ...]
    validation_expression: str | None
    ttl_seconds: float
    function: str


@dataclass(frozen=True)
class MockResponse:
    """What a mock integration answers."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Integration:
    """Where a method's requests go: `uri` is for an HTTP proxy, `function` for a Lambda proxy, `mock` for neither."""

    uri: str = ""
    function: str = ""
    method: str = "ANY"
    request_parameters: Mapping[str, str] = MappingProxyType({})
    timeout_seconds: float = 29.0  # AWS API reference, Integration: timeoutInMillis, default 29 000
    mock: MockResponse | None = None


@dataclass(frozen=True)
class Method:
    """One method of one resource; `verb` is ANY for every method that the resource does not name."""

    resource: str
    verb: str
    authorizer: AuthorizerDefinition | None
    integration: Integration


@dataclass(frozen=True)
class Api:
    """A REST API, as plain data."""

    methods: tuple[Method, ...]
    gateway_responses: Mapping[ResponseType, GatewayResponse]
    binary_media_types: tuple[str, ...] = ()


def read_api(body: Mapping[str, Any]) -> Api:
    """Return the API that a resolved OpenAPI document defines. Raises TemplateError."""
    schemes = body.get("components", {}).get("securitySchemes", {})
    authorizers = {name: _authorizer(name, scheme) for name, scheme in schemes.items()}
    methods = tuple(
        Method(path, verb, _required(operation, body, authorizers), _integration(f"{verb} {path}", operation))
        for path, verb, operation in _operations(body)
    )
    responses = {
        _response_type(name): GatewayResponse.read(definition)
        for name, definition in body.get("x-amazon-apigateway-gateway-responses", {}).items()
    }
    return Api(methods, responses, tuple(body.get("x-amazon-apigateway-binary-media-types", ())))


def _operations(body: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in body["paths"].items():
        for key, operation in item.items():
            verb = "ANY" if key == _ANY else key.upper()
            if verb not in {"ANY", *METHODS}:
                raise TemplateError(f"{path}: {key} is not a method that API Gateway knows")
            yield path, verb, operation


def _required(
    operation: Mapping[str, Any], body: Mapping[str, Any], authorizers: Mapping[str, AuthorizerDefinition]
) -> AuthorizerDefinition | None:
    requirements = operation.get("security", body.get("security", []))
    if not requirements:
        return None
    if len(requirements) > 1 or len(requirements[0]) > 1:
        raise TemplateError("A method has at most one authorizer")
    name = next(iter(requirements[0]))
    if name not in authorizers:
        raise TemplateError(f"There is no security scheme {name}")
    return authorizers[name]


def _authorizer(name: str, scheme: Mapping[str, Any]) -> AuthorizerDefinition:
    definition = scheme.get("x-amazon-apigateway-authorizer", {})
    if definition.get("type") not in {"token", "request"}:
        raise TemplateError(f"{name}: the local gateway knows authorizers of type token and request")
    function = _function(f"{name}: authorizerUri", definition["authorizerUri"])
    expression = definition.get("identityValidationExpression")
    if expression and definition["type"] == "request":
        raise TemplateError(f"{name}: identityValidationExpression is for token authorizers only")
    sources = tuple(_identity_sources(definition, scheme))
    ttl = float(definition.get("authorizerResultTtlInSeconds", 300))
    if ttl > 0 and not sources:
        raise TemplateError(f"{name}: results are cached by identitySource, and there is none")
    return AuthorizerDefinition(
        name=name,
        kind=cast("Literal['token', 'request']", definition["type"]),
        identity_sources=sources,
        validation_expression=expression,
        ttl_seconds=ttl,
        function=function,
    )


def _function(where: str, uri: str) -> str:
    match = re.search(r"function:([^/]+)/invocations$", uri)
    if not match:
        raise TemplateError(f"{where} does not name a function")
    return match[1]


def _identity_sources(definition: Mapping[str, Any], scheme: Mapping[str, Any]) -> list[str]:
    default = f"method.request.header.{scheme['name']}" if definition["type"] == "token" else ""
    sources = str(definition.get("identitySource", default)).split(",")
    return [source.strip() for source in sources if source.strip()]


def _integration(where: str, operation: Mapping[str, Any]) -> Integration:
    definition = operation.get("x-amazon-apigateway-integration", {})
    match str(definition.get("type", "")).lower():
        case "http_proxy":
            return Integration(
                uri=definition["uri"],
                method=definition["httpMethod"].upper(),
                request_parameters=definition.get("requestParameters", {}),
                timeout_seconds=_timeout(definition),
            )
        case "aws_proxy":
            # AWS developer guide, "Set up Lambda proxy integrations": a function is invoked by POST, whatever the verb.
            if definition["httpMethod"].upper() != "POST":
                raise TemplateError(f"{where}: the httpMethod of a Lambda proxy integration is POST")
            function = _function(f"{where}: uri", definition["uri"])
            return Integration(function=function, timeout_seconds=_timeout(definition))
        case "mock":
            return Integration(mock=_mock(where, definition))
        case kind:
            raise TemplateError(f"{where}: integration type {kind or '(none)'} is not supported by the local gateway")


def _timeout(definition: Mapping[str, Any]) -> float:
    return float(definition.get("timeoutInMillis", 29_000)) / 1000


def _mock(where: str, definition: Mapping[str, Any]) -> MockResponse:
    try:
        response = definition["responses"]["default"]
    except KeyError as error:
        raise TemplateError(f"{where}: a mock integration needs a default response") from error
    headers = {
        name.removeprefix("method.response.header."): literal(value)
        for name, value in response.get("responseParameters", {}).items()
    }
    return MockResponse(int(response["statusCode"]), headers)


def literal(value: str) -> str:
    """Return a static value without its quotes. Raises TemplateError when it is not one."""
    if len(value) < 2 or value[0] != "'" or value[-1] != "'":
        raise TemplateError(f"{value} is not a static value in single quotes")
    return value[1:-1]


def _response_type(name: str) -> ResponseType:
    try:
        return ResponseType[name]
    except KeyError as error:
        raise TemplateError(f"{name} is not a gateway response type") from error
