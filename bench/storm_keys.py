"""One Okta for many sandboxes: a key endpoint that counts who asks, and can be slow or limit how often it is asked."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from devkit.okta_standin.errors import okta_response, rate_limited
from devkit.okta_standin.keys import SigningKey, generate_rsa_key
from devkit.okta_standin.tokens import Draft

AUDIENCE = "api://ai-registry"
LIFETIME = 3600  # seconds


class Behaviour(NamedTuple):
    """How the endpoint answers: each time after `delay` seconds, and with 429 from `per_second` requests a second on.

    Okta exempts the key endpoints from its rate limits (its reference, "Rate limits"); what stands before a custom
    domain may still have one.
    """

    title: str
    delay: float = 0.0
    per_second: int | None = None


@dataclass
class Window:
    """Admits so many requests in each second of the clock."""

    per_second: int | None
    _second: int = -1
    _admitted: int = 0

    def admits(self, now: float) -> bool:
        """Count a request; whether it is within the limit."""
        if self.per_second is None:
            return True
        if int(now) != self._second:
            self._second, self._admitted = int(now), 0
        self._admitted += 1
        return self._admitted <= self.per_second


@dataclass
class KeyEndpoint:
    """Serves the same key set to each authorization server's path; every sandbox has a server of its own."""

    behaviour: Behaviour
    clock: Callable[[], float] = time.time
    key: SigningKey = field(default_factory=lambda: SigningKey(generate_rsa_key()))
    asked: Counter[str] = field(default_factory=Counter)
    """By authorization server, and so by sandbox."""
    limited: int = 0
    """How many requests got 429."""

    def __post_init__(self) -> None:
        self._window = Window(self.behaviour.per_second)

    def app(self) -> Starlette:
        """The endpoint as an ASGI application."""
        return Starlette(routes=[Route("/oauth2/{server}/v1/keys", self._keys)])

    async def _keys(self, request: Request) -> Response:
        self.asked[request.path_params["server"]] += 1
        if not self._window.admits(self.clock()):
            self.limited += 1
            limit = self.behaviour.per_second or 0
            return okta_response(rate_limited(limit=limit, reset=int(self.clock()) + 1))
        await asyncio.sleep(self.behaviour.delay)
        return JSONResponse({"keys": [self.key.jwk]}, headers={"Cache-Control": "max-age=3600, must-revalidate"})


@dataclass(frozen=True)
class Tenant:
    """The authorization server of one sandbox, and the one person who gets tokens from it."""

    okta: str
    number: int
    key: SigningKey

    @property
    def server(self) -> str:
        """Its id, which the sandbox asks for keys by."""
        return f"aus{self.number:017d}"

    @property
    def person(self) -> str:
        """The person's id."""
        return f"00u{self.number:017d}"

    def environment(self) -> dict[str, str]:
        """The settings of the sandbox."""
        return {
            "AUTH_PROVIDER": "okta",
            "OKTA_DOMAIN": self.okta,
            "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
            "OKTA_AUTH_SERVER_ID": self.server,
            "OKTA_AUDIENCE": AUDIENCE,
        }

    def token(self, signed_by: SigningKey | None = None) -> str:
        """An administrator's token: genuine, or forged by the owner of another key."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "ver": 1,
            "jti": f"AT.storm-{self.number}",
            "iss": f"{self.okta}/oauth2/{self.server}",
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + LIFETIME,
            "cid": "0oa1234567890abcdef",
            "uid": self.person,
            "scp": ["openid", "gateway.access"],
            "sub": f"person-{self.number}@example.com",
            "groups": ["registry-admins"],
        }
        return Draft({"kid": self.key.kid, "alg": "RS256"}, claims, signed_by or self.key).signed()
