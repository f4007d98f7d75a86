"""What sign-in answers: redirects, pages and JSON, as plain data. Nothing of it may be stored by anybody (no-store)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from okta_gateway.errors import KeysUnavailable, OktaGatewayError
from okta_gateway.login.browser_request import BrowserRequest
from okta_gateway.login.errors import SessionEnded
from okta_gateway.login.okta_errors import explain
from okta_gateway.login.pages import Page, Pages
from okta_gateway.okta.errors import OktaRefused, OktaUnavailable

_NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff"}
_TRY_AGAIN = "This could not be checked just now; nothing was decided. Please try again in a minute."
_OKTA_STATUS = {"access_denied": 403, "temporarily_unavailable": 503, "server_error": 503}


class Answer(NamedTuple):
    """One HTTP answer. `cookies` are the values of Set-Cookie headers."""

    status: int
    content_type: str
    body: str
    headers: Mapping[str, str]
    cookies: Sequence[str] = ()

    def __repr__(self) -> str:
        return f"Answer(status={self.status})"

    def with_headers(self, headers: Mapping[str, str]) -> "Answer":
        return self._replace(headers={**self.headers, **headers})

    def with_cookies(self, *cookies: str) -> "Answer":
        return self._replace(cookies=[*self.cookies, *cookies])


def redirect(location: str) -> Answer:
    return Answer(302, "text/plain", "", {**_NO_STORE, "Location": location})


def page(rendered: Page, status: int = 200) -> Answer:
    headers = {**_NO_STORE, "Content-Security-Policy": rendered.content_security_policy}
    return Answer(status, "text/html; charset=utf-8", rendered.html, headers)


def json_answer(body: Mapping[str, Any], status: int = 200) -> Answer:
    """Pragma is what RFC 6749, section 5.1 demands besides."""
    return Answer(status, "application/json", json.dumps(body), {**_NO_STORE, "Pragma": "no-cache"})


def cacheable_json(body: Mapping[str, Any], seconds: int) -> Answer:
    """For what everybody may know."""
    headers = {"Cache-Control": f"public, max-age={seconds}", "X-Content-Type-Options": "nosniff"}
    return Answer(200, "application/json", json.dumps(body), headers)


def no_content() -> Answer:
    return Answer(204, "text/plain", "", _NO_STORE)


def error_answer(error: OktaGatewayError, request: BrowserRequest, pages: Pages, *, prefers_json: bool) -> Answer:
    """A page that a person can read, or JSON as in RFC 6749, section 5.2; both with code and correlation id."""
    status, code, title, text = _words(error)
    if prefers_json or request.wants_json:
        body = {"error": code, "error_description": f"{title}. {text}", "correlation_id": request.id}
        return json_answer(body, status)
    facts = {"Error code": code, "Correlation id": request.id}
    if isinstance(error, OktaRefused):
        facts = {"Okta said": str(error).partition(": ")[2], **facts}
    return page(pages.error(title, text, facts), status)


def _words(error: OktaGatewayError) -> tuple[int, str, str, str]:
    if isinstance(error, OktaRefused):
        explanation = explain(error)
        return _OKTA_STATUS.get(error.error, error.status), explanation.code, explanation.title, explanation.text
    if isinstance(error, SessionEnded) and error.refusal.error != "invalid_grant":
        explanation = explain(error.refusal)
        return error.status, explanation.code, explanation.title, explanation.text
    if isinstance(error, KeysUnavailable):
        return OktaUnavailable.status, error.code, "Please try again", _TRY_AGAIN  # the keys are Okta's
    if error.status >= 500:
        return error.status, error.code, "Please try again", _TRY_AGAIN
    return error.status, error.code, "This did not work", error.public
