"""One request of a browser, read from a proxy event of a REST API (AWS: "Input format of a Lambda function ...")."""

from collections.abc import Mapping, Sequence
from typing import Any

from okta_gateway.apigateway.gateway_address import GatewayAddress, gateway_address, own_path
from okta_gateway.login.cookies import Cookies
from okta_gateway.login.errors import ParameterInvalid


class BrowserRequest:
    """What the routes of sign-in look at."""

    def __init__(self, event: Mapping[str, Any], gateway_url: str | None) -> None:
        self.id = str(event["requestContext"].get("requestId", ""))
        self.path = own_path(event)
        self.gateway: GatewayAddress = gateway_address(gateway_url, event)
        self.cookies = Cookies(plain_http=self.gateway.is_plain_http)
        self.parameters: Mapping[str, Sequence[str]] = event.get("multiValueQueryStringParameters") or {}
        self._headers: dict[str, list[str]] = {}
        for name, values in (event.get("multiValueHeaders") or {}).items():
            self._headers.setdefault(name.lower(), []).extend(values)

    @property
    def headers(self) -> dict[str, str]:
        """By lower-case name; what came twice is joined by a comma (RFC 9110, section 5.3), so fits nothing exact."""
        return {name: ", ".join(values) for name, values in self._headers.items()}

    @property
    def wants_json(self) -> bool:
        """Whether the client asked for JSON and not for a page (RFC 9110, section 12.5.1)."""
        accept = self.headers.get("accept", "").lower()
        return "application/json" in accept and "text/html" not in accept

    @property
    def session_id(self) -> str | None:
        return self.cookies.session_id(self._headers.get("cookie", []))

    def attempt_secret(self, state: str) -> str | None:
        return self.cookies.attempt_secret(state, self._headers.get("cookie", []))

    def parameter(self, name: str) -> str | None:
        """A parameter that may be there once. Raises ParameterInvalid."""
        values = self.parameters.get(name) or []
        if len(values) > 1:
            raise ParameterInvalid(f"{name} is there more than once")
        return values[0] if values else None
