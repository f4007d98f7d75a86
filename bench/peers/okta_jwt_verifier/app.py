"""Okta's own library for Python, in its quicker, synchronous form."""

from typing import Any

from okta_jwt_verifier import BaseJWTVerifier  # type: ignore[import-not-found]
from okta_jwt_verifier.exceptions import JWTValidationException  # type: ignore[import-not-found]

from bench.peers.answer import AUDIENCE, ISSUER, Unauthorized, answer, bearer

_verifier = BaseJWTVerifier(issuer="https://localhost", audience=AUDIENCE)
_verifier.issuer = ISSUER  # its constructor wants https, which loopback has not


def handler(event: dict[str, str], _context: object) -> dict[str, Any]:
    token = bearer(event)
    try:
        _verifier.verify_access_token_sync(token)
    except JWTValidationException:
        raise Unauthorized from None
    claims = _verifier.parse_token(token)[1]
    print(f"{claims['uid']} asks for {event['methodArn']}")
    return answer(claims, event["methodArn"])
