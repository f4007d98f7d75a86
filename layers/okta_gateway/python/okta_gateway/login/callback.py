"""The answer to the authorization request (RFC 6749, section 4.1.2): from `code` and `state` to a session."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from okta_gateway.apigateway.gateway_address import GatewayAddress
from okta_gateway.login.api_tokens import ApiTokens
from okta_gateway.login.authorization_request import CALLBACK
from okta_gateway.login.cookies import digest
from okta_gateway.login.errors import IdTokenInvalid, IssuerMixedUp, ParameterInvalid, StateUnknown
from okta_gateway.login.id_token import IdTokenVerifier
from okta_gateway.login.session import BrowserSessions
from okta_gateway.okta.errors import OktaRefused
from okta_gateway.okta.oauth import OktaOAuth
from okta_gateway.store.pending_logins import PendingLogin, PendingLogins
from okta_gateway.tokens.issuer import AuthorizationServer

MAX_PARAMETER_LENGTH = 2048

type Parameters = Mapping[str, Sequence[str]]


class CallbackParameters(NamedTuple):
    """What Okta sent back: a code, or an error."""

    state: str
    code: str | None
    error: str | None
    error_description: str

    def __repr__(self) -> str:
        return "CallbackParameters(...)"


class SignedIn(NamedTuple):
    """A new session and where to go with it."""

    session_id: str
    target: str

    def __repr__(self) -> str:
        return "SignedIn(...)"


class Callback:
    """Ends a sign-in. The steps are in the order of RFC 6749, section 4.1, with RFC 9700's checks in front."""

    def __init__(
        self,
        server: AuthorizationServer,
        pending: PendingLogins,
        okta: OktaOAuth,
        id_tokens: IdTokenVerifier,
        api_tokens: ApiTokens,
        sessions: BrowserSessions,
    ) -> None:
        self._server = server
        self._pending = pending
        self._okta = okta
        self._id_tokens = id_tokens
        self._api_tokens = api_tokens
        self._sessions = sessions

    def handle(self, parameters: CallbackParameters, browser_secret: str | None, gateway: GatewayAddress) -> SignedIn:
        """Raises a LoginRefused for what is wrong with the attempt, a CheckFailed when that could not be found out."""
        pending = self._consume(parameters.state, browser_secret)
        code = refuse_error(parameters)
        answer = self._okta.exchange_code(code, pending.code_verifier, gateway.link(CALLBACK))
        if answer.id_token is None:
            raise IdTokenInvalid("Okta's answer has no ID token: openid must be among OKTA_SCOPES")
        claims = self._id_tokens.verify_first(answer.id_token, nonce=pending.nonce, access_token=answer.access_token)
        api_token = self._api_tokens.make(answer, claims, gateway.url)
        return SignedIn(self._sessions.begin(api_token, answer.id_token, answer.refresh_token), pending.target)

    def parse(self, parameters: Parameters) -> CallbackParameters:
        """Each parameter once and of sensible length; `iss`, where it is, ours (RFC 9207). Changes nothing."""
        issuer = _single(parameters, "iss")
        if issuer is not None and issuer != self._server.issuer:
            raise IssuerMixedUp("iss of the callback is not the configured issuer")
        state, code, error = (_single(parameters, name) for name in ("state", "code", "error"))
        description = _single(parameters, "error_description") or ""
        if not state or bool(code) == bool(error):
            raise ParameterInvalid("state, and either code or error, must be there")
        return CallbackParameters(state, code or None, error or None, description)

    def _consume(self, state: str, browser_secret: str | None) -> PendingLogin:
        """Single use, and only by the browser that began: one atomic step in the store."""
        if not browser_secret:
            raise StateUnknown("the browser has no cookie of this attempt")
        pending = self._pending.consume(digest(state), digest(browser_secret))
        if pending is None:
            raise StateUnknown("no pending sign-in with this state in this browser")
        return pending


def refuse_error(parameters: CallbackParameters) -> str:
    """The code; an error that Okta sent instead is raised (RFC 6749, section 4.1.2.1)."""
    if parameters.code is None:
        raise OktaRefused(parameters.error or "", parameters.error_description)
    return parameters.code


def _single(parameters: Parameters, name: str) -> str | None:
    """RFC 6749, section 3.1: parameters must not be there more than once."""
    values = parameters.get(name) or []
    if len(values) > 1:
        raise ParameterInvalid(f"{name} is there more than once")
    value = values[0] if values else None
    if value is not None and (len(value) > MAX_PARAMETER_LENGTH or not value.isprintable()):
        raise ParameterInvalid(f"{name} is too long or has control characters")
    return value
