"""API Gateway authorizer: from an event with a token to an IAM policy and a context for the backend.

What the answer means to the gateway (AWS, "Output from an API Gateway Lambda authorizer"): a policy opens routes, and
those it does not open are 403; an exception that says exactly "Unauthorized" is 401; any other one is 500, not cached.
"""

import os
import time
from typing import Any

from okta_gateway import wiring
from okta_gateway.apigateway.events import parse_authorizer_event
from okta_gateway.apigateway.responses import policy_answer
from okta_gateway.errors import OktaGatewayError, TokenRefused, UnexpectedFailure

_authorizer = wiring.token_authorizer(os.environ)


def handler(event: object, context: object) -> dict[str, Any]:
    """Decide about one event. Raises Exception("Unauthorized") for a bad token, RuntimeError when nobody could tell."""
    started = time.perf_counter()
    request_id = str(getattr(context, "aws_request_id", ""))
    try:
        request = parse_authorizer_event(event)
        decision, remembered = _authorizer.at(request.stage_arn).decide(request.token, request.stage_arn.text)
        answer = policy_answer(decision)
    except OktaGatewayError as error:
        failure = error
    except Exception as error:  # noqa: BLE001 a defect must not put a token into a traceback
        failure = UnexpectedFailure.of(error)
    else:
        _authorizer.log.decided(decision, request_id, _elapsed_ms(started), remembered=remembered)
        return answer
    _authorizer.log.failed(failure, request_id, _elapsed_ms(started))
    raise Exception("Unauthorized") if isinstance(failure, TokenRefused) else RuntimeError(failure.code)


def _elapsed_ms(started: float) -> float:
    return (time.perf_counter() - started) * 1000
