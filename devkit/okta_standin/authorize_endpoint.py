"""The authorization endpoint with its sign-in page: from a request of an app to a code, or to Okta's refusal."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response

from devkit.okta_standin.authorization_codes import AuthorizationCodes
from devkit.okta_standin.authorization_request import (
    AuthorizationRequest,
    authorization_request,
    known_app,
    posted_or_queried,
    queried,
    return_address,
)
from devkit.okta_standin.authorization_response import authorization_response
from devkit.okta_standin.browser_sessions import BrowserSession, BrowserSessions, set_cookies
from devkit.okta_standin.deviations import Deviations, Refusing
from devkit.okta_standin.errors import OAuthRefusal
from devkit.okta_standin.oauth_request import Site, read_form
from devkit.okta_standin.pages import consent_page, sign_in_page
from devkit.okta_standin.people import User
from devkit.okta_standin.scope_rules import AUTHORIZATION_CODE, require_rule

SIGN_IN = "sign-in"
CONSENT = "consent"
"""Where the forms of our pages go, below `/v1/authorize/`."""
MOST_OFFERED = 50
"""How many users the sign-in page has buttons for; the others type their login."""

type Outcome = Response | dict[str, str]
"""A page of ours, or what the app gets."""


@dataclass(frozen=True, slots=True)
class AuthorizeEndpoint:
    """`GET` and `POST /oauth2/v1/authorize` and `/oauth2/{server}/v1/authorize`, and the pages behind them."""

    site: Site
    sessions: BrowserSessions
    codes: AuthorizationCodes
    deviations: Deviations
    clock: Callable[[], float]

    async def authorize(self, request: Request) -> Response:
        """A code at once for a browser that is signed in, else the sign-in page."""
        session = self.sessions.find(request.cookies)
        return self._answer(request, await posted_or_queried(request), lambda wanted: self._begin(wanted, session))

    async def sign_in(self, request: Request) -> Response:
        """The sign-in page's form: who it is, or a cancel; the query repeats the request."""
        form = await read_form(request)
        user = self._user(form)
        session = self.sessions.begin(user) if user else None
        if user:
            self.site.org.note_sign_in(user, self.clock())
        response = self._answer(request, queried(request), lambda wanted: self._after_form(wanted, form, session))
        if session:
            set_cookies(response, session)
        return response

    async def consent(self, request: Request) -> Response:
        """The consent page's form; the query repeats the request."""
        form = await read_form(request)
        session = self.sessions.find(request.cookies)
        return self._answer(request, queried(request), lambda wanted: self._after_consent(wanted, form, session))

    def _answer(
        self, request: Request, parameters: Mapping[str, str], step: Callable[[AuthorizationRequest], Outcome]
    ) -> Response:
        server = self.site.server(request)
        app = known_app(parameters, self.site.org)
        address = return_address(parameters, app)
        try:
            wanted = authorization_request(parameters, server, app, address)
            self.deviations.refuse(Refusing.AUTHORIZE)
            outcome = step(wanted)
        except OAuthRefusal as refusal:
            outcome = {"error": refusal.error, "error_description": refusal.description}
        if isinstance(outcome, Response):
            return outcome
        issuer = self.deviations.issuer_of_response(server.issuer(self.site.origin(request)))
        return authorization_response(address, outcome, issuer)

    def _begin(self, wanted: AuthorizationRequest, session: BrowserSession | None) -> Outcome:
        if session and wanted.allows(session.auth_time, self.clock()):
            return self._decide(wanted, session)
        if "none" in wanted.prompts:
            description = "The client specified not to prompt, but the user is not logged in."
            raise OAuthRefusal(400, "login_required", description)
        return self._ask_who(wanted, wanted.login_hint)

    def _after_form(
        self, wanted: AuthorizationRequest, form: Mapping[str, str], session: BrowserSession | None
    ) -> Outcome:
        _require_no_cancel(form)
        if session is None:
            return self._ask_who(wanted, form.get("login", ""), "Unable to sign in.")
        return self._decide(wanted, session)

    def _after_consent(
        self, wanted: AuthorizationRequest, form: Mapping[str, str], session: BrowserSession | None
    ) -> Outcome:
        _require_no_cancel(form)
        if session is None:
            return self._ask_who(wanted, wanted.login_hint)
        self._require_access(wanted, session)
        return {"code": self.codes.issue(wanted, session)}

    def _decide(self, wanted: AuthorizationRequest, session: BrowserSession) -> Outcome:
        """A code for the session's user. The apps are trusted ones: consent is asked for by `prompt=consent` only."""
        user = self._require_access(wanted, session)
        if "consent" in wanted.prompts:
            return consent_page(wanted.app, user, wanted.scopes, _form_address(wanted, CONSENT))
        return {"code": self.codes.issue(wanted, session)}

    def _require_access(self, wanted: AuthorizationRequest, session: BrowserSession) -> User:
        user = self.sessions.user(session)
        if user is None or not wanted.app.is_assigned(user):
            raise OAuthRefusal(400, "access_denied", "User is not assigned to the client application.")
        require_rule(wanted.server, wanted.app, AUTHORIZATION_CODE, wanted.scopes)
        return user

    def _ask_who(self, wanted: AuthorizationRequest, login: str, problem: str | None = None) -> Response:
        users = list(islice((user for user in self.site.org.users if user.active), MOST_OFFERED))
        return sign_in_page(wanted.app, users, _form_address(wanted, SIGN_IN), login=login, problem=problem)

    def _user(self, form: Mapping[str, str]) -> User | None:
        """Who fills in the sign-in page; None when they cannot sign in."""
        if "user" in form:
            user = self.site.org.user(form["user"])
        else:
            user = self.site.org.user(form.get("login", ""))
            if user and not _is_password(form.get("password", ""), user):
                return None
        return user if user and user.active else None


def _is_password(password: str, user: User) -> bool:
    return user.password is not None and hmac.compare_digest(user.password.encode(), password.encode())


def _require_no_cancel(form: Mapping[str, str]) -> None:
    if form.get("action") == "cancel":
        description = "The resource owner or authorization server denied the request."
        raise OAuthRefusal(400, "access_denied", description)


def _form_address(wanted: AuthorizationRequest, form: str) -> str:
    return f"{wanted.server.path}/v1/authorize/{form}?{wanted.query}"
