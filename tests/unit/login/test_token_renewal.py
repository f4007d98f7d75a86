"""A session's token: handed out while it is good, renewed when it ends, and what Okta's answers do."""

from typing import Any

import pytest

from okta_gateway.errors import KeysUnavailable, OktaGatewayError, StoreUnavailable
from okta_gateway.login.errors import KeyServiceUnavailable, SessionEnded, SessionMissing
from okta_gateway.login.session import SessionTokens
from okta_gateway.login.session_token import (
    RENEW_BEFORE_SECONDS,
    SessionToken,
)
from okta_gateway.okta.errors import OktaRefused, OktaUnavailable
from tests.tokens import ABSENT, ISSUER, NOW, STRANGER_KEY, FakeClock, okta_token, signing_key
from tests.unit.login.renewing import ENDS_SOON, ID_HASH, OLD, Rig, make_rig
from tests.unit.login.signing_in import (
    ACCESS_TOKEN,
    DOWN,
    GATEWAY,
    UID,
    id_token,
    token_answer,
)


@pytest.fixture
def rig(clock: FakeClock) -> Rig:
    return make_rig(clock)


def test_a_live_token_costs_one_lookup_and_asks_nobody(rig: Rig) -> None:
    rig.put(ends_at=NOW + RENEW_BEFORE_SECONDS)
    token = rig.current()
    assert token == SessionToken("the-first-api-token", RENEW_BEFORE_SECONDS)
    assert rig.store.calls == ["find"]
    assert rig.okta.refreshed == []
    assert "the-first" not in repr(token)


@pytest.mark.parametrize("ends_at", [ENDS_SOON, NOW, NOW - 1, NOW - 7200])
def test_a_token_that_ends_is_renewed(rig: Rig, ends_at: int) -> None:
    rig.put(ends_at=ends_at)
    assert rig.current() == SessionToken(ACCESS_TOKEN, 3590)
    assert rig.okta.refreshed == ["the-first-refresh-token"]
    assert rig.tokens() == SessionTokens(ACCESS_TOKEN, id_token(), "the-second-refresh-token")
    assert (rig.row().version, rig.row().token_expires_at) == (2, NOW + 3590)
    rig.assert_free()
    assert rig.current() == SessionToken(ACCESS_TOKEN, 3590)
    assert len(rig.okta.refreshed) == 1


def test_renewal_takes_over_names_and_groups(rig: Rig) -> None:
    access_token = okta_token(sub="ada@new.example.com", groups=["public-mcp-users"])
    rig.okta.answer = token_answer(access_token=access_token)
    rig.current()
    assert (rig.row().username, rig.row().groups) == ("ada@new.example.com", ("public-mcp-users",))
    assert (rig.row().subject, rig.row().created_at, rig.row().expires_at) == (UID, NOW, NOW + 28800)


def test_an_answer_without_a_refresh_token_keeps_the_old_one(rig: Rig) -> None:
    rig.okta.answer = token_answer(refresh_token=None)
    rig.current()
    assert rig.tokens().refresh_token == "the-first-refresh-token"
    assert rig.okta.revoked == []


def test_an_answer_without_an_id_token_keeps_the_old_one(rig: Rig) -> None:
    rig.okta.answer = token_answer(id_token=None)
    rig.current()
    assert rig.tokens() == SessionTokens(ACCESS_TOKEN, OLD.id_token, "the-second-refresh-token")


def test_a_refreshed_id_token_needs_no_nonce(rig: Rig) -> None:
    rig.okta.answer = token_answer(id_token=id_token(nonce=ABSENT))
    assert rig.current().token == ACCESS_TOKEN


OTHERS_TOKEN = okta_token(uid="00uMallory")
MIXED: dict[str, dict[str, Any]] = {
    "another subject": {
        "access_token": OTHERS_TOKEN, "id_token": id_token(sub="00uMallory", access_token=OTHERS_TOKEN)},
    "another subject, no ID token": {"access_token": OTHERS_TOKEN, "id_token": None},
    "ID token of another subject": {"id_token": id_token(sub="00uMallory")},
    "access token of another subject": {
        "access_token": OTHERS_TOKEN, "id_token": id_token(access_token=OTHERS_TOKEN)},
    "another issuer": {"id_token": id_token(iss=f"{ISSUER}2")},
    "another audience": {"id_token": id_token(aud="0oaOther")},
    "a stranger's key": {"id_token": id_token(key=signing_key(STRANGER_KEY))},
    "an access token that the authorizer refuses": {
        "access_token": okta_token(aud="api://other"),
        "id_token": id_token(access_token=okta_token(aud="api://other"))},
}  # fmt: skip


@pytest.mark.parametrize("changes", MIXED.values(), ids=MIXED.keys())
def test_tokens_that_do_not_fit_the_session_end_it(rig: Rig, changes: dict[str, Any]) -> None:
    rig.okta.answer = token_answer(**changes)
    with pytest.raises(SessionMissing) as failure:
        rig.current()
    assert failure.value.status == 401
    assert "eyJ" not in str(failure.value)
    assert rig.store.rows == {}
    assert rig.okta.revoked == ["the-second-refresh-token"]


def test_the_refresh_token_that_stays_is_revoked_with_the_session(rig: Rig) -> None:
    """A web application's refresh tokens are not rotated by default, so Okta's answer has none."""
    rig.okta.answer = token_answer(id_token=id_token(sub="00uMallory"), refresh_token=None)
    with pytest.raises(SessionMissing):
        rig.current()
    assert rig.store.rows == {}
    assert rig.okta.revoked == ["the-first-refresh-token"]


