"""The userinfo endpoint (OpenID Connect Core 5.3): all claims that the token's scopes stand for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.errors import NO_STORE
from devkit.okta_standin.introspection import is_fresh, verified_claims
from devkit.okta_standin.keys import Keys
from devkit.okta_standin.oauth_request import Site
from devkit.okta_standin.people import User
from devkit.okta_standin.scope_rules import AUTHORIZATION_CODE
from devkit.okta_standin.sign_ins import SignIns
from devkit.okta_standin.tokens import Grant, identity_claims


@dataclass(frozen=True, slots=True)
class UserInfo:
    """`GET` and `POST /oauth2/v1/userinfo` and `/oauth2/{server}/v1/userinfo`."""

    site: Site
    keys: Keys
    sign_ins: SignIns
    clock: Callable[[], float]

    async def answer(self, request: Request) -> Response:
        """What the bearer of an access token may know of its user; refusals have a header and no body."""
        server = self.site.server(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        issuer = server.issuer(self.site.origin(request))
        claims = verified_claims(token, self.keys.server(server.id), issuer) if scheme.lower() == "bearer" else None
        if claims is None or not is_fresh(claims, self.clock()) or self.sign_ins.is_revoked(claims):
            return self._refusal(request, 401, "invalid_token", "The access token is invalid.")
        app, user = self.site.org.active_app(str(claims.get("cid"))), self.site.org.user_with_id(claims.get("uid"))
        if app is None or user is None or not user.active:
            return self._refusal(request, 401, "invalid_token", "The access token is invalid.")
        scopes = tuple(claims.get("scp", ()))
        if "openid" not in scopes:
            description = "The access token provided does not contain the required scopes."
            return self._refusal(request, 403, "insufficient_scope", description)
        groups = identity_claims(Grant(server, app, scopes, AUTHORIZATION_CODE, user))
        return JSONResponse(user_claims(user, scopes) | groups, headers=NO_STORE)

    def _refusal(self, request: Request, status: int, error: str, description: str) -> Response:
        """The header as Okta's support article on insufficient_scope shows it."""
        origin = self.site.origin(request)
        authorize = self.site.endpoint(request).removesuffix("/userinfo") + "/authorize"
        challenge = (
            f'Bearer authorization_uri="{authorize}", realm="{origin}", scope="openid", error="{error}", '
            f'error_description="{description}", resource="{request.url.path}"'
        )
        return Response(status_code=status, headers=NO_STORE | {"WWW-Authenticate": challenge})


def user_claims(user: User, scopes: tuple[str, ...]) -> dict[str, Any]:
    """The profile of a user as far as `scopes` go."""
    claims: dict[str, Any] = {"sub": user.id}
    if "profile" in scopes:
        claims |= {
            "name": f"{user.first_name} {user.last_name}",
            "given_name": user.first_name,
            "family_name": user.last_name,
            "preferred_username": user.login,
        }
    if "email" in scopes:
        claims |= {"email": user.email, "email_verified": True}
    return claims
