"""The libraries that verify a token, each as its documentation has it: signature, issuer, audience and expiry."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from bench.interleaved import Operation
from okta_gateway.apigateway.events import parse_authorizer_event
from okta_gateway.wiring import token_authorizer


class Workload(NamedTuple):
    """What is verified, and what it is to be held to."""

    environment: Mapping[str, str]
    """The authorizer's settings."""
    event: Mapping[str, str]
    issuer: str
    audience: str
    key_set: Mapping[str, Any]
    tokens: Sequence[str]


RAW = "raw RSA-2048 verification (cryptography)"
OURS = "**ours**"


def operations(workload: Workload) -> dict[str, Operation]:
    """What is timed, by name, each done once already: what they fetch and prepare is at hand from then on."""
    verifiers: dict[str, Callable[[str], object]] = {
        OURS: _ours(workload),
        "python-jose, prepared key": _python_jose(workload),
        "Authlib (`authlib.jose`), key set": _authlib(workload),
        "joserfc, key set and claims registry": _joserfc(workload),
        "PyJWT, prepared key": _pyjwt(workload),
        "PyJWT with PyJWKClient": _pyjwk_client(workload),
        "okta-jwt-verifier, `verify_access_token_sync`": _okta_jwt_verifier(workload),
    }
    for verify in verifiers.values():
        verify(workload.tokens[0])
    timed = {name: Operation(verify, workload.tokens) for name, verify in verifiers.items()}
    return {RAW: raw(workload), **timed}


def raw(workload: Workload) -> Operation:
    key = jwt.PyJWK(dict(workload.key_set["keys"][0])).key
    padding, digest = PKCS1v15(), SHA256()

    def verify(signed: tuple[bytes, bytes]) -> None:
        key.verify(signed[1], signed[0], padding, digest)

    split = [token.rpartition(".") for token in workload.tokens]
    pairs = [(head.encode(), jwt.utils.base64url_decode(signature)) for head, _, signature in split]
    return Operation(verify, pairs)


def _ours(workload: Workload) -> Callable[[str], object]:
    stage = parse_authorizer_event(workload.event).stage_arn
    return token_authorizer(workload.environment).at(stage).verifier.verify


def _python_jose(workload: Workload) -> Callable[[str], object]:
    from jose import jwk  # type: ignore[import-untyped]
    from jose import jwt as jose_jwt

    keys = {key["kid"]: jwk.construct(key) for key in workload.key_set["keys"]}

    def verify(token: str) -> object:
        key = keys[jose_jwt.get_unverified_header(token)["kid"]]
        return jose_jwt.decode(token, key, ["RS256"], audience=workload.audience, issuer=workload.issuer)

    return verify


def _authlib(workload: Workload) -> Callable[[str], object]:
    import authlib.deprecate  # type: ignore[import-untyped]  # noqa: F401 turns its own warnings on

    with warnings.catch_warnings(action="ignore"):  # deprecated in favour of joserfc, and what many still use
        from authlib.jose import JsonWebKey, JsonWebToken  # type: ignore[import-untyped]

    decoder = JsonWebToken(["RS256"])
    keys = JsonWebKey.import_key_set(workload.key_set)
    options = _claim_options(workload)
    return lambda token: decoder.decode(token, keys, claims_options=options).validate()


def _joserfc(workload: Workload) -> Callable[[str], object]:
    from joserfc import jwt as joserfc_jwt  # type: ignore[import-not-found]
    from joserfc.jwk import KeySet  # type: ignore[import-not-found]

    keys = KeySet.import_key_set(workload.key_set)
    registry = joserfc_jwt.JWTClaimsRegistry(**_claim_options(workload))
    return lambda token: registry.validate(joserfc_jwt.decode(token, keys, algorithms=["RS256"]).claims)


def _claim_options(workload: Workload) -> dict[str, dict[str, Any]]:
    return {
        "iss": {"essential": True, "value": workload.issuer},
        "aud": {"essential": True, "value": workload.audience},
        "exp": {"essential": True},
    }


def _pyjwt(workload: Workload) -> Callable[[str], object]:
    key = jwt.PyJWK(dict(workload.key_set["keys"][0]))
    return lambda token: _decoded(token, key, workload)


def _pyjwk_client(workload: Workload) -> Callable[[str], object]:
    client = jwt.PyJWKClient(f"{workload.issuer}/v1/keys")
    return lambda token: _decoded(token, client.get_signing_key_from_jwt(token), workload)


def _decoded(token: str, key: jwt.PyJWK, workload: Workload) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        token, key, algorithms=["RS256"], audience=workload.audience, issuer=workload.issuer
    )
    return claims


def _okta_jwt_verifier(workload: Workload) -> Callable[[str], object]:
    from okta_jwt_verifier import BaseJWTVerifier  # type: ignore[import-not-found]

    verifier = BaseJWTVerifier(issuer="https://localhost", audience=workload.audience)
    verifier.issuer = workload.issuer  # its constructor wants https, which loopback has not
    verify: Callable[[str], object] = verifier.verify_access_token_sync
    return verify
