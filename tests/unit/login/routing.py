"""The routes of sign-in and everything behind them, faked; requests of browsers; what their answers set."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from okta_gateway.access.rules import fixed_rules
from okta_gateway.access.scopes import SHIPPED_PERMISSIONS, validate_rules
from okta_gateway.login.answers import Answer
from okta_gateway.login.authorization_request import AuthorizationRequests
from okta_gateway.login.browser_request import BrowserRequest
from okta_gateway.login.callback import Callback
from okta_gateway.login.cookies import Cookies, digest
from okta_gateway.login.logout import Logout
from okta_gateway.login.routes import Routes, SignIn, SignInParts
from okta_gateway.login.session import BrowserSessions
from okta_gateway.login.session_token import TokenRenewal
from okta_gateway.login.settings import parse_login_settings
from tests.tokens import USER_CLIENT_ID, FakeClock
from tests.unit.login.login_settings import GOOD
from tests.unit.login.signing_in import (
    GATEWAY,
    SERVER,
    PendingInMemory,
    ScriptedOkta,
    SessionsInMemory,
    TransparentSealer,
    api_token,
    id_token,
    id_tokens,
    okta_api_tokens,
    proxy_event,
    token_answer,
)

APP = "https://app.example.com"
SETTINGS = parse_login_settings(
    GOOD | {"GATEWAY_URL": GATEWAY.url, "ALLOWED_ORIGINS": APP, "LOGIN_REDIRECTS": f"{APP}/in"}
)
RULES = fixed_rules(
    validate_rules({"groups": {"registry-admins": ["mcp:servers:read"]}, "permissions": dict(SHIPPED_PERMISSIONS)}, str)
)
COOKIES = Cookies(plain_http=False)
CALLBACK, LOGIN, SESSION, TOKEN, LOGOUT = (
    "/oauth2/callback/okta", "/oauth2/login/okta", "/oauth2/session", "/oauth2/session/token", "/oauth2/logout/okta"
)  # fmt: skip
FROM_OUR_PAGE = {"Origin": [GATEWAY.origin], "Content-Type": ["application/json"]}


class Rig(NamedTuple):
    """The routes and everything behind them."""

    routes: Routes
    pending: PendingInMemory
    okta: ScriptedOkta
    store: SessionsInMemory
    sessions: BrowserSessions

    def signed_in(self) -> dict[str, list[str]]:
        """A new session; the headers of its browser."""
        session_id = self.sessions.begin(api_token(), "the-id-token", "the-refresh-token")
        return {"Cookie": [pair(COOKIES.set_session(session_id, 9))]}

    def begun(self) -> tuple[str, dict[str, list[str]]]:
        """An attempt: its state, and the headers of its browser. Okta's next answer is to it."""
        answer = self.routes.login(request(LOGIN))
        state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
        self.okta.answer = token_answer(id_token=id_token(nonce=self.pending.rows[digest(state)].nonce))
        return state, {"Cookie": [pair(answer.cookies[0])]}


def make_rig(clock: FakeClock) -> Rig:
    pending, okta, store = PendingInMemory(), ScriptedOkta(), SessionsInMemory(clock)
    sessions = BrowserSessions(store, TransparentSealer(), max_seconds=28800, idle_seconds=3600, clock=clock)
    verifier, api_tokens = id_tokens(clock), okta_api_tokens(clock)
    parts = SignInParts(
        requests=AuthorizationRequests(SERVER, USER_CLIENT_ID, "openid", pending, clock=clock),
        callback=Callback(SERVER, pending, okta, verifier, api_tokens, sessions),
        sessions=sessions,
        renewal=TokenRenewal(sessions, store, okta, verifier, api_tokens, clock=clock),
        logout=Logout(SERVER, sessions, okta),
    )
    return Rig(Routes(SignIn(SETTINGS, RULES, [], lambda: parts)), pending, okta, store, sessions)


def request(path: str, headers: Mapping[str, list[str]] | None = None, **query: str | list[str]) -> BrowserRequest:
    values = {name: value if isinstance(value, list) else [value] for name, value in query.items()}
    return BrowserRequest(proxy_event(path, headers=headers, query=values), GATEWAY.url)


def pair(cookie: str) -> str:
    return cookie.partition(";")[0]


def set_cookies(answer: Answer) -> dict[str, str]:
    """What the browser has afterwards, by name; an empty value is a cookie that goes."""
    return dict(pair(cookie).split("=", 1) for cookie in answer.cookies)


def attempt_cookie(state: str) -> str:
    return pair(COOKIES.clear_attempt(state)).removesuffix("=")


SESSION_COOKIE = pair(COOKIES.clear_session()).removesuffix("=")
