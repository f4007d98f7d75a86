"""Okta rotates its keys: as it announces it, without a word before, and again before anybody may look."""

from tests.integration.faults.rig import Rig
from tests.integration.faults.rig_okta import Okta, publishes
from tests.tokens import OKTA_NEXT_KEY, key_set, signing_key

QUIET_SECONDS = 60
"""For so long after it looked for an unknown key, a sandbox does not look again (docs/adr/0002-key-cache.md)."""


def _rotate(okta: Okta, active: str, following: str) -> None:
    """What Okta does (its guide "Key rotation"): NEXT becomes ACTIVE, ACTIVE becomes EXPIRED, and another NEXT appears.

    Its key set lists these three for a while, and no more.
    """
    okta.script = publishes(key_set(*map(signing_key, (okta.signs_with, active, following))))
    okta.signs_with = active


def test_a_rotation_to_the_announced_key_is_noticed_by_nobody(rig: Rig) -> None:
    """Okta publishes the next key ahead, so the sandbox has it already: nobody waits, and Okta is not even asked."""
    with rig.under_load() as load:
        load.until_let_in()
        load.begin_fault()
        _rotate(rig.okta, OKTA_NEXT_KEY, "third")
        load.until_let_in(times=3)
        load.end_fault()
    load.check()
    assert rig.okta.fetches == 1


def test_two_quick_rotations_cost_one_fetch_and_nobody_is_refused(rig: Rig) -> None:
    """The key of the second rotation is unknown: the first caller who brings it lets the sandbox fetch, once.

    A third rotation in the same minute is met by that fetch already, which brought the next key too.
    """
    with rig.under_load() as load:
        load.until_let_in()
        load.begin_fault()
        _rotate(rig.okta, OKTA_NEXT_KEY, "third")
        load.until_let_in()
        _rotate(rig.okta, "third", "fourth")
        load.until_let_in(times=2)
        assert rig.okta.fetches == 2
        _rotate(rig.okta, "fourth", "fifth")
        load.until_let_in(times=2)
        load.end_fault()
        load.until_let_in()
    load.check()
    assert rig.okta.fetches == 2


def test_a_new_key_within_a_minute_of_a_search_is_refused_until_the_minute_is_over(rig: Rig) -> None:
    """Who shows a token of a key that was never announced, right after a search for another one, is told 401.

    The gateway keeps no 401. The same token is let in as soon as 60 s have passed since that search. Until then
    tokens of the keys that the sandbox knows are let in, and Okta is not asked at all.
    """
    with rig.under_load() as load:
        load.until_let_in()
        assert rig.status_of(rig.okta.unknown_key().make()) == 401
        assert rig.okta.fetches == 2
        load.begin_fault()
        known = rig.okta.user()
        _rotate(rig.okta, "unannounced", "announced")
        early = rig.okta.user()
        load.until_told(401, times=3)
        assert rig.codes()["no_matching_key"] > 0
        assert (rig.status_of(known), rig.status_of(early)) == (200, 401)
        assert rig.okta.fetches == 2
        rig.world.pass_by(QUIET_SECONDS)
        load.end_fault()
        load.until_let_in(times=2)
        assert rig.status_of(early) == 200
    load.check(meanwhile={401})
    assert rig.okta.fetches == 3


def test_strangers_with_unknown_keys_delay_a_new_key_by_a_minute_at_most(rig: Rig) -> None:
    """Tokens of made-up keys, without end, leave Okta at one fetch a minute; each of these fetches finds a new key.

    So a token of a key that was never announced gets 401 for 60 s at most, whoever tries to keep the sandbox busy.
    """
    with rig.under_load(rig.okta.unknown_key()) as load:
        load.until_let_in()
        load.begin_fault()
        _rotate(rig.okta, "unannounced", "announced")
        load.until_told(401)
        rig.world.pass_by(QUIET_SECONDS)
        load.end_fault()
        load.until_let_in(times=2)
        before = rig.okta.fetches
        for _ in range(3):
            rig.world.pass_by(QUIET_SECONDS)
            load.until_let_in()
        assert rig.okta.fetches == before + 3
    load.check(meanwhile={401})


def test_a_withdrawn_key_lets_nobody_in_once_the_keys_are_fetched_again(rig: Rig) -> None:
    """Tokens of a key that Okta withdrew pass until the key set's max-age is over, 1 h at most; then they get 401."""
    rig.okta.script = publishes(key_set(), max_age=300)
    with rig.under_load() as load:
        load.until_let_in()
        with load.held():
            of_the_old_key = rig.okta.user()
            assert rig.status_of(of_the_old_key) == 200
            rig.okta.script = publishes(key_set(signing_key(OKTA_NEXT_KEY)))
            rig.okta.signs_with = OKTA_NEXT_KEY
            rig.world.pass_by(300)
        load.until_let_in(times=2)
        assert rig.status_of(of_the_old_key) == 401
    load.check()
