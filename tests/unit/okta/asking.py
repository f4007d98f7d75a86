"""Ask a scripted Okta for tokens: a transport that answers, and what the tests expect of the outcome."""

import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from okta_gateway.okta.errors import OktaRefused, OktaUnavailable
from okta_gateway.okta.oauth import OktaOAuth
from okta_gateway.tokens.issuer import authorization_server
from tests.tokens import ABSENT

CUSTOM = authorization_server("https://dev-123456.okta.com", "aus1234567890abcdef")
ORG = authorization_server("https://dev-123456.okta.com", None)
SECRET, CODE, VERIFIER, REFRESH_TOKEN = "s3cret-of-the-app", "s3cret-code", "s3cret-verifier", "s3cret-refresh-token"
REDIRECT_URI = "https://gateway.example.com/prod/oauth2/callback/okta"
TOKENS = {
    "token_type": "Bearer",
    "expires_in": 3600,
    "access_token": "an.access.token",
    "scope": "openid profile offline_access",
    "refresh_token": "a-refresh-token",
    "id_token": "an.id.token",
}

type Ask = Callable[[OktaOAuth], object]
ASKING: dict[str, Ask] = {
    "exchange": lambda okta: okta.exchange_code(CODE, VERIFIER, REDIRECT_URI),
    "refresh": lambda okta: okta.refresh(REFRESH_TOKEN),
    "revoke": lambda okta: okta.revoke(REFRESH_TOKEN),
}
EVERY_METHOD = pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING.keys())


class Okta(httpx.BaseTransport):
    """Answers everything alike and remembers what it was asked."""

    def __init__(self, answer: httpx.Response | Exception) -> None:
        self.answer = answer
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def client(answer: httpx.Response | Exception, server: Any = CUSTOM) -> OktaOAuth:
    return OktaOAuth(server, "0oa1", SECRET, transport=Okta(answer))


def tokens(**overrides: Any) -> httpx.Response:
    """A good answer of the token endpoint, with members changed, added or left out (ABSENT)."""
    members = {name: value for name, value in (TOKENS | overrides).items() if value is not ABSENT}
    return httpx.Response(200, json=members)


def body(content: bytes | str, status: int = 200, content_type: str = "application/json") -> httpx.Response:
    return httpx.Response(status, content=content, headers={"Content-Type": content_type})


def asked(ask: Ask, server: Any = CUSTOM) -> tuple[httpx.Request, dict[str, list[str]]]:
    """The one request that goes out, and its form."""
    okta = Okta(tokens())
    ask(OktaOAuth(server, "0oa1", SECRET, transport=okta))
    (request,) = okta.requests
    return request, parse_qs(request.content.decode(), strict_parsing=True)


def unavailable(okta: OktaOAuth, ask: Ask = ASKING["refresh"]) -> str:
    """What is told when Okta is unavailable; never a secret."""
    with pytest.raises(OktaUnavailable) as failure:
        ask(okta)
    assert failure.value.status == 503
    assert "s3cret" not in "".join(traceback.format_exception(failure.value)) + repr(failure.value)
    return failure.value.detail


def refused(okta: OktaOAuth, ask: Ask = ASKING["refresh"]) -> OktaRefused:
    with pytest.raises(OktaRefused) as refusal:
        ask(okta)
    assert "s3cret" not in "".join(traceback.format_exception(refusal.value)) + repr(refusal.value)
    return refusal.value


def error(status: int = 400, **members: Any) -> httpx.Response:
    return httpx.Response(status, json=members)
