"""Browser sign-in: /oauth2/* and /.well-known/jwks.json. The routes are in `okta_gateway.login.routes`."""

import os
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from okta_gateway.apigateway.gateway_address import own_path
from okta_gateway.errors import OktaGatewayError, UnexpectedFailure
from okta_gateway.login.answers import Answer
from okta_gateway.login.browser_request import BrowserRequest
from okta_gateway.login.routes import Routes
from okta_gateway.login_wiring import sign_in

_logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME") or "oauth-callback")
_routes = Routes(sign_in(os.environ))
_app = APIGatewayRestResolver()


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of a browser (AWS: "Set up Lambda proxy integrations in API Gateway")."""
    return _app.resolve({**event, "path": own_path(event)}, context)


@_app.route("/oauth2", method=["GET", "HEAD"])
def home() -> Response[str]:
    return _answered(_routes.home)


@_app.get("/oauth2/login/okta")
def login() -> Response[str]:
    return _answered(_routes.login)


@_app.get("/oauth2/callback/okta")
def callback() -> Response[str]:
    return _answered(_routes.callback)


@_app.get("/oauth2/session")
def session() -> Response[str]:
    return _answered(_routes.session)


@_app.post("/oauth2/session/token")
def session_token() -> Response[str]:
    return _answered(_routes.session_token)


@_app.route("/oauth2/session", method="OPTIONS")
@_app.route("/oauth2/session/token", method="OPTIONS")
def preflight() -> Response[str]:
    return _answered(_routes.preflight)


@_app.route("/oauth2/logout/okta", method=["GET", "HEAD"])
def ask_sign_out() -> Response[str]:
    return _answered(_routes.ask_sign_out)


@_app.post("/oauth2/logout/okta")
def sign_out() -> Response[str]:
    return _answered(_routes.sign_out)


@_app.get("/.well-known/jwks.json")
def public_keys() -> Response[str]:
    return _answered(_routes.public_keys)


@_app.not_found
def unknown(_error: Exception) -> Response[str]:
    return _answered(_routes.unknown)


def _answered(route: Callable[[BrowserRequest], Answer]) -> Response[str]:
    """Answer by a route; whatever goes wrong becomes an answer too, and one line in the log."""
    request = BrowserRequest(_app.current_event.raw_event, _routes.gateway_url)
    try:
        answer = route(request)
    except OktaGatewayError as error:
        answer = _refused(error, request)
    except Exception as error:  # noqa: BLE001 a defect must not put a token into a traceback
        answer = _refused(UnexpectedFailure.of(error), request)
    return _response(answer.with_headers(_routes.cors(request)))


def _refused(error: OktaGatewayError, request: BrowserRequest) -> Answer:
    log = _logger.error if error.status >= 500 else _logger.warning
    log(error.code, path=request.path, detail=error.detail, advice=error.advice, correlation_id=request.id)
    return _routes.refused(error, request)


def _response(answer: Answer) -> Response[str]:
    headers: dict[str, str | list[str]] = {**answer.headers, "Set-Cookie": list(answer.cookies)}
    return Response(answer.status, answer.content_type, answer.body, headers)
