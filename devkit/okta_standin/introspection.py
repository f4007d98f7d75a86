"""The introspection endpoint (RFC 7662): each server knows only the tokens that it issued itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.types import Options
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.client_authentication import ClientAuthentication
from devkit.okta_standin.errors import NO_STORE, OAuthRefusal
from devkit.okta_standin.keys import Keys, ServerKeys
from devkit.okta_standin.oauth_request import Site, read_form
from devkit.okta_standin.sign_ins import SignIn, SignIns

_PASSED_ON = ("exp", "iat", "sub", "aud", "iss", "jti", "uid")
_OPTIONS: Options = {
    "require": ["exp", "iss"],
    "verify_exp": False,  # by our own clock
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
}


@dataclass(frozen=True, slots=True)
class Introspection:
    """`POST /oauth2/v1/introspect` and `POST /oauth2/{server}/v1/introspect`."""

    site: Site
    clients: ClientAuthentication
    keys: Keys
    sign_ins: SignIns
    clock: Callable[[], float]

    async def answer(self, request: Request) -> Response:
        """What the server knows of a token; `{"active": false}` for all that is not a valid one of its own."""
        server = self.site.server(request)
        form = await read_form(request)
        self.clients.authenticate(request.headers.get("authorization"), form, self.site.endpoint(request))
        if not form.get("token"):
            raise OAuthRefusal(400, "invalid_request", "The `token` parameter is required.")
        if sign_in := self.sign_ins.active(form["token"], server):
            return JSONResponse(self._active_refresh_token(sign_in), headers=NO_STORE)
        issuer = server.issuer(self.site.origin(request))
        claims = verified_claims(form["token"], self.keys.server(server.id), issuer)
        if claims is None or not is_fresh(claims, self.clock()) or self.sign_ins.is_revoked(claims):
            return JSONResponse({"active": False}, headers=NO_STORE)
        return JSONResponse(active_token(claims), headers=NO_STORE)

    def _active_refresh_token(self, sign_in: SignIn) -> dict[str, Any]:
        """Okta's answer about a refresh token, but for `device_id`."""
        return {
            "active": True,
            "token_type": "Bearer",
            "scope": " ".join(sign_in.authorization.scopes),
            "client_id": sign_in.authorization.client_id,
            "username": sign_in.authorization.login,
            "exp": int(sign_in.expiry()),
            "sub": sign_in.authorization.login,
        }


def verified_claims(token: str, keys: ServerKeys, issuer: str) -> dict[str, Any] | None:
    """The claims of a token that this server signed, or None."""
    try:
        key = keys.signed_with(str(jwt.get_unverified_header(token).get("kid")))
        if key is None:
            return None
        public_key = key.private.public_key()
        return jwt.decode(token, public_key, ["RS256"], issuer=issuer, options=_OPTIONS)
    except jwt.InvalidTokenError:
        return None


def is_fresh(claims: dict[str, Any], now: float) -> bool:
    """Whether the token has not expired; a minted one may carry anything as `exp`."""
    return isinstance(claims["exp"], int | float) and claims["exp"] > now


def active_token(claims: dict[str, Any]) -> dict[str, Any]:
    """Okta's answer about an active access token or ID token."""
    answer: dict[str, Any] = {"active": True}
    if "scp" in claims:
        answer |= {"token_type": "Bearer", "scope": " ".join(claims["scp"]), "client_id": claims.get("cid")}
    if "uid" in claims:
        answer["username"] = claims.get("sub")
    return answer | {name: claims[name] for name in _PASSED_ON if name in claims}
