"""The routes of sign-in, each as a list of steps: from one browser's request to one answer."""

import logging
import secrets
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from okta_gateway.access.rules import CurrentRules
from okta_gateway.errors import CheckFailed, OktaGatewayError, StoreCredentialsRefused
from okta_gateway.login import answers
from okta_gateway.login.answers import Answer
from okta_gateway.login.authorization_request import AuthorizationRequests
from okta_gateway.login.browser_request import BrowserRequest
from okta_gateway.login.callback import Callback
from okta_gateway.login.errors import IssuerMixedUp, ParameterInvalid, RouteUnknown, SessionEnded, SessionMissing
from okta_gateway.login.logout import Logout
from okta_gateway.login.origins import Origins
from okta_gateway.login.pages import Pages
from okta_gateway.login.redirects import safe_target
from okta_gateway.login.session import BrowserSessions
from okta_gateway.login.session_token import TokenRenewal
from okta_gateway.login.settings import LoginSettings
from okta_gateway.login.signing_keys import SigningKey, key_set
from okta_gateway.store.sessions import Session

JWKS_SECONDS = 300
"""How long anybody may keep the gateway's public keys: a new key must be published that long before it signs."""
_CORS_ROUTES = ("/oauth2/session", "/oauth2/session/token")
_CALLBACK = "/oauth2/callback/okta"

_logger = logging.getLogger(__name__)


class SignIn(NamedTuple):
    """What the sign-in function's routes work with."""

    settings: LoginSettings
    rules: CurrentRules
    signing_keys: list[SigningKey]
    parts: "Callable[[], SignInParts]"
    """The parts that need the store; raises StoreUnavailable until its indexes are there."""
    credentials_refused: Callable[[], None] = lambda: None
    """To be told that the store refuses the credentials."""


class SignInParts(NamedTuple):
    """The use cases."""

    requests: AuthorizationRequests
    callback: Callback
    sessions: BrowserSessions
    renewal: TokenRenewal
    logout: Logout