@pytest.mark.parametrize("error", ["invalid_grant", "access_denied"])
def test_a_refresh_that_okta_refuses_ends_the_session(rig: Rig, error: str) -> None:
    rig.okta.answer = OktaRefused(error, "The refresh token is invalid or expired.")
    with pytest.raises(SessionEnded, match=error):
        rig.current()
    assert rig.store.rows == {}
    with pytest.raises(SessionMissing):
        rig.current()
    assert len(rig.okta.refreshed) == 1


@pytest.mark.parametrize(
    "error", ["invalid_client", "unauthorized_client", "invalid_request", "invalid_scope", "other"]
)
def test_a_refusal_of_the_gateway_is_not_the_persons_fault(rig: Rig, error: str) -> None:
    rig.okta.answer = OktaRefused(error)
    with pytest.raises(OktaUnavailable, match=error):
        rig.current()
    assert rig.tokens() == OLD
    rig.assert_free()


def test_while_okta_is_down_the_session_is_kept(rig: Rig) -> None:
    rig.okta.answer = OktaUnavailable("answered 500")
    for _ in range(2):
        with pytest.raises(OktaUnavailable) as failure:
            rig.current()
        assert failure.value.status == 503
        rig.assert_free()
    rig.okta.answer = token_answer()
    assert rig.current().token == ACCESS_TOKEN
    assert rig.okta.refreshed == ["the-first-refresh-token"] * 3


def test_keys_that_are_away_after_a_refresh_do_not_lose_the_rotated_token(rig: Rig) -> None:
    rig.keys.append(KeysUnavailable("Okta's key set does not answer"))
    with pytest.raises(KeysUnavailable):
        rig.current()
    assert rig.tokens() == OLD._replace(refresh_token="the-second-refresh-token")
    assert rig.row().version == 2
    assert rig.okta.revoked == []
    rig.assert_free()
    rig.keys.clear()
    assert rig.current().token == ACCESS_TOKEN
    assert rig.okta.refreshed == ["the-first-refresh-token", "the-second-refresh-token"]


def test_keys_that_are_away_do_not_lose_a_token_that_is_not_rotated(rig: Rig) -> None:
    rig.keys.append(KeysUnavailable("Okta's key set does not answer"))
    rig.okta.answer = token_answer(refresh_token=None)
    with pytest.raises(KeysUnavailable):
        rig.current()
    assert rig.tokens() == OLD


def test_nothing_is_rotated_that_could_not_be_sealed(rig: Rig) -> None:
    def seal(plaintext: bytes, associated: bytes) -> bytes:
        raise KeyServiceUnavailable("KMS does not answer")

    rig.sealer.seal = seal  # type: ignore[method-assign]
    with pytest.raises(KeyServiceUnavailable):
        rig.current()
    assert rig.okta.refreshed == []
    assert rig.tokens() == OLD


@pytest.mark.parametrize("operation", ["seal", "open"])
def test_a_failing_seal_does_not_keep_the_lease(rig: Rig, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(one: bytes, other: bytes) -> bytes:
        raise KeyServiceUnavailable("KMS does not answer")

    monkeypatch.setattr(rig.sealer, operation, away)
    with pytest.raises(KeyServiceUnavailable):
        rig.current()
    rig.assert_free()


def test_a_broken_seal_ends_the_session_without_asking_okta(rig: Rig) -> None:
    rig.store.rows[ID_HASH] = rig.row()._replace(sealed=b"changed")
    with pytest.raises(SessionMissing, match="seal_broken"):
        rig.current()
    assert rig.store.rows == {}
    assert rig.okta.refreshed == []


def test_without_a_refresh_token_the_session_lives_as_long_as_its_token(rig: Rig) -> None:
    rig.put(ends_at=ENDS_SOON, refresh_token=None)
    assert rig.current() == SessionToken("the-first-api-token", RENEW_BEFORE_SECONDS - 1)
    rig.assert_free()
    rig.clock.advance(RENEW_BEFORE_SECONDS - 1)
    with pytest.raises(SessionMissing, match="offline_access"):
        rig.current()
    assert rig.store.rows == {}
    assert rig.okta.refreshed == []


@pytest.mark.parametrize("session_id", [None, "", "another-id"])
def test_without_a_session_there_is_no_token(rig: Rig, session_id: str | None) -> None:
    with pytest.raises(SessionMissing):
        rig.renewal.current(session_id, GATEWAY.url)
    assert rig.okta.refreshed == []


@pytest.mark.parametrize("failure", [OktaUnavailable("429"), OktaRefused("invalid_client")])
def test_a_revocation_that_fails_changes_nothing_but_the_log(
    rig: Rig, failure: OktaGatewayError, caplog: pytest.LogCaptureFixture
) -> None:
    rig.okta.during = rig.store.rows.clear
    rig.okta.revocation = failure
    with pytest.raises(SessionMissing):
        rig.current()
    assert failure.code in caplog.text
    assert "refresh-token" not in caplog.text


def test_while_the_store_is_down_nothing_is_rotated(rig: Rig) -> None:
    rig.store.broken = DOWN
    with pytest.raises(StoreUnavailable):
        rig.current()
    assert rig.okta.refreshed == []
