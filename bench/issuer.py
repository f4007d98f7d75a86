"""An issuer for the benchmark: a key set on loopback, and as many distinct tokens as a round needs."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
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
GATEWAY_URL = "https://gateway.example.com"
GROUPS = ("registry-admins", "public-mcp-users", "Everyone", "mcp-developers", "mcp-platform")

type Holder = Callable[[int], Mapping[str, Any]]
"""The claims about the holder of the token of that number."""


def person(_number: int) -> Mapping[str, Any]:
    """Somebody with five groups."""
    return {
        "cid": "0oa1234567890abcdef",
        "uid": "00u1234567890abcdef",
        "auth_time": int(time.time()) - 10,
        "sub": "ada.lovelace@example.com",
        "groups": GROUPS,
    }


def person_in_groups(count: int) -> Holder:
    """Somebody with that many groups, of which the rules know what they know of GROUPS."""
    groups = GROUPS + tuple(f"department-{number:03d}" for number in range(count - len(GROUPS)))
    return lambda number: {**person(number), "groups": groups}


def person_of_gateway(_number: int) -> Mapping[str, Any]:
    """The same in a token that the gateway issued at sign-in, on an org without a custom authorization server."""
    return {"iss": GATEWAY_URL, "aud": GATEWAY_URL, "sub": "00u1234567890abcdef", "groups": GROUPS}


def machine(number: int) -> Mapping[str, Any]:
    """A machine client, another one for each number; its groups are in the store."""
    client_id = machine_id(number)
    return {"cid": client_id, "sub": client_id, "scp": ["gateway.access"]}


def one_machine(_number: int) -> Mapping[str, Any]:
    """The same machine client each time."""
    return machine(0)


def machine_id(number: int) -> str:
    return f"0oa{number:017d}"


@dataclass(frozen=True)
class Issuer:
    """Signs tokens like those of an Okta custom authorization server: 12 claims, 5 groups, about 900 characters."""

    url: str
    key: rsa.RSAPrivateKey
    key_set: Mapping[str, Any]

    @property
    def issuer(self) -> str:
        return f"{self.url}/oauth2/{SERVER_ID}"

    def environment(self) -> dict[str, str]:
        """The authorizer's settings for this issuer."""
        return {
            "AUTH_PROVIDER": "okta",
            "OKTA_DOMAIN": self.url,
            "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
            "OKTA_AUTH_SERVER_ID": SERVER_ID,
            "OKTA_AUDIENCE": AUDIENCE,
        }

    def org_environment(self) -> dict[str, str]:
        """The authorizer's settings in org mode, where the keys of the gateway's own tokens are deployed with it."""
        return {
            "AUTH_PROVIDER": "okta",
            "OKTA_DOMAIN": self.url,
            "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
            "GATEWAY_URL": GATEWAY_URL,
            "GATEWAY_PUBLIC_KEYS": json.dumps(self.key_set),
        }

    def tokens(self, count: int, holder: Holder = person) -> list[str]:
        """Tokens for an hour, no two the same."""
        return [self._token(number, holder(number)) for number in range(count)]

    def events(self, count: int, holder: Holder = person) -> list[dict[str, str]]:
        """TOKEN events, each with a token of its own."""
        return [_event(token) for token in self.tokens(count, holder)]

    def _token(self, number: int, about_holder: Mapping[str, Any]) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "ver": 1,
            "jti": f"AT.{number:040d}",
            "iss": self.issuer,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 3600,
            "scp": ["openid", "profile", "gateway.access"],
            **about_holder,
        }
        typ = None if claims["iss"] == self.issuer else "at+jwt"  # Okta sends none
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": KEY_ID, "typ": typ})


@contextmanager
def issuer() -> Iterator[Issuer]:
    """Serve a key set of two keys on loopback."""
    key, next_key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    key_set = {"keys": [_jwk(key, KEY_ID), _jwk(next_key, "bench-next-key")]}

    def keys(_request: Request) -> JSONResponse:
        return JSONResponse(key_set, headers={"Cache-Control": "max-age=3600, must-revalidate"})

    with serve(Starlette(routes=[Route(f"/oauth2/{SERVER_ID}/v1/keys", keys)])) as url:
        yield Issuer(url, key, key_set)


def _jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, str]:
    public: dict[str, str] = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "e": public["e"], "n": public["n"]}


def _event(token: str) -> dict[str, str]:
    return {
        "type": "TOKEN",
        "authorizationToken": f"Bearer {token}",
        "methodArn": "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/api/servers",
    }
