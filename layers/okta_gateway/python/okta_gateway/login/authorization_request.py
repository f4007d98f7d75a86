"""Begin to sign in: the authorization request (RFC 6749, section 4.1.1) with state, nonce and PKCE (RFC 7636)."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlencode

from okta_gateway.apigateway.gateway_address import GatewayAddress
from okta_gateway.login.cookies import ATTEMPT_SECONDS, digest, new_secret
from okta_gateway.store.pending_logins import PendingLogin, PendingLogins
from okta_gateway.tokens.issuer import AuthorizationServer

CALLBACK = "/oauth2/callback/okta"


class Begun(NamedTuple):
    """What the browser gets: an address to go to, and the secret that binds the answer to this browser."""

    location: str
    state: str
    browser_secret: str

    def __repr__(self) -> str:
        return "Begun(...)"


class AuthorizationRequests:
    """Makes authorization requests and remembers what their answers must match."""

    def __init__(
        self,
        server: AuthorizationServer,
        client_id: str,
        scopes: str,
        pending: PendingLogins,
        *,
        clock: Callable[[], float] = time.time,
        new_secret: Callable[[], str] = new_secret,
    ) -> None:
        self._server = server
        self._client_id = client_id
        self._scopes = scopes
        self._pending = pending
        self._clock = clock
        self._new_secret = new_secret

    def begin(self, target: str, gateway: GatewayAddress) -> Begun:
        """Remember a new attempt to reach `target`. Raises StoreUnavailable."""
        state, browser_secret, nonce, verifier = (self._new_secret() for _ in range(4))
        self._pending.add(
            PendingLogin(
                state_hash=digest(state),
                browser_hash=digest(browser_secret),
                nonce=nonce,
                code_verifier=verifier,
                target=target,
                expires_at=self._clock() + ATTEMPT_SECONDS,
            )
        )
        return Begun(self._location(state, nonce, verifier, gateway), state, browser_secret)

    def _location(self, state: str, nonce: str, verifier: str, gateway: GatewayAddress) -> str:
        parameters = {
            "client_id": self._client_id,
            "response_type": "code",
            "scope": self._scopes,
            "redirect_uri": gateway.link(CALLBACK),
            "state": state,
            "nonce": nonce,
            "code_challenge": code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._server.authorization_endpoint}?{urlencode(parameters)}"


def code_challenge(verifier: str) -> str:
    """RFC 7636, section 4.2."""
    return urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")
