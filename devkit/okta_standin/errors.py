"""Okta's two error shapes: OAuth JSON for refusals of the OAuth endpoints, Okta API JSON for everything else."""

import secrets

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
    """Okta says no outside of OAuth; only the code is stable, the summary is for people."""

    def __init__(self, status: int, code: str, summary: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{code}: {summary}")
        self.status = status
        self.code = code
        self.summary = summary
        self.headers = headers or {}


def server_not_found(server_id: str) -> OktaRefusal:
    """The path names an authorization server that does not exist."""
    return OktaRefusal(404, "E0000007", f"Not found: Resource not found: {server_id} (AuthorizationServer)")


def unsupported_media_type() -> OktaRefusal:
    """The body is not form-encoded."""
    summary = "Bad request.  Accept and/or Content-Type headers likely do not match supported values."
    return OktaRefusal(400, "E0000021", summary)


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
        "errorCauses": [],
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
