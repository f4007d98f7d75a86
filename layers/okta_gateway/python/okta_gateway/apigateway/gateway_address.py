"""Where the gateway is to a browser: from GATEWAY_URL, else from what API Gateway says, never from a header."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class GatewayAddress(NamedTuple):
    """`origin` without a slash at its end; `prefix` the stage or base path, with a slash before it, or nothing."""

    origin: str
    prefix: str

    @property
    def url(self) -> str:
        return self.origin + self.prefix

    @property
    def is_plain_http(self) -> bool:
        """Only ever true on loopback: the settings refuse it elsewhere."""
        return self.origin.startswith("http://")

    def link(self, path: str) -> str:
        """The absolute address of a route of the gateway, `/oauth2/` for example."""
        return self.url + path


def gateway_address(gateway_url: str | None, event: Mapping[str, Any]) -> GatewayAddress:
    """The configured address, else the one of the domain and path through which API Gateway took the request.

    `domainName` is a domain that somebody configured for the API, and `path` of the context has the stage or the base
    path in front (AWS: "Input format of a Lambda function for proxy integration").
    """
    if gateway_url:
        scheme, _, rest = gateway_url.partition("://")
        host, slash, path = rest.partition("/")
        return GatewayAddress(f"{scheme}://{host}", slash + path)
    return GatewayAddress(f"https://{event['requestContext']['domainName']}", _prefix(event))


def own_path(event: Mapping[str, Any]) -> str:
    """The path below the gateway, without stage and base path; `path` of the event may have a base path in front."""
    proxy = (event.get("pathParameters") or {}).get("proxy", "")
    return str(event["resource"]).replace("{proxy+}", proxy)


def _prefix(event: Mapping[str, Any]) -> str:
    """What stands in front of the resource's own path."""
    return str(event["requestContext"]["path"]).rstrip("/").removesuffix(own_path(event).rstrip("/"))
