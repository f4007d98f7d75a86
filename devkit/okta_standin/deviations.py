"""What a test tells the stand-in to do otherwise than Okta: send `iss`, refuse, issue shorter tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.control_request import ControlError, checked_members, chosen, read_members
from devkit.okta_standin.errors import OAuthRefusal

RIGHT_ISSUER = "right"
_MEMBERS: dict[str, tuple[type, ...]] = {
    "issuer_parameter": (str, type(None)),
    "access_token_seconds": (int, type(None)),
    "refusal": (dict, type(None)),
    "link_origin": (str, type(None)),
    "api_access_management": (bool,),
}
_REFUSAL_MEMBERS: dict[str, tuple[type, ...]] = {"path": (str,), "error": (str,), "error_description": (str,)}


class Refusing(StrEnum):
    """Where a refusal can be ordered."""

    AUTHORIZE = "authorize"
    TOKEN = "token"  # noqa: S105 - the endpoint's name


@dataclass
class Deviations:
    """The deviations that are switched on; at first none is."""

    issuer_parameter: str | None = None
    access_token_seconds: int | None = None
    refusal: tuple[Refusing, str, str] | None = None
    """Where, the error and its description."""
    link_origin: str | None = None
    api_access_management: bool = True

    async def change(self, request: Request) -> Response:
        """`POST /_standin/deviations`: switch what the body names on, or off with null.

        - `issuer_parameter`: the `iss` of authorization responses (RFC 9207); "right" is the server's own issuer.
        - `access_token_seconds`: how long access tokens live that people get, whatever the policy says.
        - `refusal`: `{"path": "authorize"|"token", "error", "error_description"}`, answered to all valid requests.
        - `link_origin`: what the Link headers of the management API start with, such as `https://other.example`.
        - `api_access_management`: false takes the licence for custom servers away, as many orgs do not have it.
        """
        body = await read_members(request, _MEMBERS)
        if body.get("access_token_seconds") is not None and body["access_token_seconds"] < 1:
            raise ControlError("`access_token_seconds` is a whole number of at least 1, or null.")
        if "refusal" in body:
            self.refusal = None if body["refusal"] is None else _refusal(body["refusal"])
        if "issuer_parameter" in body:
            self.issuer_parameter = body["issuer_parameter"]
        if "access_token_seconds" in body:
            self.access_token_seconds = body["access_token_seconds"]
        if "link_origin" in body:
            self.link_origin = body["link_origin"]
        if "api_access_management" in body:
            self.api_access_management = body["api_access_management"]
        return JSONResponse(body)

    def issuer_of_response(self, issuer: str) -> str | None:
        """The `iss` to send from a server with this issuer."""
        return issuer if self.issuer_parameter == RIGHT_ISSUER else self.issuer_parameter

    def refuse(self, path: Refusing) -> None:
        """Raise the refusal that was ordered for `path`, if any."""
        if self.refusal and self.refusal[0] is path:
            _, error, description = self.refusal
            raise OAuthRefusal(400, error, description)


def _refusal(members: Mapping[str, Any]) -> tuple[Refusing, str, str]:
    checked = checked_members(members, _REFUSAL_MEMBERS, _REFUSAL_MEMBERS)
    path = Refusing(chosen(checked["path"], Refusing, "path"))
    return path, checked["error"], checked["error_description"]
