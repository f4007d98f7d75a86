"""The gateway's web application, as a client of a local Okta."""

from okta_gateway.okta.oauth import OktaOAuth
from okta_gateway.tokens.issuer import authorization_server
from tests.contract.okta_standin.standin_client import CUSTOM, WEB_APP, WEB_SECRET


def gateway(address: str, server: str = CUSTOM, secret: str = WEB_SECRET) -> OktaOAuth:
    """The gateway as a client of the Okta at `address`; `org` is the org authorization server."""
    return OktaOAuth(authorization_server(address, None if server == "org" else server), WEB_APP, secret)
