"""What every route says about itself in the OpenAPI document, and the parameters that several of them have."""

from typing import Annotated, Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import AfterValidator, StringConstraints

from okta_gateway.errors import OktaGatewayError, StoreUnavailable
from okta_gateway.iam import errors
from okta_gateway.iam.answers import GatewayRefusal, Problem
from okta_gateway.iam.problems import MEDIA_TYPE, problem_status
from okta_gateway.okta import errors as okta_errors

MAX_PAGE = 200

# API Gateway hands the path on as the client encoded it.
UserRef = Annotated[
    str, AfterValidator(unquote), Path(description="Okta id, or exact login.", examples=["ada@example.com"])
]
GroupRef = Annotated[
    str, AfterValidator(unquote), Path(description="Okta id, or exact name, case included.", examples=["ai-agents"])
]
ClientRef = Annotated[str, AfterValidator(unquote), Path(description="Client id.", examples=["0oa0987654321fedcba"])]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Most items of the page.", examples=[100])]
After = Annotated[
    str | None,
    StringConstraints(min_length=1, max_length=1000),
    Query(description="`next` of the page before."),
]
Search = Annotated[
    str | None,
    StringConstraints(min_length=1, max_length=100),
    Query(description="What names begin with; Okta finds new ones after some seconds.", examples=["ada"]),
]

_OF_OKTA = (
    errors.OktaCredentialMissing,
    okta_errors.OktaUnavailable,
    okta_errors.OktaRateLimited,
    okta_errors.OktaCredentialRefused,
    okta_errors.OktaPermissionMissing,
)
_OF_CHANGES_IN_OKTA = (
    okta_errors.OktaOutcomeUnknown,
    okta_errors.OktaNotFound,
    okta_errors.OktaInvalid,
    okta_errors.OktaLimitReached,
    okta_errors.OktaStateRefused,
    errors.ChangeUnderWay,
)


def described(
    summary: str,
    *refusals: type[OktaGatewayError],
    tag: str,
    status: int = 200,
    needs_okta: bool = False,
    changes: bool = False,
    has_body: bool = False,
) -> dict[str, Any]:
    """The keyword arguments of a route: what it does, and every answer that it can give."""
    possible: list[type[OktaGatewayError]] = [errors.RequestInvalid, StoreUnavailable, *refusals]
    if needs_okta:
        possible += _OF_OKTA + (_OF_CHANGES_IN_OKTA if changes or has_body else ())
    if has_body:
        possible.append(errors.MediaTypeUnsupported)
    answers: dict[int, Any] = {status: {"description": "Done." if status != 200 else "The answer."}}
    for code in sorted({problem_status(error) for error in possible}):
        answers[code] = _problem([error for error in possible if problem_status(error) == code])
    return {"summary": summary, "tags": [tag], "status_code": status, "responses": answers | _OF_THE_GATEWAY}


def _problem(possible: list[type[OktaGatewayError]]) -> dict[str, Any]:
    codes = sorted({f"`{error.code}`: {error.public}" for error in possible})
    return {"description": "\n\n".join(codes), "content": {MEDIA_TYPE: {"model": Problem}}}


_OF_THE_GATEWAY: dict[int, Any] = {
    401: {
        "description": "No token, or a bad one. The gateway says no more; the authorizer's log says why.",
        "content": {"application/json": {"model": GatewayRefusal}},
    },
    403: {
        "description": "The caller is no administrator: the gateway's own answer, or `not_administrator`.",
        "content": {"application/json": {"model": GatewayRefusal}, MEDIA_TYPE: {"model": Problem}},
    },
    429: {
        "description": "Too many requests: the gateway's own limit.",
        "content": {"application/json": {"model": GatewayRefusal}},
    },
    431: {
        "description": "Headers longer than the gateway takes.",
        "content": {"application/json": {"model": GatewayRefusal}},
    },
    500: {
        "description": "A defect, or the authorizer could not check. Nothing was changed that the audit does not show.",
        "content": {"application/json": {"model": GatewayRefusal}, MEDIA_TYPE: {"model": Problem}},
    },
}
