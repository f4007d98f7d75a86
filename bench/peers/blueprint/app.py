"""PyJWT and its PyJWKClient in the frame of AWS's blueprint for authorizers, which leaves checking the token open."""

from typing import Any

import jwt

from bench.peers.answer import AUDIENCE, ISSUER, KEYS_URL, REQUIRED_CLAIMS, Unauthorized, answer, bearer

_keys = jwt.PyJWKClient(KEYS_URL)


def handler(event: dict[str, str], _context: object) -> dict[str, Any]:
    token = bearer(event)
    try:
        key = _keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER, options={"require": REQUIRED_CLAIMS}
        )
    except jwt.PyJWTError:
        raise Unauthorized from None
    print(f"{claims['uid']} asks for {event['methodArn']}")
    return answer(claims, event["methodArn"])