class Routes:
    """Answers requests. An error of the tree becomes an answer here; anything else is a defect and goes on."""

    def __init__(self, sign_in: SignIn, *, new_nonce: Callable[[], str] = secrets.token_hex) -> None:
        self._sign_in = sign_in
        self._new_nonce = new_nonce

    @property
    def gateway_url(self) -> str | None:
        return self._sign_in.settings.gateway_url

    def home(self, request: BrowserRequest) -> Answer:
        """GET /oauth2/: who am I."""
        session = self._session_or_none(request)
        scopes = self._scopes(session) if session else ()
        return answers.page(self._pages(request).home(session, scopes))

    def login(self, request: BrowserRequest) -> Answer:
        """GET /oauth2/login/okta: off to Okta, with an attempt that only this browser can end."""
        wanted = request.parameter("redirect_uri")
        target = safe_target(wanted, request.gateway, self._sign_in.settings.login_redirects)
        begun = self._sign_in.parts().requests.begin(target, request.gateway)
        cookie = request.cookies.set_attempt(begun.state, begun.browser_secret)
        return answers.redirect(begun.location).with_cookies(cookie)

    def callback(self, request: BrowserRequest) -> Answer:
        """GET /oauth2/callback/okta: the attempt ends, well or badly, and its cookie with it."""
        parts = self._sign_in.parts()
        parameters = parts.callback.parse(request.parameters)
        signed_in = parts.callback.handle(parameters, request.attempt_secret(parameters.state), request.gateway)
        self._end_former_session(request)
        cookie = request.cookies.set_session(signed_in.session_id, parts.sessions.max_seconds)
        return answers.redirect(signed_in.target).with_cookies(cookie, request.cookies.clear_attempt(parameters.state))

    def session(self, request: BrowserRequest) -> Answer:
        """GET /oauth2/session: what a page may know about its user."""
        session = self._sign_in.parts().sessions.read(request.session_id)
        body = {
            "sub": session.subject,
            "username": session.username,
            "groups": session.groups,
            "scopes": self._scopes(session),
            "expires_at": int(session.expires_at),
        }
        return answers.json_answer(body)

    def session_token(self, request: BrowserRequest) -> Answer:
        """POST /oauth2/session/token: a short-lived token for the API (RFC 6749, section 5.1)."""
        self._origins(request).verify_post(request.headers)
        token = self._sign_in.parts().renewal.current(request.session_id, request.gateway.url)
        return answers.json_answer(
            {"access_token": token.token, "token_type": "Bearer", "expires_in": token.expires_in}
        )

    def ask_sign_out(self, request: BrowserRequest) -> Answer:
        """GET /oauth2/logout/okta: a link must not sign anybody out, so it asks."""
        return answers.page(self._pages(request).ask_sign_out())

    def sign_out(self, request: BrowserRequest) -> Answer:
        """POST /oauth2/logout/okta: the session ends here, then at Okta."""
        self._origins(request).verify_post(request.headers)
        okta = self._sign_in.parts().logout.end(request.session_id, request.gateway)
        cookie = request.cookies.clear_session()
        if okta is None:
            return answers.redirect(request.gateway.link("/oauth2/")).with_cookies(cookie)
        return answers.page(self._pages(request).sign_out_at_okta(okta)).with_cookies(cookie)

    def public_keys(self, request: BrowserRequest) -> Answer:
        """GET /.well-known/jwks.json: the keys of tokens that this gateway issues."""
        del request
        return answers.cacheable_json(key_set(self._sign_in.signing_keys), JWKS_SECONDS)

    def preflight(self, request: BrowserRequest) -> Answer:
        """OPTIONS: the CORS headers are added to every answer, and are all there is to say."""
        del request
        return answers.no_content()

    def unknown(self, request: BrowserRequest) -> Answer:
        """Anything else. Raises RouteUnknown."""
        raise RouteUnknown(request.path)

    def cors(self, request: BrowserRequest) -> dict[str, str]:
        """Headers for the two routes that pages of other origins may use, none for the others."""
        if request.path.rstrip("/") not in _CORS_ROUTES:
            return {}
        return self._origins(request).cors_headers(request.headers)

    def refused(self, error: OktaGatewayError, request: BrowserRequest) -> Answer:
        """The answer to an error. A cookie that stands for nothing any more is cleared with it."""
        if isinstance(error, StoreCredentialsRefused):
            self._sign_in.credentials_refused()
        answer = answers.error_answer(
            error, request, self._pages(request), prefers_json=request.path.rstrip("/") in _CORS_ROUTES
        )
        if isinstance(error, SessionMissing | SessionEnded) and request.session_id:
            return answer.with_cookies(request.cookies.clear_session())
        states = request.parameters.get("state") or []
        is_attempt = request.path.rstrip("/") == _CALLBACK and len(states) == 1
        if is_attempt and not isinstance(error, ParameterInvalid | IssuerMixedUp | RouteUnknown):
            # The attempt is over. A request that is none of an attempt's answers changes nothing.
            return answer.with_cookies(request.cookies.clear_attempt(states[0]))
        return answer

    def _end_former_session(self, request: BrowserRequest) -> None:
        """The one from before does not live on beside the new one; if it cannot be ended now, it ends by itself."""
        try:
            self._sign_in.parts().logout.end(request.session_id, request.gateway)
        except CheckFailed as error:
            _logger.warning("the session before this sign-in could not be ended: %s", error)

    def _session_or_none(self, request: BrowserRequest) -> Session | None:
        try:
            return self._sign_in.parts().sessions.read(request.session_id) if request.session_id else None
        except SessionMissing:
            return None

    def _scopes(self, session: Session) -> tuple[str, ...]:
        return self._sign_in.rules().rules.scopes_of(session.groups).names

    def _origins(self, request: BrowserRequest) -> Origins:
        return Origins(request.gateway.origin, self._sign_in.settings.allowed_origins)

    def _pages(self, request: BrowserRequest) -> Pages:
        okta = urlsplit(self._sign_in.settings.okta_url)
        return Pages(request.gateway, f"{okta.scheme}://{okta.netloc}", self._new_nonce())
