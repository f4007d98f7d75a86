"""A sandbox stands still for hours, as Lambda freezes it between two invocations, and goes on in a changed world.

The process really stops (SIGSTOP) and its wall clock has moved when it goes on (SIGCONT); what it was connected to is
gone. Nothing in it ran meanwhile: no timer, no thread.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pymongo
import pytest

from devkit.document_store import document_store
from okta_gateway.store.connection import Document
from okta_gateway.store.m2m_clients import COLLECTION
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry
from tests.integration.faults.load import PATIENCE_SECONDS, Load, wait_until
from tests.integration.faults.rig import Rig, running
from tests.integration.faults.rig_network import network
from tests.integration.faults.rig_okta import DOWN, publishes
from tests.integration.key_fetch.scripted_server import Conversation, in_turn
from tests.tokens import ABSENT, MACHINE_CLIENT_ID, OKTA_NEXT_KEY, key_set, signing_key

HOUR = 3600
DATABASE = "frozen"


def _freeze(rig: Rig, load: Load, seconds: float) -> None:
    with load.held(), rig.frozen_sandbox():
        rig.world.pass_by(seconds)


def test_after_two_hours_the_keys_are_fetched_again_and_nobody_notices(rig: Rig) -> None:
    """The first caller waits for one fetch; everybody is let in, and Okta is asked once for all of them."""
    with rig.under_load() as load:
        load.until_let_in()
        _freeze(rig, load, 2 * HOUR)
        load.until_let_in(times=3)
    load.check()
    assert rig.okta.fetches == 2


def test_after_two_hours_a_remembered_token_is_refused_for_it_has_expired(rig: Rig) -> None:
    """A token that was let in before is told 401 by the first request afterwards: no decision outlives its token."""
    with rig.under_load() as load:
        load.until_let_in()
        before = rig.okta.user()
        assert [rig.status_of(before) for _ in range(2)] == [200, 200]
        _freeze(rig, load, 2 * HOUR)
        assert rig.status_of(before) == 401
        load.until_let_in()
        assert rig.codes()["token_expired"] > 0
    load.check()


def test_after_two_hours_in_which_okta_rotated_withdrawn_keys_let_nobody_in(rig: Rig) -> None:
    """The keys of before are too old to be trusted unasked, so the first request already goes by those of today."""
    with rig.under_load() as load:
        load.until_let_in()
        with load.held(), rig.frozen_sandbox():
            rig.world.pass_by(2 * HOUR)
            withdrawn = rig.okta.user()
            rig.okta.script = publishes(key_set(signing_key(OKTA_NEXT_KEY)))
            rig.okta.signs_with = OKTA_NEXT_KEY
        assert rig.status_of(withdrawn) == 401
        load.until_let_in(times=2)
    load.check()


def test_after_two_hours_without_okta_the_keys_of_before_serve(rig: Rig) -> None:
    """Okta is down when the sandbox goes on: callers notice nothing, since six hours are not over."""
    with rig.under_load() as load:
        load.until_let_in()
        load.begin_fault()
        rig.okta.script = DOWN["hangs up"]
        _freeze(rig, load, 2 * HOUR)
        load.until_let_in(times=2)
        rig.okta.script = publishes(key_set())
        rig.world.pass_by(60)
        load.end_fault()
        load.until_let_in()
    load.check()
    assert rig.okta.fetches == 3


@pytest.mark.parametrize(
    ("seconds", "told_500"), [pytest.param(2 * HOUR, 0, id="two hours"), pytest.param(30, 1, id="half a minute")]
)
def test_a_first_fetch_that_the_freeze_broke_off_costs_one_caller_an_answer_at_most(
    rig: Rig, seconds: float, told_500: int
) -> None:
    """After a long freeze the fetch of the cold start is not waited for: another one is begun, and nobody notices.

    After a short one it is, since it may well have its answer: one caller is told 500, and the next one is let in.
    """
    broken_off = threading.Event()

    def hangs_up_when_told(_: Conversation) -> None:
        broken_off.wait(PATIENCE_SECONDS)

    rig.okta.script = in_turn([hangs_up_when_told, publishes(key_set())])
    rig.start_sandbox()
    wait_until(lambda: rig.okta.fetches == 1)
    with rig.frozen_sandbox():
        broken_off.set()
        rig.world.pass_by(seconds)
    with rig.under_load() as load:
        load.begin_fault()
        load.until_let_in()
        load.end_fault()
        load.until_let_in()
    load.check(meanwhile={500} if told_500 else ())
    assert rig.codes()["keys_unavailable"] == told_500
    assert rig.okta.fetches == 2


class Store:
    """A document store that knows the machine client, and the network on the way to it."""

    def __init__(self, path: Path, parts: ExitStack) -> None:
        self._path = path
        self._restartable = parts.enter_context(ExitStack())
        self._own_uri = self._restartable.enter_context(document_store(path))
        self._port = int(self._own_uri.partition("/?")[0].rpartition(":")[2])
        self.network = parts.enter_context(network(self._port))
        self.settings = {
            "DOCUMENTDB_URI": self._own_uri.replace(f":{self._port}/", f":{self.network.port}/"),
            "DOCUMENTDB_DATABASE": DATABASE,
        }
        with pymongo.MongoClient[Document](self._own_uri) as client:
            M2MRegistry(client[DATABASE]).add(M2MRecord(MACHINE_CLIENT_ID, "an agent", ("registry-admins",)))

    def restart(self) -> None:
        """End every connection and listen again."""
        self._restartable.close()
        self._restartable.enter_context(document_store(self._path, self._port))

    def forget_machine(self) -> None:
        """What an administrator does who takes the machine its rights."""
        with pymongo.MongoClient[Document](self._own_uri) as client:
            client[DATABASE][COLLECTION].delete_many({})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with ExitStack() as parts:
        yield Store(tmp_path / "store.sqlite", parts)


@pytest.fixture
def rig_with_store(tmp_path: Path, backend_url: str, store: Store) -> Iterator[Rig]:
    """Machines have their groups from the store alone."""
    with running(tmp_path, backend_url, **store.settings) as rig:
        rig.okta.machine_groups = ABSENT
        yield rig


@pytest.mark.parametrize("silently", [False, True], ids=["closed", "forgotten by the network"])
def test_after_two_hours_the_dead_connections_to_the_store_are_replaced_within_the_request(
    rig_with_store: Rig, store: Store, silently: bool
) -> None:
    """Machines, whose groups only the store knows, are let in by the first request on: the store is asked anew.

    The driver finds its sockets closed and connects again. Where the network forgot them without a word, one caller
    waits until the driver gives them up, 3 s at most, and is let in too.
    """
    rig = rig_with_store
    with rig.under_load() as load:
        load.until_let_in()
        with load.held(), rig.frozen_sandbox():
            if silently:
                store.network.forget()
            else:
                store.restart()
            rig.world.pass_by(2 * HOUR)
        load.until_let_in(times=3)
    load.check()


def test_after_two_hours_a_machine_that_was_removed_is_refused_by_the_first_request(
    rig_with_store: Rig, store: Store
) -> None:
    """It is told 403: what the store said before the freeze counts for 60 s and no longer."""
    rig = rig_with_store
    rig.start_sandbox()
    before = rig.okta.machine()
    assert [rig.status_of(before) for _ in range(2)] == [200, 200]
    with rig.frozen_sandbox():
        store.forget_machine()
        rig.world.pass_by(2 * HOUR)
    assert rig.status_of(rig.okta.machine()) == 403
    assert rig.status_of(before) == 401
