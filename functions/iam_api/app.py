"""Users, groups and machine clients: /api/iam/*. The routes are in `okta_gateway.iam_routes`."""

import functools
import json
import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestUnsupportedContentType, RequestValidationError
from aws_lambda_powertools.utilities.typing import LambdaContext

from okta_gateway.apigateway.gateway_address import gateway_address, own_path
from okta_gateway.errors import OktaGatewayError, UnexpectedFailure
from okta_gateway.iam.actor import actor_of
from okta_gateway.iam.errors import MediaTypeUnsupported, MethodUnknown, PathUnknown, RequestInvalid
from okta_gateway.iam.problems import MEDIA_TYPE, problem_headers, problem_of, problem_status
from okta_gateway.iam_routes import groups, m2m, users
from okta_gateway.iam_routes.document import allowed_methods, documentation_page, openapi_document
from okta_gateway.iam_routes.json_body import demand_json, parse_json_body
from okta_gateway.iam_wiring import iam

DOCUMENTATION, WHO_AM_I = ("/api/iam/docs", "/api/iam/openapi.json"), "/api/iam/whoami"
_logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME") or "iam-api")
_iam = iam(os.environ)
_app = APIGatewayRestResolver(enable_validation=True, json_body_deserializer=parse_json_body)
for _routes in (users, groups, m2m):
    _app.include_router(_routes.router)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request (AWS: "Set up Lambda proxy integrations in API Gateway")."""
    _iam.time_left.start(context.get_remaining_time_in_millis() / 1000)
    path = own_path(event)
    try:
        if not (path in DOCUMENTATION and _iam.settings.docs_public):
            actor = actor_of(event)
            if path != WHO_AM_I:
                actor.require(_iam.settings.admin_scope)
            _app.append_context(iam=_iam, actor=actor)
        demand_json(event)
    except OktaGatewayError as error:
        refused = _refused(error, event)
        return {"statusCode": refused.status_code, "headers": dict(refused.headers), "body": refused.body}
    return _app.resolve({**event, "path": path}, context)


@_app.get("/api/iam/openapi.json", include_in_schema=False)
def openapi() -> Response[str]:
    return Response(200, "application/json", json.dumps(_document(_server_url())))


@_app.get("/api/iam/docs", include_in_schema=False, compress=True)
def documentation() -> Response[str]:
    return Response(200, "text/html; charset=utf-8", documentation_page(_document(_server_url())))


@_app.exception_handler(RequestValidationError)
def shape(error: RequestValidationError) -> Response[str]:
    """A request of a wrong shape; an answer of a wrong shape comes as the same error and is a defect of ours."""
    problems = [(".".join(map(str, problem["loc"])), problem["msg"]) for problem in error.errors()]
    if any(problem["loc"][:1] == ("response",) for problem in error.errors()):
        return _refused(UnexpectedFailure.of(error), _app.current_event.raw_event)
    return _refused(RequestInvalid(problems), _app.current_event.raw_event)


@_app.exception_handler(RequestUnsupportedContentType)
def media_type(_error: RequestUnsupportedContentType) -> Response[str]:
    return _refused(MediaTypeUnsupported(), _app.current_event.raw_event)


@_app.exception_handler(NotFoundError)
def unknown(_error: NotFoundError) -> Response[str]:
    allowed = allowed_methods(_document(_server_url()), _app.current_event.path)
    return _refused(MethodUnknown(allowed) if allowed else PathUnknown(), _app.current_event.raw_event)


@_app.exception_handler(Exception)
def failed(error: Exception) -> Response[str]:
    known = error if isinstance(error, OktaGatewayError) else UnexpectedFailure.of(error)
    return _refused(known, _app.current_event.raw_event)


def _refused(error: OktaGatewayError, event: dict[str, Any]) -> Response[str]:
    _iam.learn_from(error)
    request_id = str(event["requestContext"].get("requestId", ""))
    log = _logger.error if error.status >= 500 else _logger.warning
    log(error.code, path=own_path(event), detail=error.detail, advice=error.advice, correlation_id=request_id)
    body = problem_of(error, request_id).model_dump_json(exclude_none=True)
    return Response(problem_status(type(error)), MEDIA_TYPE, body, problem_headers(error))


def _server_url() -> str:
    return gateway_address(_iam.settings.gateway_url, _app.current_event.raw_event).url


@functools.lru_cache(maxsize=8)
def _document(server_url: str) -> dict[str, Any]:
    return openapi_document(_app, server_url)
