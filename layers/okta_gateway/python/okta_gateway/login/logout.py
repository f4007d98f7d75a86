"""Sign out: of our session, its refresh token, and, by the browser, of Okta (OpenID Connect RP-Initiated Logout)."""

import logging
from typing import NamedTuple

from okta_gateway.apigateway.gateway_address import GatewayAddress
from okta_gateway.login.cookies import new_secret
from okta_gateway.login.redirects import HOME
from okta_gateway.login.session import BrowserSessions
from okta_gateway.okta.errors import OktaRefused, OktaUnavailable
from okta_gateway.okta.oauth import OktaOAuth
from okta_gateway.tokens.issuer import AuthorizationServer

_logger = logging.getLogger(__name__)


class OktaSignOut(NamedTuple):
    """A form that the browser posts to Okta, which keeps the ID token out of addresses and logs."""

    action: str
    fields: dict[str, str]

    def __repr__(self) -> str:
        return "OktaSignOut(...)"


class Logout:
    """Ends sessions. It always ends ours, whatever Okta says."""

    def __init__(self, server: AuthorizationServer, sessions: BrowserSessions, okta: OktaOAuth) -> None:
        self._server = server
        self._sessions = sessions
        self._okta = okta

    def end(self, session_id: str | None, gateway: GatewayAddress) -> OktaSignOut | None:
        """Delete the session and revoke its refresh token; what is left for the browser to do, None without a session.

        Raises StoreUnavailable: then nothing has ended, and the person is told so.
        """
        tokens = self._sessions.end(session_id)
        if tokens is None:
            return None
        if tokens.refresh_token:
            self._revoke(tokens.refresh_token)
        fields = {
            "id_token_hint": tokens.id_token,
            "post_logout_redirect_uri": gateway.link(HOME),
            "state": new_secret(),
        }
        return OktaSignOut(self._server.end_session_endpoint, fields)

    def _revoke(self, refresh_token: str) -> None:
        try:
            self._okta.revoke(refresh_token)
        except (OktaUnavailable, OktaRefused) as error:
            _logger.warning("the session has ended, but its refresh token could not be revoked: %s", error)
