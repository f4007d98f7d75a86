"""A session's token for the API: handed out while it is good, renewed at Okta by one request at a time."""

import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from okta_gateway.errors import CheckFailed, LoginRefused
from okta_gateway.login.api_tokens import ApiTokens
from okta_gateway.login.cookies import new_secret
from okta_gateway.login.errors import SessionEnded, SessionMissing, TokenMixedUp
from okta_gateway.login.id_token import IdTokenVerifier
from okta_gateway.login.session import BrowserSessions, SessionTokens
from okta_gateway.okta.errors import OktaRefused, OktaUnavailable
from okta_gateway.okta.oauth import OktaOAuth, TokenAnswer
from okta_gateway.store.sessions import Session, Sessions
from okta_gateway.tokens.jws import JsonObject, parse

RENEW_BEFORE_SECONDS = 60
LEASE_SECONDS = 20.0
"""Shorter than the time for which Okta accepts a rotated refresh token again (30 s by default), so that a request that
died in the middle costs nothing. Longer than an answer of Okta may take, which is given up after 8 to 13 s."""
WAIT_SECONDS = 8.0
"""How long a request waits for another that renews: it may then have to renew itself, and API Gateway ends at 29 s."""
POLL_SECONDS = 0.1
_SESSION_IS_OVER = frozenset({"invalid_grant", "access_denied"})

_logger = logging.getLogger(__name__)


class SessionToken(NamedTuple):
    """A token for the API and the seconds that it has left."""

    token: str
    expires_in: int

    def __repr__(self) -> str:
        return "SessionToken(...)"


