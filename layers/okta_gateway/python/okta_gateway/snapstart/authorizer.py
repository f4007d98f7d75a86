"""The token authorizer's hooks: decide once before the snapshot, on a token that opens nothing; then begin anew."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import partial

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from okta_gateway.access.decision import Authorizer
from okta_gateway.access.decision_log import DecisionLog
from okta_gateway.access.rules import CurrentRules
from okta_gateway.access.scopes import SHIPPED_PERMISSIONS
from okta_gateway.apigateway.events import AuthorizerRequest, parse_authorizer_event
from okta_gateway.apigateway.responses import policy_answer
from okta_gateway.current_parts import survive
from okta_gateway.snapstart.hooks import register
from okta_gateway.tokens.issuer import OKTA_ACCESS_TOKEN_TYPES, IssuerProfile, Kind
from okta_gateway.tokens.verifier import Verifier
from okta_gateway.wiring import TokenAuthorizer

NOBODY = "okta-gateway-snapshot"
"""The issuer, audience, client and subject of the tokens that are decided on before the snapshot."""
_KEY_BITS = 2048
_TOKEN_SECONDS = 300
_METHOD_ARN = f"arn:aws:execute-api:us-east-1:000000000000:{NOBODY}/{NOBODY}/GET/"


def register_hooks(authorizer: TokenAuthorizer) -> None:
    register(partial(before_snapshot, authorizer), partial(after_restore, authorizer))


def before_snapshot(authorizer: TokenAuthorizer) -> None:
    """Fetch the keys, decide on a user's and a machine's token, and leave nothing connected behind.

    Everything is made anew in the end, but for the keys: no decision, lookup or count of the rehearsal stays.
    """
    for cache in authorizer.key_caches:
        survive("before the snapshot, keys", cache.prime)
    survive("before the snapshot, a decision", partial(_rehearse, authorizer))
    if authorizer.database is not None:
        survive("before the snapshot, connections", authorizer.database().close)
    authorizer.make(connect=False)


def after_restore(authorizer: TokenAuthorizer) -> None:
    """Begin to fetch the keys that the first token will need, where those of the snapshot are too old.

    There is nothing else to renew. Nothing was connected; the store, and the secret with its address, are asked when
    the first machine calls.
    """
    for position, cache in enumerate(authorizer.key_caches):
        cache.start_anew(prefetch=position == 0)


def _rehearse(authorizer: TokenAuthorizer) -> None:
    """What the handler does, with the real rules and store, but an issuer of our own and a log that goes nowhere."""
    key = generate_private_key(65537, _KEY_BITS)
    real = authorizer.at(_request("-").stage_arn)
    profile = IssuerProfile(
        kind=Kind.OKTA,
        issuers=frozenset({NOBODY}),
        audiences=frozenset({NOBODY}),
        types=OKTA_ACCESS_TOKEN_TYPES,
        key=lambda _kid: key.public_key(),
    )
    rehearsal = Authorizer(Verifier([profile]), real.rules, real.client_groups, real.limits)
    log = DecisionLog(NOBODY, NOBODY, write=len)
    for identity in ({"uid": NOBODY, "groups": _groups(real.rules)}, {}):
        request = _request(_token(key, identity))
        decision, remembered = rehearsal.decide(request.token, request.stage_arn.text)
        policy_answer(decision)
        log.decided(decision, NOBODY, 0.0, remembered=remembered)


def _groups(rules: CurrentRules) -> list[str]:
    """Groups that open something, where there are any."""
    in_force = rules().rules
    return [group for scope in SHIPPED_PERMISSIONS for group in in_force.groups_with(scope)][:1]


def _request(token: str) -> AuthorizerRequest:
    return parse_authorizer_event({"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": _METHOD_ARN})


def _token(key: RSAPrivateKey, identity: Mapping[str, object]) -> str:
    """An access token of the shape of Okta's; without a `uid` it is a machine's."""
    now = int(time.time())
    claims = {"iss": NOBODY, "aud": NOBODY, "sub": NOBODY, "cid": NOBODY, "jti": NOBODY}
    payload = _segment({**claims, **identity, "iat": now, "exp": now + _TOKEN_SECONDS})
    signing_input = f"{_segment({'alg': 'RS256', 'kid': NOBODY})}.{payload}"
    return f"{signing_input}.{_base64url(key.sign(signing_input.encode('ascii'), PKCS1v15(), SHA256()))}"


def _segment(value: Mapping[str, object]) -> str:
    return _base64url(json.dumps(value).encode("ascii"))


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
