"""What came out of each sign-in: its refresh tokens, rotated as Okta does it, and its access tokens."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from devkit.okta_standin.authorization_codes import Authorization, other_client
from devkit.okta_standin.clients import App, RefreshTokens, Rotation
from devkit.okta_standin.errors import OAuthRefusal
from devkit.okta_standin.people import User
from devkit.okta_standin.servers import AuthorizationServer, Rule


@dataclass
class SignIn:
    """One sign-in of a person to an app, and the tokens since then. Times are epoch seconds."""

    authorization: Authorization
    access_tokens: set[str] = field(default_factory=set)
    """By `jti`."""
    refresh_token: str | None = field(default=None, repr=False)
    """The newest one."""
    replaced: dict[str, float] = field(default_factory=dict, repr=False)
    """Rotated tokens, and when that happened."""
    refreshable_until: float = 0
    idle_seconds: float = 0
    last_refresh: float = 0
    revoked: bool = False

    def expiry(self) -> float:
        """When the refresh token dies unless it is used before."""
        return min(self.refreshable_until, self.last_refresh + self.idle_seconds)


class SignIns:
    """All sign-ins, and the access tokens that were revoked one by one."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._sign_ins: list[SignIn] = []
        self._by_refresh_token: dict[str, SignIn] = {}
        self._revoked_access_tokens: set[str] = set()
        self._apps_off: dict[str, float] = {}
        """When an app was last deactivated, by client id."""

    def begin(self, authorization: Authorization) -> SignIn:
        """A new sign-in, without tokens yet."""
        sign_in = SignIn(authorization)
        self._sign_ins.append(sign_in)
        return sign_in

    def first_refresh_token(self, sign_in: SignIn, rule: Rule) -> str:
        """A refresh token that lives as the policy rule says; 0 minutes are without end."""
        now = self._clock()
        minutes = rule.refresh_token_minutes
        sign_in.refreshable_until = now + minutes * 60 if minutes else float("inf")
        sign_in.idle_seconds = rule.refresh_window_minutes * 60
        sign_in.last_refresh = now
        return self._new_refresh_token(sign_in)

    def refreshable(self, token: str, server: AuthorizationServer, app: App) -> SignIn:
        """The sign-in that this refresh token may continue. Raises OAuthRefusal (invalid_grant).

        A token that was rotated longer than the leeway ago is a theft to Okta: the newest refresh token and all
        access tokens since the sign-in die with it (Okta's guide "Refresh access tokens").
        """
        sign_in = self._by_refresh_token.get(token)
        if sign_in is None or sign_in.authorization.server_id != server.id:
            raise invalid_refresh_token()
        if sign_in.authorization.client_id != app.client_id:
            raise other_client()
        if not self._is_live(sign_in):
            raise invalid_refresh_token()
        if token != sign_in.refresh_token and self._clock() - sign_in.replaced[token] > app.refresh_tokens.leeway:
            sign_in.revoked = True
            raise invalid_refresh_token()
        return sign_in

    def next_refresh_token(self, sign_in: SignIn, used: str, settings: RefreshTokens) -> str:
        """The refresh token to answer with when `used` was presented.

        Within the leeway a rotated token gets the one that replaced it: Okta's grace period is there "to allow clients
        to get the new token", and does not say whether that is the same or yet another one.
        """
        sign_in.last_refresh = self._clock()
        if used != sign_in.refresh_token and sign_in.refresh_token is not None:
            return sign_in.refresh_token
        if settings.rotation is Rotation.STATIC:
            return used
        sign_in.replaced[used] = self._clock()
        return self._new_refresh_token(sign_in)

    def active(self, token: str, server: AuthorizationServer) -> SignIn | None:
        """The sign-in whose newest refresh token this is, while it can be used."""
        sign_in = self._by_refresh_token.get(token)
        if sign_in is None or sign_in.authorization.server_id != server.id or token != sign_in.refresh_token:
            return None
        return sign_in if self._is_live(sign_in) else None

    def revoke_refresh_token(self, token: str, server: AuthorizationServer, app: App) -> bool:
        """Revoke the app's own refresh token with its access tokens; False when there is no such token."""
        sign_in = self._by_refresh_token.get(token)
        if sign_in is None or sign_in.authorization.server_id != server.id:
            return False
        if sign_in.authorization.client_id != app.client_id:
            return False
        sign_in.revoked = True
        return True

    def revoke_access_token(self, jti: str) -> None:
        """Revoke one access token; its refresh token lives on."""
        self._revoked_access_tokens.add(jti)

    def revoke_all(self, user: User) -> None:
        """Revoke every token of a user."""
        for sign_in in self._sign_ins:
            sign_in.revoked = sign_in.revoked or sign_in.authorization.login == user.login

    def revoke_app(self, app: App) -> None:
        """Revoke every token of an app, also those without a user, for good (Okta does so when it is deactivated)."""
        self._apps_off[app.client_id] = self._clock()
        for sign_in in self._sign_ins:
            sign_in.revoked = sign_in.revoked or sign_in.authorization.client_id == app.client_id

    def is_revoked(self, claims: Mapping[str, Any]) -> bool:
        """Whether the access token with these claims was revoked, alone, with its sign-in or with its app."""
        jti = claims.get("jti")
        if jti in self._revoked_access_tokens or self._is_of_app_once_off(claims):
            return True
        return any(sign_in.revoked for sign_in in self._sign_ins if jti in sign_in.access_tokens)

    def _is_of_app_once_off(self, claims: Mapping[str, Any]) -> bool:
        off, issued_at = self._apps_off.get(str(claims.get("cid"))), claims.get("iat")
        return off is not None and isinstance(issued_at, int | float) and issued_at <= off

    def _is_live(self, sign_in: SignIn) -> bool:
        return not sign_in.revoked and self._clock() < sign_in.expiry()

    def _new_refresh_token(self, sign_in: SignIn) -> str:
        token = secrets.token_urlsafe(32)
        sign_in.refresh_token = token
        self._by_refresh_token[token] = sign_in
        return token


def invalid_refresh_token() -> OAuthRefusal:
    """Okta's answer for an unknown, expired, revoked or replaced refresh token."""
    return OAuthRefusal(400, "invalid_grant", "The refresh token is invalid or expired.")
