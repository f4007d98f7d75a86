"""A database whose password is changed while a sandbox lives."""

import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pymongo.database import Database

from devkit import document_store as laptop
from okta_gateway.errors import StoreCredentialsRefused
from okta_gateway.store.connection import Document
from okta_gateway.store.current_database import RENEWAL_SECONDS, CurrentDatabase
from okta_gateway.store.m2m_clients import M2MClients
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry


class Clock:
    """A clock that the test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Cluster:
    """A store whose password can be changed, and the URI in the function's secret."""

    def __init__(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._file = file
        self._monkeypatch = monkeypatch
        self._running = ExitStack()
        self._port = 0
        self.uri = ""
        self.secret = ""

    def restart(self, password: str) -> None:
        self.stop()
        self._monkeypatch.setattr(laptop, "PASSWORD", password)
        self.uri = self._running.enter_context(laptop.document_store(self._file, self._port))
        self._port = urlsplit(self.uri).port or 0

    def stop(self) -> None:
        self._running.close()


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path / "store.sqlite", monkeypatch)
    cluster.restart("first-not-for-production")
    cluster.secret = cluster.uri
    yield cluster
    cluster.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def read() -> list[str]:
    """The URIs that were read from the secret."""
    return []


@pytest.fixture
def current(
    cluster: Cluster, clock: Clock, read: list[str], open_database: Callable[[str], Database[Document]]
) -> CurrentDatabase:
    def connected() -> Database[Document]:
        read.append(cluster.secret)
        return open_database(cluster.secret)

    current = CurrentDatabase(connected, clock=clock)
    M2MRegistry(current()).add(M2MRecord("agent", "agent", ("a",)))
    return current


def groups(database: Database[Document]) -> tuple[str, ...] | None:
    return M2MClients(database).groups_of("agent")


def test_the_new_password_is_used_as_soon_as_the_secret_has_it(
    current: CurrentDatabase, cluster: Cluster, clock: Clock
) -> None:
    cluster.restart("second-not-for-production")
    cluster.secret = cluster.uri
    clock.now += RENEWAL_SECONDS
    assert current.ask(groups) == ("a",)


def test_a_secret_that_is_late_is_read_again_but_not_by_every_request(
    current: CurrentDatabase, cluster: Cluster, clock: Clock, read: list[str]
) -> None:
    cluster.restart("second-not-for-production")
    clock.now += RENEWAL_SECONDS
    for _ in range(20):
        with pytest.raises(StoreCredentialsRefused):
            current.ask(groups)
    assert len(read) == 2
    cluster.secret = cluster.uri
    clock.now += RENEWAL_SECONDS
    assert current.ask(groups) == ("a",)
    assert len(read) == 3


def test_nothing_is_read_again_while_the_database_takes_the_password(
    current: CurrentDatabase, cluster: Cluster, clock: Clock, read: list[str]
) -> None:
    cluster.restart("first-not-for-production")
    clock.now += RENEWAL_SECONDS
    assert current.ask(groups) == ("a",)
    assert len(read) == 1


def test_a_clock_that_was_set_back_holds_no_renewal_up(
    current: CurrentDatabase, cluster: Cluster, clock: Clock, read: list[str]
) -> None:
    cluster.restart("second-not-for-production")
    cluster.secret = cluster.uri
    clock.now -= 3600
    assert current.ask(groups) == ("a",)
    assert len(read) == 2


def test_after_close_the_next_question_connects_anew(current: CurrentDatabase, read: list[str]) -> None:
    current.close()
    current.close()
    assert current.ask(groups) == ("a",)
    assert len(read) == 2


def test_by_default_times_are_those_of_the_wall_clock() -> None:
    """Other clocks stand still in a frozen sandbox: after two frozen hours the secret would not be read again yet."""
    assert inspect.signature(CurrentDatabase).parameters["clock"].default is time.time
