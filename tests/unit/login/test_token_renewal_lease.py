"""One renewal at a time: who waits, who wins, who loses the lease, and what each of them may do."""

import pytest

from okta_gateway.login.errors import SessionMissing
from okta_gateway.login.session_token import (
    LEASE_SECONDS,
    POLL_SECONDS,
    WAIT_SECONDS,
)
from okta_gateway.okta.errors import OktaRefused, OktaUnavailable
from tests.tokens import NOW, FakeClock
from tests.unit.login.renewing import ENDS_SOON, ID_HASH, OLD, Rig, make_rig
from tests.unit.login.signing_in import (
    ACCESS_TOKEN,
)


@pytest.fixture
def rig(clock: FakeClock) -> Rig:
    return make_rig(clock)


def test_who_finds_the_lease_taken_waits_and_uses_the_winners_token(rig: Rig) -> None:
    rig.somebody_has_the_lease()
    rig.meanwhile.extend([lambda: None, lambda: None, rig.somebody_renews])
    started = rig.clock()
    token = rig.current()
    assert token.token == "the-winners-api-token"
    assert token.expires_in == 3599
    assert rig.okta.refreshed == []
    assert rig.clock() == pytest.approx(started + 3 * POLL_SECONDS)
    rig.assert_free()


def test_who_gets_the_lease_just_after_a_renewal_uses_its_token(rig: Rig) -> None:
    """Between reading the session and taking the lease another request came to its end."""
    take_lease = rig.store.take_lease

    def late(id_hash: str, holder: str, seconds: float) -> bool:
        rig.somebody_renews()
        return take_lease(id_hash, holder, seconds)

    rig.store.take_lease = late  # type: ignore[method-assign]
    assert rig.current().token == "the-winners-api-token"
    assert rig.okta.refreshed == []
    rig.assert_free()


def test_a_lease_that_ran_out_is_taken_over(rig: Rig) -> None:
    """Whoever had it has died: with the rotated token lost, Okta still accepts the old one for a while."""
    rig.somebody_has_the_lease(seconds=WAIT_SECONDS / 2)
    assert rig.current().token == ACCESS_TOKEN
    assert rig.okta.refreshed == ["the-first-refresh-token"]
    assert rig.clock() - NOW == pytest.approx(WAIT_SECONDS / 2, abs=2 * POLL_SECONDS)


def test_who_waits_in_vain_is_told_to_come_again_and_the_session_is_kept(rig: Rig) -> None:
    rig.meanwhile.extend([rig.somebody_has_the_lease] * 1000)
    rig.somebody_has_the_lease()
    with pytest.raises(OktaUnavailable) as failure:
        rig.current()
    assert failure.value.status == 503
    assert rig.clock() - NOW == pytest.approx(WAIT_SECONDS, abs=2 * POLL_SECONDS)
    assert rig.tokens() == OLD
    assert rig.okta.refreshed == []


def test_who_waits_sees_that_the_session_ended(rig: Rig) -> None:
    rig.somebody_has_the_lease()
    rig.meanwhile.append(rig.store.rows.clear)
    with pytest.raises(SessionMissing):
        rig.current()
    assert rig.okta.refreshed == []


def lose_the_lease(rig: Rig) -> None:
    rig.clock.advance(LEASE_SECONDS + 1)
    rig.somebody_has_the_lease()


def test_who_loses_the_lease_uses_the_winners_token_and_revokes_nothing(rig: Rig) -> None:
    def others() -> None:
        lose_the_lease(rig)
        rig.somebody_renews()

    rig.okta.during = others
    assert rig.current().token == "the-winners-api-token"
    assert rig.tokens().refresh_token == "the-winners-refresh-token"
    assert rig.okta.revoked == []


def test_who_loses_the_lease_before_the_winner_is_done_uses_what_is_there(rig: Rig) -> None:
    rig.okta.during = lambda: lose_the_lease(rig)
    token = rig.current()
    assert token.token == "the-first-api-token"
    assert token.expires_in == ENDS_SOON - rig.clock()
    assert rig.store.lease_holder(ID_HASH) == "somebody"
    assert rig.okta.revoked == []


def test_who_loses_the_lease_and_has_no_live_token_is_told_to_come_again(rig: Rig) -> None:
    rig.put(ends_at=NOW)
    rig.okta.during = lambda: lose_the_lease(rig)
    with pytest.raises(OktaUnavailable):
        rig.current()
    assert rig.store.lease_holder(ID_HASH) == "somebody"
    assert rig.tokens() == OLD


def test_a_refusal_that_comes_too_late_does_not_end_the_session_that_the_winner_renewed(rig: Rig) -> None:
    """The winner used the refresh token first: that Okta refuses it to the loser says nothing about the session."""

    def others() -> None:
        lose_the_lease(rig)
        rig.somebody_renews()

    rig.okta.during = others
    rig.okta.answer = OktaRefused("invalid_grant", "The refresh token is invalid or expired.")
    assert rig.current().token == "the-winners-api-token"
    assert rig.tokens().refresh_token == "the-winners-refresh-token"


def test_a_sign_out_during_the_renewal_stays_a_sign_out(rig: Rig) -> None:
    rig.okta.during = rig.store.rows.clear
    with pytest.raises(SessionMissing, match="ended while"):
        rig.current()
    assert rig.store.rows == {}
    assert rig.okta.revoked == ["the-second-refresh-token"]


def test_a_lease_is_shorter_than_oktas_leeway_for_rotated_tokens() -> None:
    """Okta accepts a rotated refresh token again for 30 s by default ("Refresh access tokens and rotate ...")."""
    assert 13 < LEASE_SECONDS < 30
