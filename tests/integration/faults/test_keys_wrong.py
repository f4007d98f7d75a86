"""The key set's address answers at once, with status 200, and not with the keys that Okta signs with."""

import pytest

from tests.integration.faults.rig import Rig
from tests.integration.faults.rig_okta import publishes
from tests.integration.key_fetch.scripted_server import Script, answer
from tests.tokens import OKTA_KEY, OKTA_NEXT_KEY, key_set, signing_key

NO_KEYS: dict[str, Script] = {
    "HTML": answer(b"<!DOCTYPE html><h1>Scheduled maintenance</h1>", "Content-Type: text/html"),
    "an empty set": publishes(b'{"keys":[]}'),
    "no JSON": publishes(key_set()[:-9]),
    "keys for encryption": publishes(key_set(*(signing_key(kid).jwk(use="enc") for kid in (OKTA_KEY, OKTA_NEXT_KEY)))),
}


@pytest.mark.parametrize("wrong", NO_KEYS.values(), ids=NO_KEYS.keys())
def test_what_is_no_key_set_never_replaces_good_keys(rig: Rig, wrong: Script) -> None:
    """It counts as an outage: callers notice nothing for six hours, and Okta is asked once a minute."""
    rig.okta.script = publishes(key_set(), max_age=300)
    with rig.under_load() as load:
        load.until_let_in()
        load.begin_fault()
        rig.okta.script = wrong
        rig.world.pass_by(300)
        load.until_let_in(times=3)
        assert rig.okta.fetches == 2
        rig.okta.script = publishes(key_set())
        rig.world.pass_by(60)
        load.end_fault()
        load.until_let_in(times=2)
        assert rig.okta.fetches == 3
    load.check()


@pytest.mark.parametrize("kind", ["HTML", "keys for encryption"])
def test_what_is_no_key_set_at_a_cold_start_is_500_for_everybody(rig: Rig, kind: str) -> None:
    """As during an outage: 500 and never 401, and at most 13 s after the keys are right everybody is let in."""
    rig.okta.script = NO_KEYS[kind]
    with rig.under_load() as load:
        load.begin_fault()
        load.until_told(500, times=3)
        assert rig.codes().keys() == {"keys_unavailable", "token_malformed"}
        rig.okta.script = publishes(key_set())
        rig.world.pass_by(13)
        load.end_fault()
        load.until_let_in(times=2)
    load.check(meanwhile={500})


def test_the_keys_of_another_server_are_401_until_a_minute_after_they_are_right(rig: Rig) -> None:
    """A key set that is valid and not Okta's makes every key unknown: 401, `no_matching_key` in the log.

    Every unknown key is looked for once a minute, so callers are let in at most 60 s after the right keys are back.
    """
    rig.okta.script = publishes(key_set(), max_age=300)
    with rig.under_load() as load:
        load.until_let_in()
        load.begin_fault()
        rig.okta.script = publishes(key_set(signing_key("of another server")))
        rig.world.pass_by(300)
        load.until_told(401, times=3)
        rig.okta.script = publishes(key_set())
        rig.world.pass_by(60)
        load.end_fault()
        load.until_let_in(times=2)
    load.check(meanwhile={401})


def test_another_key_under_the_same_kid_is_401_until_the_keys_are_fetched_again(rig: Rig) -> None:
    """The published key counts: genuine tokens are told 401, `signature_invalid` in the log, forged ones too.

    A wrong signature lets nobody make the sandbox fetch, or every forger could. So it lasts until the key set is to
    be fetched again: after its max-age, 5 minutes at least and 1 h at most.
    """
    rig.okta.script = publishes(key_set(), max_age=300)
    with rig.under_load() as load:
        load.until_let_in()
        load.begin_fault()
        rig.okta.script = publishes(key_set(signing_key("another").jwk(kid=OKTA_KEY)), max_age=300)
        rig.world.pass_by(300)
        load.until_told(401, times=3)
        assert rig.codes()["signature_invalid"] > 0
        rig.okta.script = publishes(key_set(), max_age=300)
        load.until_told(401, times=2)
        assert rig.okta.fetches == 2
        rig.world.pass_by(300)
        load.end_fault()
        load.until_let_in(times=2)
        assert rig.okta.fetches == 3
    load.check(meanwhile={401})
