"""Okta's two error shapes: OAuth JSON for refusals of the OAuth endpoints, Okta API JSON for everything else."""

import secrets
from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

NO_STORE = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache", "Expires": "0"}
"""What Okta sends with everything but keys and discovery (recorded answers)."""


class OAuthRefusal(Exception):
    """An OAuth endpoint says no (RFC 6749 section 5.2)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.status = status
        self.error = error
        self.description = description


class OktaRefusal(Exception):
    """Okta says no outside of OAuth; only the code is stable, the summary and its causes are for people."""

    def __init__(
        self,
        status: int,
        code: str,
        summary: str,
        headers: dict[str, str] | None = None,
        causes: Iterable[str] = (),
    ) -> None:
        super().__init__(f"{code}: {summary}")
        self.status = status
        self.code = code
        self.summary = summary
        self.headers = headers or {}
        self.causes = tuple(causes)


def not_found(record_id: str, kind: str) -> OktaRefusal:
    """Nothing has this id; `kind` is Okta's name for what was looked for (User, UserGroup, AppInstance, ...)."""
    return OktaRefusal(404, "E0000007", f"Not found: Resource not found: {record_id} ({kind})")


def server_not_found(server_id: str) -> OktaRefusal:
    """The path names an authorization server that does not exist."""
    return not_found(server_id, "AuthorizationServer")


def validation_failed(subject: str, *causes: str) -> OktaRefusal:
    """The request is understood and wrong; `subject` is the object or the field."""
    return OktaRefusal(400, "E0000001", f"Api validation failed: {subject}", causes=causes)


ALREADY_THERE = "An object with this field already exists in the current organization"


def duplicate(name: str) -> OktaRefusal:
    """Another object has the same value in the field `name`, which is to be unique."""
    return validation_failed(name, f"{name}: {ALREADY_THERE}")


def limit_exceeded(*causes: str) -> OktaRefusal:
    """There would be more of something than Okta allows."""
    return OktaRefusal(400, "E0000093", "Target count limit exceeded", causes=causes)


def not_allowed_in_status() -> OktaRefusal:
    """The user's status does not allow this."""
    return OktaRefusal(403, "E0000038", "This operation is not allowed in the user's current status.")


def unsupported_operation() -> OktaRefusal:
    """The object is not the administrator's to change, such as the group Everyone."""
    return OktaRefusal(501, "E0000060", "Unsupported operation.")


def not_well_formed() -> OktaRefusal:
    """The body is not a JSON object."""
    return OktaRefusal(400, "E0000003", "The request body was not well-formed.")


def invalid_session() -> OktaRefusal:
    """Neither a token nor a session comes with the request."""
    return OktaRefusal(403, "E0000005", "Invalid session")


def invalid_token() -> OktaRefusal:
    """The token is unknown, expired or revoked."""
    return OktaRefusal(401, "E0000011", "Invalid token provided")


def permission_missing() -> OktaRefusal:
    """The token is good, but not for this."""
    return OktaRefusal(403, "E0000006", "You do not have permission to perform the requested action")


def feature_missing() -> OktaRefusal:
    """The org has no licence for this (recorded for API Access Management)."""
    return OktaRefusal(401, "E0000015", "You do not have permission to access the feature you are requesting")


def invalid_paging() -> OktaRefusal:
    """The `after` of a list is none of its cursors."""
    return OktaRefusal(400, "E0000029", "Invalid paging request.")


def invalid_search() -> OktaRefusal:
    """A search expression, or the `after` of a search, is wrong."""
    return OktaRefusal(400, "E0000031", "Invalid search criteria.")


def unsupported_media_type(code: str = "E0000021") -> OktaRefusal:
    """The body is of another media type; E0000019 is the management API's code for it."""
    summary = "Bad request.  Accept and/or Content-Type headers likely do not match supported values."
    return OktaRefusal(400, code, summary)


def service_unavailable() -> OktaRefusal:
    """Okta is down."""
    return OktaRefusal(503, "E0000181", "Service temporarily unavailable.")


def rate_limited(limit: int, reset: int) -> OktaRefusal:
    """The bucket is empty until `reset` (epoch seconds); Okta sends no Retry-After (three recorded answers)."""
    headers = {"X-Rate-Limit-Limit": str(limit), "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": str(reset)}
    return OktaRefusal(429, "E0000047", "API call exceeded rate limit due to too many requests.", headers)


def okta_response(refusal: OktaRefusal) -> Response:
    """Okta API error JSON."""
    body = {
        "errorCode": refusal.code,
        "errorSummary": refusal.summary,
        "errorLink": refusal.code,
        "errorId": f"oae{secrets.token_urlsafe(16)}",
        "errorCauses": [{"errorSummary": cause} for cause in refusal.causes],
    }
    return JSONResponse(body, refusal.status, NO_STORE | refusal.headers)


async def answer_oauth_refusal(_request: Request, refusal: Exception) -> Response:
    """Exception handler for OAuthRefusal."""
    if not isinstance(refusal, OAuthRefusal):
        raise refusal
    body = {"error": refusal.error, "error_description": refusal.description}
    return JSONResponse(body, refusal.status, NO_STORE)


async def answer_okta_refusal(_request: Request, refusal: Exception) -> Response:
    """Exception handler for OktaRefusal."""
    if not isinstance(refusal, OktaRefusal):
        raise refusal
    return okta_response(refusal)


async def answer_unrouted(_request: Request, error: Exception) -> Response:
    """Exception handler for a path or a method that Okta does not have."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        summary = "The endpoint does not support the provided HTTP method"
        return okta_response(OktaRefusal(405, "E0000022", summary, dict(error.headers or {})))
    return okta_response(OktaRefusal(404, "E0000008", "The requested path was not found"))
