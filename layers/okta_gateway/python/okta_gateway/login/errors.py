"""The errors of browser sign-in; they continue the tree of `okta_gateway.errors`.

OktaGatewayError
├── LoginRefused
│   ├── ParameterInvalid  StateUnknown  IssuerMixedUp
│   ├── IdTokenInvalid  TokenMixedUp
│   └── SessionMissing  SessionEnded  OriginRefused  RouteUnknown
└── CheckFailed
    └── SealBroken  KeyServiceUnavailable
"""

from okta_gateway.errors import CheckFailed, LoginRefused
from okta_gateway.okta.errors import OktaRefused


class ParameterInvalid(LoginRefused):
    """A parameter is missing, repeated, too long, or does not look like what we sent."""

    code = "parameter_invalid"
    public = "This link is not complete. Please start to sign in again."
    advice = "Compare the request with the authorization request; bookmarks of the callback do this."


class StateUnknown(LoginRefused):
    """`state` belongs to no pending sign-in of this browser: used, expired, or somebody else's (RFC 6749, 10.12)."""

    code = "state_unknown"
    public = "This sign-in was already used, took too long, or was begun in another browser. Please start again."
    advice = "Usual for a second click, the back button, or ten minutes at Okta. Many of them may be an attack."


class IssuerMixedUp(LoginRefused):
    """The callback's `iss` is not the configured issuer (RFC 9207)."""

    code = "issuer_mixed_up"
    public = "The answer came from another sign-in service than the one that was asked."
    advice = "Compare OKTA_DOMAIN and OKTA_AUTH_SERVER_ID with the address that Okta redirects from."


class IdTokenInvalid(LoginRefused):
    """The ID token is not one that Okta made for this sign-in (OpenID Connect Core, section 3.1.3.7)."""

    code = "id_token_invalid"
    status = 401
    public = "The answer from Okta could not be trusted. Please start again."
    advice = "The detail names the check. Compare OKTA_CLIENT_ID and the clocks; else somebody tampers with sign-in."


class TokenMixedUp(LoginRefused):
    """The tokens of one answer, or of a refresh, are not of one user and server (OpenID Connect Core, section 12.2)."""

    code = "token_mixed_up"
    status = 401
    public = "The answer from Okta could not be trusted. Please start again."
    advice = "ID token and access token must agree on issuer and user, and a refresh must keep them."


class SessionMissing(LoginRefused):
    """No session: never signed in, signed out, idle for too long, or ended by Okta."""

    code = "session_missing"
    status = 401
    public = "You are not signed in."
    advice = "Sign in again. Sessions end too soon? See SESSION_IDLE_SECONDS, SESSION_MAX_SECONDS, offline_access."


class SessionEnded(LoginRefused):
    """Okta refused to renew the session's tokens, and said why."""

    code = "session_ended"
    status = 401
    public = "Okta ended your session."
    advice = "The detail is what Okta said: a deactivated user, a withdrawn token, or a policy that no longer fits."

    def __init__(self, refusal: OktaRefused) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal


class OriginRefused(LoginRefused):
    """A request that changes something, from a page that may not send it."""

    code = "origin_refused"
    status = 403
    public = "This page may not use your session."
    advice = "Name the page's origin in ALLOWED_ORIGINS, exactly, if it may."


class RouteUnknown(LoginRefused):
    """There is no such route."""

    code = "route_unknown"
    status = 404
    public = "There is no such page."
    advice = "The routes of sign-in are in the README."


class SealBroken(CheckFailed):
    """Stored tokens do not decrypt: changed, moved to another session, or sealed under another key."""

    code = "seal_broken"
    advice = "Was SESSION_KEY changed? Sessions sealed under the old key end then; people sign in again."


class KeyServiceUnavailable(CheckFailed):
    """KMS did not answer, or refuses this function. Never a broken seal: an outage must not end sessions."""

    code = "key_service_unavailable"
    advice = "Look at the function's right to use SESSION_KEY and GATEWAY_SIGNING_KEYS, and at the limits of KMS."
