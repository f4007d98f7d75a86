"""The stand-in, served on loopback; keys are generated once, since eight RSA keys take half a second."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from tests.contract.okta_standin.standin_client import Standin


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signing keys of the seeded servers, once a stand-in has been started with it."""
    return tmp_path_factory.mktemp("keys")


def served(key_folder: Path) -> Iterator[Standin]:
    with serve(create_app(load_org(), key_folder=key_folder)) as address, httpx.Client(base_url=address) as http:
        yield Standin(address, http)


@pytest.fixture(scope="session")
def okta(key_folder: Path) -> Iterator[Standin]:
    """One stand-in for every test that leaves its keys and faults alone."""
    yield from served(key_folder)


@pytest.fixture
def own_okta(key_folder: Path, tmp_path: Path) -> Iterator[Standin]:
    """A stand-in that the test may change."""
    yield from served(shutil.copytree(key_folder, tmp_path / "keys"))
