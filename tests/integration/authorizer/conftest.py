"""The real handler in this process, loaded as Lambda loads it; the Okta stand-in and the document store are served."""

import importlib.util
import itertools
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pymongo
import pytest

from devkit.document_store import document_store
from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from okta_gateway.setting_rows import SETTINGS
from okta_gateway.store.connection import Document
from okta_gateway.store.m2m_registry import M2MRecord, M2MRegistry
from tests.integration.authorizer.invocation import AGENT, APP, Function, Okta, Store, settings_for

_numbers = itertools.count()

type Load = Callable[..., Function]
type Clients = list[pymongo.MongoClient[Document]]


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signing keys, generated once."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def okta(key_folder: Path) -> Iterator[Okta]:
    """One stand-in for every test that leaves its keys and faults alone."""
    with serve(create_app(load_org(), key_folder=key_folder)) as address:
        yield Okta(address)


@pytest.fixture
def own_okta(okta: Okta, key_folder: Path, tmp_path: Path) -> Iterator[Okta]:
    """A stand-in that the test may break."""
    folder = shutil.copytree(key_folder, tmp_path / "keys")
    with serve(create_app(load_org(), key_folder=folder)) as address:
        yield Okta(address)


@pytest.fixture(scope="session")
def store_uri() -> Iterator[str]:
    """One store for all tests; each has a database of its own in it."""
    with document_store(None) as uri:
        yield uri


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    """Every database client that the function makes; closed after the test, as an ending sandbox would."""
    made: Clients = []
    client_class = pymongo.MongoClient

    def remembered(*args: Any, **options: Any) -> pymongo.MongoClient[Document]:
        made.append(client_class(*args, **options))
        return made[-1]

    monkeypatch.setattr("okta_gateway.store.connection.MongoClient", remembered)
    monkeypatch.setattr("okta_gateway.store.connection.SELECTION_MS", 200)
    yield made
    for client in made:
        client.close()


@pytest.fixture
def store(store_uri: str, clients: Clients) -> Iterator[Store]:
    """A database with the guide's agent in it."""
    with pymongo.MongoClient[Document](store_uri) as client:
        store = Store(store_uri, client[f"test_{next(_numbers)}"])
        M2MRegistry(store.database).add(M2MRecord(AGENT, "ai-agent-3", ("public-mcp-users",)))
        yield store


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], clients: Clients) -> Load:
    """Load the function afresh, as a cold start does, with exactly these settings."""

    def load(environ: Mapping[str, str], **changes: str) -> Function:
        for setting in SETTINGS:
            monkeypatch.delenv(setting.name, raising=False)
        for name in ("AWS_SESSION_TOKEN", "LAMBDA_TASK_ROOT"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {**environ, **changes}.items():
            monkeypatch.setenv(name, value)
        spec = importlib.util.spec_from_file_location(f"token_authorizer_{next(_numbers)}", APP)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        capsys.readouterr()
        return Function(module, capsys)

    return load


@pytest.fixture
def custom(okta: Okta) -> dict[str, str]:
    """Settings for a custom authorization server of the stand-in, without a store."""
    return settings_for(okta)


@pytest.fixture
def function(load: Load, custom: dict[str, str], store: Store) -> Function:
    """The function as the guide sets it up: custom server, document store, shipped rules."""
    return load(custom, **store.settings)


@pytest.fixture
def rules_file(tmp_path: Path) -> Callable[[object], str]:
    """Write access rules as the compiled JSON and return SCOPES_FILE."""

    def write(rules: object) -> str:
        path = tmp_path / "scopes.json"
        path.write_text(json.dumps(rules))
        return str(path)

    return write
