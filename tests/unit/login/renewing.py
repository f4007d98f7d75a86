"""One session, whose token ends soon, and all that takes part in its renewal."""

from collections.abc import Callable
from typing import Any, NamedTuple

from okta_gateway.errors import OktaGatewayError
from okta_gateway.login.cookies import digest
from okta_gateway.login.session import BrowserSessions, SessionTokens
from okta_gateway.login.session_token import (
    LEASE_SECONDS,
    RENEW_BEFORE_SECONDS,
    SessionToken,
    TokenRenewal,
)
from okta_gateway.store.sessions import Session
from okta_gateway.tokens.jwks import parse_key_set
from tests.tokens import NOW, FakeClock, key_set
from tests.unit.login.signing_in import (
    GATEWAY,
    SESSION_ID,
    ScriptedOkta,
    SessionsInMemory,
    TransparentSealer,
    api_token,
    id_token,
    id_tokens,
    okta_api_tokens,
)

ID_HASH = digest(SESSION_ID)
OLD = SessionTokens("the-first-api-token", id_token(jti="ID.the-first"), "the-first-refresh-token")
ENDS_SOON = NOW + RENEW_BEFORE_SECONDS - 1


class Rig(NamedTuple):
    """One session and all that takes part in its renewal."""

    clock: FakeClock
    store: SessionsInMemory
    sealer: TransparentSealer
    okta: ScriptedOkta
    sessions: BrowserSessions
    renewal: TokenRenewal
    keys: list[OktaGatewayError]
    """An error in here is what the key cache raises."""
    meanwhile: list[Callable[[], object]]
    """What others do, one after the other, each time a request sleeps."""

    def current(self) -> SessionToken:
        return self.renewal.current(SESSION_ID, GATEWAY.url)

    def row(self) -> Session:
        return self.store.rows[ID_HASH]

    def tokens(self) -> SessionTokens:
        return self.sessions.open(self.row())

    def put(self, *, ends_at: float, refresh_token: str | None = OLD.refresh_token) -> None:
        """The session has tokens until then."""
        sealed = self.sessions.seal(ID_HASH, OLD._replace(refresh_token=refresh_token))
        self.store.rows[ID_HASH] = self.row()._replace(token_expires_at=float(ends_at), sealed=sealed)

    def somebody_renews(self) -> None:
        """Another request has come to its end: new tokens, a higher version, no lease."""
        tokens = SessionTokens("the-winners-api-token", "the-winners-id-token", "the-winners-refresh-token")
        self.store.rows[ID_HASH] = self.row()._replace(
            sealed=self.sessions.seal(ID_HASH, tokens), token_expires_at=NOW + 3600.0, version=self.row().version + 1
        )
        self.store.leases.clear()

    def somebody_has_the_lease(self, seconds: float = LEASE_SECONDS) -> None:
        self.store.leases[ID_HASH] = ("somebody", self.clock() + seconds)

    def assert_free(self) -> None:
        """Nobody has to wait for a lease that stands for nothing any more."""
        assert self.store.lease_holder(ID_HASH) is None


def make_rig(clock: FakeClock) -> Rig:
    store, sealer, okta = SessionsInMemory(clock), TransparentSealer(), ScriptedOkta()
    sessions = BrowserSessions(
        store, sealer, max_seconds=28800, idle_seconds=3600, clock=clock, new_id=lambda: SESSION_ID
    )
    sessions.begin(api_token(), OLD.id_token, OLD.refresh_token)
    keys: list[OktaGatewayError] = []
    meanwhile: list[Callable[[], object]] = []

    def key(kid: str) -> Any:
        if keys:
            raise keys[0]
        return parse_key_set(key_set()).get(kid)

    def sleep(seconds: float) -> None:
        clock.advance(seconds)
        if meanwhile:
            meanwhile.pop(0)()

    renewal = TokenRenewal(
        sessions, store, okta, id_tokens(clock, key), okta_api_tokens(clock), clock=clock, sleep=sleep
    )
    rig = Rig(clock, store, sealer, okta, sessions, renewal, keys, meanwhile)
    rig.put(ends_at=ENDS_SOON)
    store.calls.clear()
    return rig