class TokenRenewal:
    """Gives a session's token, renewed at Okta when it ends within a minute."""

    def __init__(
        self,
        sessions: BrowserSessions,
        store: Sessions,
        okta: OktaOAuth,
        id_tokens: IdTokenVerifier,
        api_tokens: ApiTokens,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sessions = sessions
        self._store = store
        self._okta = okta
        self._id_tokens = id_tokens
        self._api_tokens = api_tokens
        self._clock = clock
        self._sleep = sleep

    def current(self, session_id: str | None, gateway_url: str) -> SessionToken:
        """The token of a cookie's session.

        Raises SessionMissing when the session is over, SessionEnded when Okta has just said so, and OktaUnavailable
        when Okta cannot be asked; the session is kept then.
        """
        session = self._sessions.read(session_id)
        if self._ends_soon(session):
            session = self._renewed(session, gateway_url)
        expires_in = int(session.token_expires_at - self._clock())
        if expires_in <= 0:
            raise OktaUnavailable("the token was not renewed in time; the next request tries again")
        return SessionToken(self._sessions.open(session).api_token, expires_in)

    def _ends_soon(self, session: Session) -> bool:
        return session.token_expires_at - self._clock() < RENEW_BEFORE_SECONDS

    def _renewed(self, session: Session, gateway_url: str) -> Session:
        """Renew under a lease, or wait for whoever holds it: two refreshes at once would look like theft to Okta."""
        holder, give_up_at = new_secret(), self._clock() + WAIT_SECONDS
        while not self._store.take_lease(session.id_hash, holder, LEASE_SECONDS):
            if self._clock() >= give_up_at:
                raise OktaUnavailable("another request renews this session and does not come to an end")
            self._sleep(POLL_SECONDS)
            current = self._found(session.id_hash)
            if current.version != session.version:
                return current
        current = self._found(session.id_hash)
        if current.version != session.version:
            self._store.release_lease(session.id_hash, holder)
            return current
        return self._renew(current, holder, gateway_url)

    def _found(self, id_hash: str) -> Session:
        session = self._store.find(id_hash)
        if session is None:
            raise SessionMissing("the session ended meanwhile")
        return session

    def _renew(self, session: Session, holder: str, gateway_url: str) -> Session:
        tokens = self._ready_to_refresh(session, holder)
        if tokens.refresh_token is None:
            return self._without_refresh_token(session, holder)
        try:
            answer = self._refresh(session, tokens.refresh_token, holder)
        except OktaRefused as error:
            return self._after_refusal(session, error)
        try:
            renewed = self._renewed_session(session, tokens, answer, gateway_url)
        except LoginRefused as error:
            self._store.delete(session.id_hash)
            self._revoke(answer.refresh_token or tokens.refresh_token)
            raise SessionMissing(str(error)) from None
        except CheckFailed:
            # Okta has rotated the refresh token: keep the new one, or the session could never be renewed again.
            kept = tokens._replace(refresh_token=answer.refresh_token or tokens.refresh_token)
            self._store.replace_tokens(session._replace(sealed=self._sessions.seal(session.id_hash, kept)), holder)
            raise
        if self._store.replace_tokens(renewed, holder):
            self._sessions.count("Refreshes")
            return renewed
        return self._after_losing_the_lease(session, answer)

    def _ready_to_refresh(self, session: Session, holder: str) -> SessionTokens:
        """The session's secrets, once it is sure that the renewed ones can be sealed."""
        try:
            tokens = self._sessions.open(session)
            self._sessions.make_ready_to_seal()
        except CheckFailed:
            self._store.release_lease(session.id_hash, holder)
            raise
        return tokens

    def _after_refusal(self, session: Session, refusal: OktaRefused) -> Session:
        """Okta ended the session, unless somebody who took the lease over has used the refresh token meanwhile."""
        current = self._store.find(session.id_hash)
        if current is not None and current.version != session.version:
            return current
        self._store.delete(session.id_hash)
        self._sessions.count("RefreshesRefused")
        raise SessionEnded(refusal)

    def _after_losing_the_lease(self, session: Session, answer: TokenAnswer) -> Session:
        """Somebody was faster, or signed out meanwhile; only then nobody needs what Okta sent."""
        current = self._store.find(session.id_hash)
        if current is None:
            self._revoke(answer.refresh_token)
            raise SessionMissing("the session ended while its token was renewed")
        return current

    def _without_refresh_token(self, session: Session, holder: str) -> Session:
        """Okta gave none (offline_access was not granted): the session lives as long as its first token."""
        if session.token_expires_at <= self._clock():
            self._store.delete(session.id_hash)
            raise SessionMissing("the token expired, and Okta gave no refresh token: is offline_access granted?")
        self._store.release_lease(session.id_hash, holder)
        return session

    def _refresh(self, session: Session, refresh_token: str, holder: str) -> TokenAnswer:
        try:
            return self._okta.refresh(refresh_token)
        except OktaRefused as error:
            if error.error in _SESSION_IS_OVER:
                raise
            self._store.release_lease(session.id_hash, holder)
            raise OktaUnavailable(f"Okta refuses this gateway, not the person: {error}") from None
        except OktaUnavailable:
            self._store.release_lease(session.id_hash, holder)
            raise

    def _renewed_session(
        self, session: Session, tokens: SessionTokens, answer: TokenAnswer, gateway_url: str
    ) -> Session:
        api_token = self._api_tokens.make(answer, self._claims(tokens, answer), gateway_url)
        if api_token.person.subject != session.subject:
            raise TokenMixedUp("the renewed tokens are another person's")
        kept = SessionTokens(
            api_token=api_token.token,
            id_token=answer.id_token or tokens.id_token,
            refresh_token=answer.refresh_token or tokens.refresh_token,
        )
        return session._replace(
            username=api_token.person.username,
            groups=api_token.person.groups,
            sealed=self._sessions.seal(session.id_hash, kept),
            token_expires_at=api_token.expires_at,
        )

    def _claims(self, tokens: SessionTokens, answer: TokenAnswer) -> JsonObject:
        """Those of the refreshed ID token, which keeps iss, sub and aud (OpenID Connect Core, section 12.2).

        Without one, those of the sealed ID token, which was verified before it was sealed. Never those of the row,
        which whoever can write to the store could change.
        """
        if answer.id_token is None:
            return parse(tokens.id_token).payload
        return self._id_tokens.verify_refreshed(answer.id_token, access_token=answer.access_token)

    def _revoke(self, refresh_token: str | None) -> None:
        if refresh_token is None:
            return
        try:
            self._okta.revoke(refresh_token)
        except (OktaUnavailable, OktaRefused) as error:
            _logger.warning("a refresh token that nobody uses any more could not be revoked: %s", error)
