"""Errors as problem documents (RFC 9457)."""

from okta_gateway.errors import OktaGatewayError, StoreCredentialsRefused, StoreUnavailable
from okta_gateway.iam.answers import InvalidMember, Problem
from okta_gateway.iam.errors import IamRefused, MethodUnknown, RequestInvalid
from okta_gateway.okta.errors import (
    OktaChangeRefused,
    OktaFeatureMissing,
    OktaOutcomeUnknown,
    OktaPermissionMissing,
    OktaRateLimited,
)

MEDIA_TYPE = "application/problem+json"
_TOLD = (IamRefused, OktaFeatureMissing, OktaOutcomeUnknown, OktaPermissionMissing, OktaRateLimited)
"""Errors whose detail is for the administrator who asked. That of others is for the log."""


def problem_of(error: OktaGatewayError, request_id: str) -> Problem:
    """The document for an error.

    What the caller can mend is explained to the caller; what only operators can mend keeps its detail in the log.
    """
    members = None
    if isinstance(error, RequestInvalid):
        members = [InvalidMember(place=place, detail=sentence) for place, sentence in error.problems]
    return Problem(
        type=f"urn:okta-gateway:error:{error.code}",
        title=error.public,
        status=problem_status(type(error)),
        detail=_told(error),
        code=error.code,
        advice=error.advice,
        request_id=request_id,
        errors=members,
    )


def problem_status(kind: type[OktaGatewayError]) -> int:
    """The error's own; a store that does not answer is worth another try, which 500 does not say."""
    return 503 if issubclass(kind, StoreUnavailable | StoreCredentialsRefused) else kind.status


def problem_headers(error: OktaGatewayError) -> dict[str, str | list[str]]:
    """What the status asks for: Allow with 405, Retry-After with 503 (RFC 9110, sections 15.5.6 and 10.2.3)."""
    headers: dict[str, str | list[str]] = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
    if isinstance(error, MethodUnknown):
        headers["Allow"] = ", ".join(error.allowed)
    if problem_status(type(error)) == 503:
        headers["Retry-After"] = str(getattr(error, "retry_after", 30))
    return headers


def _told(error: OktaGatewayError) -> str:
    if isinstance(error, OktaChangeRefused):
        return "; ".join(error.causes) or error.detail or error.public
    return (error.detail if isinstance(error, _TOLD) else "") or error.public
