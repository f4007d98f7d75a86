"""The token endpoint's grants for people: authorization_code (RFC 6749 section 4.1.3) and refresh_token (section 6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from devkit.okta_standin.authorization_codes import Authorization, AuthorizationCodes
from devkit.okta_standin.clients import App
from devkit.okta_standin.deviations import Deviations
from devkit.okta_standin.errors import OAuthRefusal
from devkit.okta_standin.org import Org
from devkit.okta_standin.people import User
from devkit.okta_standin.scope_rules import AUTHORIZATION_CODE, OFFLINE_ACCESS, require_rule
from devkit.okta_standin.servers import AuthorizationServer
from devkit.okta_standin.sign_ins import SignIn, SignIns, invalid_refresh_token
from devkit.okta_standin.tokens import DEFAULT_LIFETIME, Grant, TokenIssuer

REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the grant's name


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """An authenticated request at the token endpoint of `server`, reached at `origin`."""

    server: AuthorizationServer
    app: App
    origin: str
    form: Mapping[str, str] = field(repr=False)

    def required(self, name: str) -> str:
        """A parameter that has to be there. The refusal's wording is ours."""
        if not self.form.get(name):
            raise OAuthRefusal(400, "invalid_request", f"The `{name}` parameter is required.")
        return self.form[name]


@dataclass(frozen=True, slots=True)
class UserGrants:
    """Tokens for people."""

    org: Org
    issuer: TokenIssuer
    codes: AuthorizationCodes
    sign_ins: SignIns
    deviations: Deviations
    clock: Callable[[], float]

    def redeem_code(self, request: TokenRequest) -> dict[str, Any]:
        """The token response for an authorization code. Raises OAuthRefusal."""
        authorization = self.codes.redeem(
            request.required("code"),
            request.server,
            request.app,
            request.form.get("redirect_uri"),
            request.form.get("code_verifier"),
        )
        user = self._active_user(authorization)
        if user is None:
            raise OAuthRefusal(400, "invalid_grant", "The authorization code is invalid or has expired.")
        sign_in = self.sign_ins.begin(authorization)
        grant = self._grant(request, authorization, user, AUTHORIZATION_CODE)
        tokens = self._tokens(request, sign_in, replace(grant, nonce=authorization.nonce))
        if OFFLINE_ACCESS in authorization.scopes and REFRESH_TOKEN in request.app.grant_types:
            rule = require_rule(request.server, request.app, AUTHORIZATION_CODE, authorization.scopes)
            tokens["refresh_token"] = self.sign_ins.first_refresh_token(sign_in, rule)
        return tokens

    def refresh(self, request: TokenRequest) -> dict[str, Any]:
        """The token response for a refresh token, which is rotated only when nothing speaks against it.

        A scope without offline_access gets no refresh token, and leaves the old one as it is (Okta's guide "Refresh
        access tokens"). Raises OAuthRefusal.
        """
        token = request.required("refresh_token")
        sign_in = self.sign_ins.refreshable(token, request.server, request.app)
        authorization = sign_in.authorization
        user = self._active_user(authorization)
        if user is None or not request.app.is_assigned(user):
            raise invalid_refresh_token()
        narrowed = replace(authorization, scopes=_narrowed(request.form.get("scope"), authorization.scopes))
        tokens = self._tokens(request, sign_in, self._grant(request, narrowed, user, REFRESH_TOKEN))
        if OFFLINE_ACCESS in narrowed.scopes:
            settings = request.app.refresh_tokens
            tokens["refresh_token"] = self.sign_ins.next_refresh_token(sign_in, token, settings)
        return tokens

    def _active_user(self, authorization: Authorization) -> User | None:
        user = self.org.user(authorization.login)
        return user if user and user.active else None

    def _grant(self, request: TokenRequest, authorization: Authorization, user: User, grant_type: str) -> Grant:
        # A rule names the grant that people signed in by; refreshing is no grant of its own there.
        rule = require_rule(request.server, request.app, AUTHORIZATION_CODE, authorization.scopes)
        return Grant(
            server=request.server,
            app=request.app,
            scopes=authorization.scopes,
            grant_type=grant_type,
            user=user,
            lifetime=self.deviations.access_token_seconds or rule.access_token_minutes * 60,
            auth_time=authorization.auth_time,
        )

    def _tokens(self, request: TokenRequest, sign_in: SignIn, grant: Grant) -> dict[str, Any]:
        now = int(self.clock())
        access_token = self.issuer.access_token(grant, request.origin, now)
        signed = access_token.signed()
        tokens = {
            "token_type": "Bearer",
            "expires_in": grant.lifetime,
            "access_token": signed,
            "scope": " ".join(grant.scopes),
        }
        if "openid" in grant.scopes:
            id_token = self.issuer.id_token(replace(grant, lifetime=DEFAULT_LIFETIME), request.origin, now, signed)
            tokens["id_token"] = id_token.signed()
        sign_in.access_tokens.add(access_token.claims["jti"])
        return tokens


def _narrowed(requested: str | None, granted: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes of a refresh: all that were granted, or those of them that are asked for."""
    if requested is None:
        return granted
    scopes = tuple(dict.fromkeys(requested.split()))
    if not scopes or not set(scopes) <= set(granted):
        # Okta documents the rule, not its text.
        description = "The requested scopes must be a subset of the scopes of the refresh token."
        raise OAuthRefusal(400, "invalid_scope", description)
    return scopes
