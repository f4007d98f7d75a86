"""The logout endpoint (OpenID Connect RP-Initiated Logout 1.0) as Okta reads it: the ID token is required."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from devkit.okta_standin.authorization_request import posted_or_queried
from devkit.okta_standin.authorization_response import redirect, with_query
from devkit.okta_standin.browser_sessions import BrowserSession, BrowserSessions, drop_cookies
from devkit.okta_standin.clients import App
from devkit.okta_standin.introspection import is_fresh, verified_claims
from devkit.okta_standin.keys import Keys
from devkit.okta_standin.oauth_request import Site
from devkit.okta_standin.pages import PageRefusal, signed_out_page


@dataclass(frozen=True, slots=True)
class Logout:
    """`GET` and `POST /oauth2/v1/logout` and `/oauth2/{server}/v1/logout`."""

    site: Site
    sessions: BrowserSessions
    keys: Keys
    clock: Callable[[], float]

    async def answer(self, request: Request) -> Response:
        """End the session of the browser that asks, which is known by its cookie and nothing else.

        Tokens live on: only the session at Okta ends. Raises PageRefusal.
        """
        parameters = await posted_or_queried(request)
        session = self.sessions.find(request.cookies)
        claims = self._hint(request, parameters.get("id_token_hint", ""), session)
        app = self.site.org.app(str(claims.get("aud")))
        if app is None:
            raise _invalid_hint()
        response = _destination(parameters, app)
        if session is not None:
            self.sessions.end(session)
        drop_cookies(response)
        return response

    def _hint(self, request: Request, token: str, session: BrowserSession | None) -> dict[str, Any]:
        """The ID token's claims. It may have expired if it is about the session's user, and about nobody else."""
        server = self.site.server(request)
        issuer = server.issuer(self.site.origin(request))
        claims = verified_claims(token, self.keys.server(server.id), issuer)
        if claims is None:
            raise _invalid_hint()
        user = self.sessions.user(session) if session else None
        matches = user is not None and user.id == claims.get("sub")
        if not matches and (session is not None or not is_fresh(claims, self.clock())):
            raise _invalid_hint()
        return claims


def _destination(parameters: Mapping[str, str], app: App) -> Response:
    uri = parameters.get("post_logout_redirect_uri")
    if uri is None:
        return signed_out_page()
    if uri not in app.post_logout_redirect_uris:
        description = (
            "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings."
        )
        raise PageRefusal("invalid_request", description)
    return redirect(with_query(uri, {"state": parameters["state"]} if parameters.get("state") else {}))


def _invalid_hint() -> PageRefusal:
    # Okta's own wording is not documented.
    return PageRefusal("invalid_request", "Invalid value for 'id_token_hint' parameter.")
