"""The stand-in, served on loopback; keys are generated once, since eight RSA keys take half a second."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from tests.contract.okta_standin.browser import Browser, browser
from tests.contract.okta_standin.management import Management, managing
from tests.contract.okta_standin.standin_client import Standin


@dataclass
class Clock:
    """The time of a stand-in, moved by hand; whole seconds, so that ages are exact."""

    now: float = field(default_factory=lambda: float(int(time.time())))

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signing keys of the seeded servers, once a stand-in has been started with it."""
    return tmp_path_factory.mktemp("keys")


def served(key_folder: Path, clock: Callable[[], float] = time.time) -> Iterator[Standin]:
    app = create_app(load_org(), key_folder=key_folder, clock=clock)
    with serve(app) as address, httpx.Client(base_url=address) as http:
        yield Standin(address, http)


@pytest.fixture(scope="session")
def okta(key_folder: Path) -> Iterator[Standin]:
    """One stand-in for every test that leaves its keys, faults, apps and users alone."""
    yield from served(key_folder)


@pytest.fixture
def clock() -> Clock:
    """The time of `own_okta`."""
    return Clock()


@pytest.fixture
def own_okta(key_folder: Path, tmp_path: Path, clock: Clock) -> Iterator[Standin]:
    """A stand-in that the test may change, also its time."""
    yield from served(shutil.copytree(key_folder, tmp_path / "keys"), clock)


@pytest.fixture
def person(okta: Standin) -> Iterator[Browser]:
    """Somebody's new browser."""
    with browser(okta) as new:
        yield new


@pytest.fixture
def own_person(own_okta: Standin) -> Iterator[Browser]:
    """Somebody's new browser, in front of `own_okta`."""
    with browser(own_okta) as new:
        yield new


@pytest.fixture
def api(own_okta: Standin) -> Iterator[Management]:
    """An administrator of `own_okta`."""
    with managing(own_okta) as administrator:
        yield administrator
