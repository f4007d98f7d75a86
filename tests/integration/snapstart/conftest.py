"""What changes between a snapshot and its restoration: the time, Okta, the store and the secret with its address."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pymongo
import pytest
from pymongo.database import Database

from devkit import document_store as laptop
from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from okta_gateway.store.access_rules import AccessRuleCollections
from okta_gateway.store.connection import Document
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry
from tests.integration.authorizer.invocation import AGENT, Okta
from tests.integration.snapstart.secret import Secret, served_secret
from tests.integration.snapstart.snapshots import Snapshot, WorldClock, snapshot_of

DATABASE = "snapshots"
_numbers = itertools.count()

type Publish = Callable[..., Snapshot]


@pytest.fixture(scope="package")
def clock(tmp_path_factory: pytest.TempPathFactory) -> WorldClock:
    """One for all tests: it never goes back."""
    return WorldClock(tmp_path_factory.mktemp("clock") / "seconds-ahead")


@pytest.fixture(scope="package")
def served_okta(tmp_path_factory: pytest.TempPathFactory, clock: WorldClock) -> Iterator[Okta]:
    with serve(create_app(load_org(), key_folder=tmp_path_factory.mktemp("keys"), clock=clock)) as address:
        yield Okta(address)


@pytest.fixture
def okta(served_okta: Okta) -> Iterator[Okta]:
    """A stand-in that the test may break."""
    yield served_okta
    served_okta.break_keys(None)


class Cluster:
    """A database whose data outlive its address and its password."""

    def __init__(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._file = file
        self._monkeypatch = monkeypatch
        self._running = ExitStack()
        self.uri = ""

    @property
    def port(self) -> int:
        return int(self.uri.partition("?")[0].rstrip("/").rpartition(":")[2])

    def move(self) -> None:
        """To another port, with another password."""
        self.stop()
        self._monkeypatch.setattr(laptop, "PASSWORD", f"password-{next(_numbers)}-not-for-production")
        self.uri = self._running.enter_context(laptop.document_store(self._file))

    def stop(self) -> None:
        self._running.close()

    @contextmanager
    def opened(self) -> Iterator[Database[Document]]:
        with pymongo.MongoClient[Document](self.uri) as client:
            yield client[DATABASE]

    def register(self, *groups: str) -> None:
        """The agent, in these groups and no others."""
        with self.opened() as database:
            database["idp_m2m_clients"].delete_many({})
            M2MRegistry(database).add(M2MRecord(AGENT, "agent", groups))

    def write_rules(self, rules: dict[str, Any]) -> None:
        with self.opened() as database:
            AccessRuleCollections(database).replace(rules)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path / "store.sqlite", monkeypatch)
    cluster.move()
    yield cluster
    cluster.stop()


@pytest.fixture
def secret(cluster: Cluster) -> Iterator[Secret]:
    """What Secrets Manager holds; the address of the cluster as it is at the start."""
    with served_secret() as secret:
        secret.content = {"DOCUMENTDB_URI": cluster.uri}
        yield secret


@pytest.fixture
def publish(clock: WorldClock, tmp_path: Path) -> Iterator[Publish]:
    """Take a snapshot of a function with these settings."""
    with ExitStack() as stack:

        def publish(function: str, settings: dict[str, str]) -> Snapshot:
            log = tmp_path / f"log-{next(_numbers)}"
            return stack.enter_context(snapshot_of(function, settings, clock, log))

        yield publish
