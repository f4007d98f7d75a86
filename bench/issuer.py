"""An issuer for the benchmark: a key set on loopback, and as many distinct tokens as a round needs."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from devkit.serving import serve

SERVER_ID = "aus1234567890abcdef"
AUDIENCE = "api://ai-registry"
KEY_ID = "bench-key"


@dataclass(frozen=True)
class Issuer:
    """Signs tokens like those of an Okta custom authorization server: 12 claims, 5 groups, about 900 characters."""

    url: str
    key: rsa.RSAPrivateKey

    def environment(self) -> dict[str, str]:
        """The authorizer's settings for this issuer."""
        return {
            "AUTH_PROVIDER": "okta",
            "OKTA_DOMAIN": self.url,
            "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
            "OKTA_AUTH_SERVER_ID": SERVER_ID,
            "OKTA_AUDIENCE": AUDIENCE,
        }

    def events(self, count: int) -> list[dict[str, str]]:
        """TOKEN events, each with a token of its own."""
        return [_event(self._token(number)) for number in range(count)]

    def _token(self, number: int) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "ver": 1,
            "jti": f"AT.{number:040d}",
            "iss": f"{self.url}/oauth2/{SERVER_ID}",
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 3600,
            "cid": "0oa1234567890abcdef",
            "uid": "00u1234567890abcdef",
            "scp": ["openid", "profile", "gateway.access"],
            "auth_time": now - 10,
            "sub": "ada.lovelace@example.com",
            "groups": ["registry-admins", "public-mcp-users", "Everyone", "mcp-developers", "mcp-platform"],
        }
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": KEY_ID, "typ": None})


@contextmanager
def issuer() -> Iterator[Issuer]:
    """Serve a key set of two keys on loopback."""
    key, next_key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    document = {"keys": [_jwk(key, KEY_ID), _jwk(next_key, "bench-next-key")]}

    def keys(_request: Request) -> JSONResponse:
        return JSONResponse(document, headers={"Cache-Control": "max-age=3600, must-revalidate"})

    with serve(Starlette(routes=[Route(f"/oauth2/{SERVER_ID}/v1/keys", keys)])) as url:
        yield Issuer(url, key)


def _jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, str]:
    public: dict[str, str] = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "e": public["e"], "n": public["n"]}


def _event(token: str) -> dict[str, str]:
    return {
        "type": "TOKEN",
        "authorizationToken": f"Bearer {token}",
        "methodArn": "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/api/servers",
    }
