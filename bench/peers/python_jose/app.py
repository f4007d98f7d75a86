"""python-jose, with the keys fetched at import as in AWS's sample for Cognito's tokens (awslabs/aws-support-tools)."""

import json
from typing import Any
from urllib.request import urlopen

from jose import JOSEError, jwk, jwt  # type: ignore[import-untyped]

from bench.peers.answer import AUDIENCE, ISSUER, KEYS_URL, REQUIRED_CLAIMS, Unauthorized, answer, bearer

with urlopen(KEYS_URL) as _response:  # noqa: S310 the issuer's own address
    _keys = {key["kid"]: jwk.construct(key) for key in json.load(_response)["keys"]}
_OPTIONS = {f"require_{claim}": True for claim in REQUIRED_CLAIMS}


def handler(event: dict[str, str], _context: object) -> dict[str, Any]:
    token = bearer(event)
    try:
        key = _keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER, options=_OPTIONS)
    except (JOSEError, KeyError):
        raise Unauthorized from None
    print(f"{claims['uid']} asks for {event['methodArn']}")
    return answer(claims, event["methodArn"])
