"""The document store is down, does not answer, or is restarted, while requests come in.

The gateway is the local one, with four sandboxes of the authorizer, each a process under AWS's runtime client, as many
as the load has threads: on Lambda, too, a request that waits for the store keeps no other one waiting. For 60 s a
sandbox goes by what it has looked up; each test lets that time pass, so that the fault is seen. One rig serves all:
each test begins with the sandboxes that came through the faults before.
"""

from collections.abc import Iterator

import pytest

from tests.integration.faults.load import Load
from tests.integration.faults.store_rig import (
    USUAL,
    WITHOUT_STORE,
    StoreRig,
    check_all,
    running,
    told,
    until_all_are_told,
)

LAMBDA_SECONDS = 10
"""How long the authorizer may take (template.yaml)."""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreRig]:
    with running(tmp_path_factory.mktemp("store")) as rig:
        yield rig


def recover(rig: StoreRig, load: Load) -> None:
    """What follows after a fault: all is as before, for every request, also without what was remembered."""
    until_all_are_told(load, USUAL)
    rig.forget_lookups()
    assert told(until_all_are_told(load, USUAL)) == USUAL


def test_while_the_store_is_down_machines_get_500_and_users_notice_nothing(rig: StoreRig) -> None:
    """A machine without groups in its token is told 500 (`store_unavailable` in the log): never 403, which would say
    that it may not, and which the gateway would keep. Nobody is let in who was not before. Once the store is back, the
    same sandboxes let machines in again.
    """
    with rig.under_load() as load:
        until_all_are_told(load, USUAL)
        rig.codes()
        rig.wire.close()
        rig.forget_lookups()
        until_all_are_told(load, WITHOUT_STORE)
        codes = rig.codes().keys()
        assert "store_unavailable" in codes
        assert codes <= {"none", "store_unavailable", "client_not_registered", "signature_invalid", "token_expired"}
        rig.wire.open()
        recover(rig, load)
    check_all(load)


def test_a_store_that_does_not_answer_costs_a_machine_five_seconds_and_users_nothing(rig: StoreRig) -> None:
    """A machine is told 500 (`store_unavailable`) after 3 s for the answer and 2 s for a second try, well before Lambda
    would end the sandbox. Users notice nothing: other sandboxes answer them. Once the store answers again, the same
    sandboxes let machines in.
    """
    with rig.under_load() as load:
        until_all_are_told(load, USUAL)
        rig.wire.seconds = 600
        rig.forget_lookups()
        until_all_are_told(load, WITHOUT_STORE)
        rig.wire.seconds = 0
        recover(rig, load)
    check_all(load)
    assert max(answer.answered_at - answer.asked_at for answer in load.answers()) < LAMBDA_SECONDS


def test_a_restarted_store_is_found_again_by_the_sandboxes_that_lost_it(rig: StoreRig) -> None:
    """The store is killed: all connections are cut. A machine is told 500 (`store_unavailable`) until the store listens
    again; then it has the groups that it had.
    """
    with rig.under_load() as load:
        until_all_are_told(load, USUAL)
        rig.store.kill()
        rig.forget_lookups()
        until_all_are_told(load, WITHOUT_STORE)
        rig.store.start()
        recover(rig, load)
    check_all(load)
