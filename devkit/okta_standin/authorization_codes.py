"""Authorization codes: single use, short-lived, bound to an app, a redirect URI and a code challenge."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from devkit.okta_standin.authorization_request import AuthorizationRequest
from devkit.okta_standin.browser_sessions import BrowserSession
from devkit.okta_standin.clients import App
from devkit.okta_standin.errors import OAuthRefusal
from devkit.okta_standin.keys import base64url
from devkit.okta_standin.servers import AuthorizationServer

LIFETIME = 300
"""Seconds, as Okta documents it."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a person has allowed an app: the content of a code."""

    server_id: str
    client_id: str
    redirect_uri: str
    login: str
    auth_time: int
    scopes: tuple[str, ...]
    nonce: str | None = field(repr=False)
    code_challenge: str | None = field(repr=False)


class AuthorizationCodes:
    """The codes that wait to be redeemed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: dict[str, tuple[Authorization, float]] = {}

    def issue(self, request: AuthorizationRequest, session: BrowserSession) -> str:
        """A code for the session's user."""
        code = secrets.token_urlsafe(32)
        authorization = Authorization(
            server_id=request.server.id,
            client_id=request.app.client_id,
            redirect_uri=request.address.redirect_uri,
            login=session.login,
            auth_time=session.auth_time,
            scopes=request.scopes,
            nonce=request.nonce,
            code_challenge=request.code_challenge,
        )
        self._waiting[code] = (authorization, self._clock() + LIFETIME)
        return code

    def redeem(
        self, code: str, server: AuthorizationServer, app: App, redirect_uri: str | None, verifier: str | None
    ) -> Authorization:
        """What the code stands for; it is used up by this, also when redirect URI or verifier turn out wrong.

        Another app's attempt leaves it alone. Raises OAuthRefusal (invalid_grant) with Okta's texts.
        """
        authorization, expiry = self._waiting.get(code, (None, 0.0))
        if authorization is None or authorization.server_id != server.id or self._clock() >= expiry:
            raise _invalid_grant("The authorization code is invalid or has expired.")
        if authorization.client_id != app.client_id:
            raise other_client()
        del self._waiting[code]
        if redirect_uri != authorization.redirect_uri:
            description = "The 'redirect_uri' does not match the redirection URI used in the authorization request."
            raise _invalid_grant(description)
        if not _matches(authorization.code_challenge, verifier):
            raise _invalid_grant("PKCE verification failed.")
        return authorization


def other_client() -> OAuthRefusal:
    """The code or refresh token belongs to another app."""
    return _invalid_grant(
        "The grant was issued to another client. Ensure that the `client_id` matches the one used at the authorize "
        "request."
    )


def _invalid_grant(description: str) -> OAuthRefusal:
    return OAuthRefusal(400, "invalid_grant", description)


def _matches(challenge: str | None, verifier: str | None) -> bool:
    """RFC 7636 section 4.6; a verifier without a challenge is refused too (RFC 9700 section 2.1.1)."""
    if challenge is None or verifier is None:
        return challenge is verifier
    digest = hashlib.sha256(verifier.encode("utf-8")).digest()
    return hmac.compare_digest(base64url(digest), challenge)
