"""A browser as far as sign-in needs one: it keeps cookies, fills in the stand-in's forms and stops at redirects."""

import base64
import hashlib
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.contract.okta_standin.standin_client import CUSTOM, WEB_APP, WEB_SECRET, Standin

ADA = "ada@example.com"
PAT = "pat@example.com"
SAM = "sam@example.com"
MAX = "max@example.com"
UMA = "uma@example.com"
PASSWORD = "local-password-not-for-production"
CALLBACK = "http://localhost:8888/oauth2/callback/okta"
AFTER_LOGOUT = "http://localhost:8888/oauth2/"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
AUTH = (WEB_APP, WEB_SECRET)

REQUEST = {
    "client_id": WEB_APP,
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid profile email offline_access",
    "state": "state-1",
    "nonce": "nonce-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
"""A valid authorization request of the web app."""


def changed(**changes: str | None) -> dict[str, str]:
    """REQUEST with parameters replaced; None leaves one out."""
    return {name: value for name, value in (REQUEST | changes).items() if value is not None}


def result_of(response: httpx.Response, address: str = CALLBACK) -> dict[str, str]:
    """The parameters that a redirect takes back to the app."""
    assert response.status_code == 302, response.text
    location = response.headers["location"]
    assert location.startswith(f"{address}?"), location
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))


def form_address(page: httpx.Response, form: str) -> str:
    """Where the form of a page posts to; `form` is the end of its path."""
    found = re.search(rf'action="([^"]+/{form}\?[^"]*)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


@dataclass(frozen=True)
class Browser:
    okta: Standin
    http: httpx.Client = field(repr=False)

    def authorize(self, server: str = CUSTOM, **changes: str | None) -> httpx.Response:
        return self.http.get(self.okta.endpoint(server, "authorize"), params=changed(**changes))

    def fill_in(self, page: httpx.Response, form: str = "sign-in", **fields: str) -> httpx.Response:
        return self.http.post(form_address(page, form), data=fields)

    def sign_in(self, user: str = ADA, server: str = CUSTOM, **changes: str | None) -> httpx.Response:
        return self.fill_in(self.authorize(server, **changes), user=user)

    def code(self, user: str = ADA, server: str = CUSTOM, **changes: str | None) -> str:
        return result_of(self.sign_in(user, server, **changes))["code"]

    def tokens(self, user: str = ADA, server: str = CUSTOM, **changes: str | None) -> dict[str, Any]:
        response = redeem(self.okta, self.code(user, server, **changes), server)
        assert response.status_code == 200, response.text
        tokens: dict[str, Any] = response.json()
        return tokens

    def is_signed_in(self, server: str = CUSTOM) -> bool:
        return "code" in result_of(self.authorize(server, prompt="none"))


@contextmanager
def browser(okta: Standin) -> Iterator[Browser]:
    """A new browser, without cookies."""
    with httpx.Client(base_url=okta.address) as http:
        yield Browser(okta, http)


def code_form(code: str, /, **changes: str | None) -> dict[str, str]:
    """A valid token request for `code`; None leaves a parameter out."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return {name: value for name, value in (form | changes).items() if value is not None}


def redeem(okta: Standin, code: str, server: str = CUSTOM, /, **changes: str | None) -> httpx.Response:
    return okta.request_token(code_form(code, **changes), server, auth=AUTH)


def refresh(okta: Standin, token: str, server: str = CUSTOM, **form: str) -> httpx.Response:
    return okta.request_token({"grant_type": "refresh_token", "refresh_token": token} | form, server, auth=AUTH)


def change_app(okta: Standin, client_id: str = WEB_APP, **members: Any) -> dict[str, Any]:
    response = okta.http.post(f"/_standin/apps/{client_id}", json=members)
    assert response.status_code == 200, response.text
    app: dict[str, Any] = response.json()
    return app


def change_user(okta: Standin, login: str, **members: Any) -> None:
    response = okta.http.post(f"/_standin/users/{login}", json=members)
    assert response.status_code == 200, response.text


def deviate(okta: Standin, **members: Any) -> None:
    response = okta.http.post("/_standin/deviations", json=members)
    assert response.status_code == 200, response.text
