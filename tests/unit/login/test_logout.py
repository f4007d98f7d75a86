"""Signing out: the session ends whatever Okta says, and the rest is a form for the browser."""

import pytest

from okta_gateway.errors import StoreUnavailable
from okta_gateway.login.logout import Logout
from okta_gateway.login.session import BrowserSessions
from okta_gateway.okta.errors import OktaRefused, OktaUnavailable
from tests.tokens import FakeClock
from tests.unit.login.signing_in import (
    DOWN,
    GATEWAY,
    SERVER,
    ScriptedOkta,
    SessionsInMemory,
    TransparentSealer,
    api_token,
)


@pytest.fixture
def store(clock: FakeClock) -> SessionsInMemory:
    return SessionsInMemory(clock)


@pytest.fixture
def sessions(store: SessionsInMemory, clock: FakeClock) -> BrowserSessions:
    return BrowserSessions(store, TransparentSealer(), max_seconds=28800, idle_seconds=3600, clock=clock)


def test_the_session_ends_its_refresh_token_is_revoked_and_okta_gets_a_form(
    sessions: BrowserSessions, store: SessionsInMemory
) -> None:
    okta = ScriptedOkta()
    session_id = sessions.begin(api_token(), "the-id-token", "the-refresh-token")
    form = Logout(SERVER, sessions, okta).end(session_id, GATEWAY)
    assert form is not None
    assert form.action == f"{SERVER.issuer}/v1/logout"
    assert form.fields.keys() == {"id_token_hint", "post_logout_redirect_uri", "state"}
    assert form.fields["id_token_hint"] == "the-id-token"
    assert form.fields["post_logout_redirect_uri"] == "https://gateway.example.com/prod/oauth2/"
    assert len(form.fields["state"]) == 43
    assert okta.revoked == ["the-refresh-token"]
    assert store.rows == {}
    assert "the-id-token" not in repr(form)


@pytest.mark.parametrize("failure", [OktaUnavailable("answered 500"), OktaRefused("invalid_client")])
def test_a_revocation_that_fails_does_not_keep_anybody_signed_in(
    sessions: BrowserSessions, store: SessionsInMemory, failure: OktaUnavailable, caplog: pytest.LogCaptureFixture
) -> None:
    okta = ScriptedOkta()
    okta.revocation = failure
    session_id = sessions.begin(api_token(), "the-id-token", "the-refresh-token")
    assert Logout(SERVER, sessions, okta).end(session_id, GATEWAY)
    assert store.rows == {}
    assert failure.code in caplog.text
    assert "the-refresh-token" not in caplog.text
    assert session_id not in caplog.text


def test_without_a_refresh_token_nothing_is_revoked(sessions: BrowserSessions) -> None:
    okta = ScriptedOkta()
    assert Logout(SERVER, sessions, okta).end(sessions.begin(api_token(), "the-id-token", None), GATEWAY)
    assert okta.revoked == []


@pytest.mark.parametrize("session_id", [None, "", "unknown"])
def test_without_a_session_there_is_nothing_to_do(sessions: BrowserSessions, session_id: str | None) -> None:
    okta = ScriptedOkta()
    assert Logout(SERVER, sessions, okta).end(session_id, GATEWAY) is None
    assert okta.revoked == []


def test_while_the_store_is_down_nothing_ends_and_nothing_is_revoked(
    sessions: BrowserSessions, store: SessionsInMemory
) -> None:
    okta = ScriptedOkta()
    session_id = sessions.begin(api_token(), "the-id-token", "the-refresh-token")
    store.broken = DOWN
    with pytest.raises(StoreUnavailable):
        Logout(SERVER, sessions, okta).end(session_id, GATEWAY)
    assert okta.revoked == []
