"""Client authentication at the token and introspection endpoints: client secret or private_key_jwt.

The texts are Okta's: its OpenAPI document, its support articles, or answers shown in public repositories.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from jwt.types import Options

from devkit.okta_standin.clients import PRIVATE_KEY_JWT, App, Lifecycle
from devkit.okta_standin.errors import OAuthRefusal
from devkit.okta_standin.keys import Keys
from devkit.okta_standin.org import Org

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_ASSERTION_LIFETIME = 3600
_SIGNATURE_ONLY: Options = {
    "verify_exp": False,
    "verify_aud": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_sub": False,
    "verify_jti": False,
}


class ClientAuthentication:
    """Finds out which app makes a request, and remembers the assertions it has seen."""

    def __init__(self, org: Org, keys: Keys, clock: Callable[[], float]) -> None:
        self._org = org
        self._keys = keys
        self._clock = clock
        self._used: set[tuple[str, str]] = set()

    def authenticate(self, authorization: str | None, form: Mapping[str, str], endpoint: str) -> App:
        """The app that proves who it is at `endpoint` (absolute URL). Raises OAuthRefusal otherwise."""
        basic = _basic_credentials(authorization)
        ways = [basic is not None, "client_secret" in form, "client_assertion" in form]
        if sum(ways) > 1:
            raise OAuthRefusal(
                400,
                "invalid_request",
                "Can't supply multiple client credentials. Use one of the following: credentials in the Authorization "
                "header, credentials in the post body, or a `client_assertion` in the post body.",
            )
        if basic is not None:
            return self._by_secret(*basic)
        if "client_assertion" in form:
            return self._by_assertion(form, endpoint)
        if "client_id" in form and "client_secret" in form:
            return self._by_secret(form["client_id"], form["client_secret"])
        raise _invalid_client("No client credentials found")

    def _by_secret(self, client_id: str, secret: str) -> App:
        app = self._app(client_id)
        if not app.has_secret:
            raise _wrong_method()
        if not app.accepts(secret):
            raise _invalid_client("The client secret supplied for a confidential client is invalid.")
        return app

    def _by_assertion(self, form: Mapping[str, str], endpoint: str) -> App:
        """RFC 7523 section 3, as Okta reads it: aud is the endpoint itself and exp at most one hour ahead."""
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise OAuthRefusal(400, "invalid_request", "The `client_assertion_type` is invalid.")
        assertion = form["client_assertion"]
        kid, subject = _unverified(assertion)
        app = self._app(form.get("client_id", subject))
        if app.authentication != PRIVATE_KEY_JWT:
            raise _wrong_method()
        claims = self._verified_claims(assertion, kid, app)
        if not claims.get("iss") == subject == app.client_id:
            # Wording ours: Okta's own is not documented.
            raise _invalid_client("The issuer and subject claims for client_assertion must be the client_id.")
        if claims.get("aud") != endpoint:
            raise _invalid_client(
                "The audience claim for client_assertion must be the endpoint invoked for the request."
            )
        self._require_fresh(claims.get("exp"))
        self._use_once(app, claims.get("jti"))
        return app

    def _app(self, client_id: str) -> App:
        app = self._org.active_app(client_id)
        if app is None:
            raise _invalid_client("Invalid value for the `client_id` parameter")
        return app

    def _verified_claims(self, assertion: str, kid: object, app: App) -> dict[str, Any]:
        key = self._public_key(kid, app)
        try:
            return jwt.decode(assertion, key, algorithms=["RS256"], options=_SIGNATURE_ONLY)
        except jwt.InvalidTokenError as error:
            raise _invalid_client("The client_assertion signature is invalid.") from error

    def _public_key(self, kid: object, app: App) -> jwt.PyJWK:
        """The app's key with this id: one that an administrator has given to it, or else the stand-in's own."""
        known = app.jwks or (self._keys.app(app.client_id).jwk,)
        usable = [dict(key) for key in known if key.get("status") != Lifecycle.INACTIVE]
        # Okta needs the kid where there are several keys (Okta: "Build a JWT for client authentication").
        named = usable if kid is None and len(usable) == 1 else [key for key in usable if key["kid"] == kid]
        if len(named) != 1:
            raise _invalid_client("The client_assertion JWT kid is invalid.")
        return jwt.PyJWK(named[0], algorithm="RS256")

    def _require_fresh(self, expiry: object) -> None:
        now = self._clock()
        if not isinstance(expiry, int) or expiry <= now:
            raise _invalid_client("The client_assertion token is expired.")
        if expiry > now + MAX_ASSERTION_LIFETIME:
            raise _invalid_client("The client_assertion token has an expiration too far into the future.")

    def _use_once(self, app: App, jti: object) -> None:
        if jti is None:
            return  # optional at Okta
        if (use := (app.client_id, str(jti))) in self._used:
            raise _invalid_client("The client_assertion token has already been used.")
        self._used.add(use)


def _basic_credentials(authorization: str | None) -> tuple[str, str] | None:
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (client_id, secret) if colon else None


def _unverified(assertion: str) -> tuple[object, str]:
    try:
        parts = jwt.decode_complete(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise _invalid_client("The parsing of the client_assertion failed.") from error
    return parts["header"].get("kid"), str(parts["payload"].get("sub", ""))


def _invalid_client(description: str) -> OAuthRefusal:
    return OAuthRefusal(401, "invalid_client", description)


def _wrong_method() -> OAuthRefusal:
    return _invalid_client("Client authentication failed. Either the client or the client credentials are invalid.")
