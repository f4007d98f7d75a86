"""Gateway responses: what API Gateway itself says when a request does not get to the backend or back.

Source: AWS developer guide, "Gateway response types for API Gateway" (statuses, fallback to DEFAULT_4XX, DEFAULT_5XX)
and "Set up gateway response templates" (the default template and its variables).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, Self

from starlette.responses import Response

from devkit.gateway.cfn_yaml import TemplateError


class ResponseType(Enum):
    """A type, with the status it has unless the API says otherwise, and the value of x-amzn-ErrorType.

    Those of UNAUTHORIZED, ACCESS_DENIED, MISSING_AUTHENTICATION_TOKEN and AUTHORIZER_CONFIGURATION_ERROR stand in
    published answers of AWS; the others are those that LocalStack sends and are (unproven).
    """

    UNAUTHORIZED = (401, "UnauthorizedException")
    ACCESS_DENIED = (403, "AccessDeniedException")
    MISSING_AUTHENTICATION_TOKEN = (403, "MissingAuthenticationTokenException")
    AUTHORIZER_FAILURE = (500, "AuthorizerFailureException")
    AUTHORIZER_CONFIGURATION_ERROR = (500, "AuthorizerConfigurationException")
    API_CONFIGURATION_ERROR = (500, "ApiConfigurationException")
    INTEGRATION_FAILURE = (504, "IntegrationFailureException")
    INTEGRATION_TIMEOUT = (504, "InternalServerErrorException")
    REQUEST_TOO_LARGE = (413, "RequestTooLargeException")
    DEFAULT_4XX = (400, "BadRequestException")
    DEFAULT_5XX = (500, "InternalServerErrorException")

    def __init__(self, status: int, error_type: str) -> None:
        self.status = status
        self.error_type = error_type


@dataclass(frozen=True)
class GatewayResponse:
    """A gateway response as the API customises it; `status` None leaves the type's own."""

    status: int | None = None
    headers: Mapping[str, str] = MappingProxyType({})
    template: str | None = None

    @classmethod
    def read(cls, definition: Mapping[str, Any]) -> Self:
        """Read one entry of x-amazon-apigateway-gateway-responses. Raises TemplateError."""
        headers = {}
        for name, value in definition.get("responseParameters", {}).items():
            if value[:1] != "'" or value[-1:] != "'":
                raise TemplateError(f"{name}: only static values in single quotes are supported")
            headers[name.removeprefix("gatewayresponse.header.")] = value[1:-1]
        status = definition.get("statusCode")
        template = definition.get("responseTemplates", {}).get("application/json")
        return cls(int(status) if status else None, headers, template)


class Refusal(Exception):
    """The gateway answers by itself. `reason` is for the log: what a caller does not learn."""

    def __init__(
        self,
        kind: ResponseType,
        message: str | None,
        *,
        reason: str = "",
        status: int | None = None,
        key: str = "message",
    ) -> None:
        super().__init__(f"{kind.name}: {reason or message}")
        self.kind = kind
        self.message = message
        self.status = status
        self.key = key

    def response(self, customised: Mapping[ResponseType, GatewayResponse]) -> Response:
        """Return the answer, by the API's definition of the type, else of its default type, else AWS's own."""
        fallback = ResponseType.DEFAULT_4XX if self.kind.status < 500 else ResponseType.DEFAULT_5XX
        definition = customised.get(self.kind) or customised.get(fallback) or GatewayResponse()
        response = Response(self._body(definition), status_code=definition.status or self.status or self.kind.status)
        response.headers["Content-Type"] = "application/json"
        response.headers["x-amzn-ErrorType"] = self.kind.error_type
        for name, value in definition.headers.items():
            response.headers[name] = value
        return response

    def _body(self, definition: GatewayResponse) -> str:
        if definition.template is None:
            return json.dumps({self.key: self.message}, separators=(",", ":"))
        return (
            definition.template.replace("$context.error.messageString", json.dumps(self.message))
            .replace("$context.error.message", self.message or "")
            .replace("$context.error.responseType", self.kind.name)
        )


def unauthorized(reason: str) -> Refusal:
    """401, whatever the reason."""
    return Refusal(ResponseType.UNAUTHORIZED, "Unauthorized", reason=reason)


def access_denied(*, explicit: bool) -> Refusal:
    """403. AWS writes this key with a capital M, unlike every other body.

    Published answers have both wordings for an explicit deny; the one with "in an identity-based policy" is the newer.
    AWS's own article "HTTP 403 Forbidden errors from a Lambda authorizer" quotes the older. Whether the capital M stays
    when the response type is customised without a template is (unproven).
    """
    message = "User is not authorized to access this resource"
    if explicit:
        message += " with an explicit deny in an identity-based policy"
    return Refusal(ResponseType.ACCESS_DENIED, message, key="Message")


def authorizer_failure(reason: str) -> Refusal:
    """500: the function ran and failed. Source: dev.to marcogrcr, "failure modes" (body); error type (unproven)."""
    return Refusal(ResponseType.AUTHORIZER_FAILURE, None, reason=reason)


def authorizer_misconfigured(reason: str) -> Refusal:
    """500: the function timed out, could not be run, or answered what is not a policy."""
    return Refusal(ResponseType.AUTHORIZER_CONFIGURATION_ERROR, None, reason=reason)
