"""PyJWT with Logger and Tracer of Powertools for AWS Lambda; no request is sampled, as most are not on Lambda."""

import os
from typing import Any

import jwt
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

from bench.peers.answer import AUDIENCE, ISSUER, KEYS_URL, REQUIRED_CLAIMS, Unauthorized, answer, bearer

_logger = Logger(service="authorizer")
_tracer = Tracer(service="authorizer")
_keys = jwt.PyJWKClient(KEYS_URL)
_TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"


def handler(event: dict[str, str], context: LambdaContext) -> dict[str, Any]:
    os.environ["_X_AMZN_TRACE_ID"] = _TRACE  # the Runtime API of AWS sends it with each event, the local one does not
    answered: dict[str, Any] = _traced(event, context)
    return answered


@_logger.inject_lambda_context
@_tracer.capture_lambda_handler
def _traced(event: dict[str, str], _context: LambdaContext) -> dict[str, Any]:
    token = bearer(event)
    try:
        key = _keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER, options={"require": REQUIRED_CLAIMS}
        )
    except jwt.PyJWTError:
        raise Unauthorized from None
    _logger.info("allowed", extra={"principal": claims["uid"], "route": event["methodArn"]})
    return answer(claims, event["methodArn"])
