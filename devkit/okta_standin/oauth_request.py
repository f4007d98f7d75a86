"""What every endpoint reads from a request: where the org is reached, which server is meant, the form."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from devkit.okta_standin.errors import OAuthRefusal, server_not_found, unsupported_media_type
from devkit.okta_standin.org import Org
from devkit.okta_standin.servers import AuthorizationServer

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Site:
    """The org and its address; without `base_url` the address is the socket's own, never the Host header's."""

    org: Org
    base_url: str | None = None

    def origin(self, request: Request) -> str:
        """The org's address, which issuers and endpoint URLs start with, such as `http://127.0.0.1:8889`."""
        if self.base_url:
            return self.base_url.rstrip("/")
        host, port = request.scope["server"]
        return f"http://{host}" if port == 80 else f"http://{host}:{port}"

    def server(self, request: Request) -> AuthorizationServer:
        """The server that the path names. Raises OktaRefusal (E0000007) when there is none."""
        server_id = request.path_params.get("server_id")
        if server_id is None:
            return self.org.org_server
        server = self.org.custom_server(server_id)
        if server is None or not server.active:
            raise server_not_found(server_id)
        return server

    def endpoint(self, request: Request) -> str:
        """The absolute URL that the request was made to, as discovery states it."""
        return f"{self.origin(request)}{request.scope['path']}"


def parse_pairs(encoded: str) -> list[tuple[str, str]]:
    """Names and values of form-encoded text."""
    return parse_qsl(encoded, keep_blank_values=True)


async def form_pairs(request: Request) -> list[tuple[str, str]]:
    """Names and values of the form. Raises OktaRefusal for another media type."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise unsupported_media_type()
    return parse_pairs((await request.body()).decode("latin-1"))


async def read_form(request: Request) -> dict[str, str]:
    """The form's parameters. Raises a refusal for another media type or a repeated parameter (RFC 6749, 3.2)."""
    pairs = await form_pairs(request)
    form = dict(pairs)
    if len(form) != len(pairs):
        raise OAuthRefusal(400, "invalid_request", "A parameter must not be included more than once.")
    return form
