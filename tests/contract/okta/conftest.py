"""The local Okta with somebody in front of it, and a client of the gateway's web application."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from okta_gateway.okta.oauth import OktaOAuth
from okta_gateway.tokens.issuer import authorization_server
from tests.contract.okta_standin.browser import Browser, browser
from tests.contract.okta_standin.conftest import Clock, served
from tests.contract.okta_standin.standin_client import CUSTOM, WEB_APP, WEB_SECRET, Standin


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signing keys of the seeded servers, once a stand-in has been started with it."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def okta(key_folder: Path) -> Iterator[Standin]:
    """One stand-in for every test that leaves its time, faults, apps and users alone."""
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


def gateway(address: str, server: str = CUSTOM, secret: str = WEB_SECRET) -> OktaOAuth:
    """The gateway as a client of the Okta at `address`; `org` is the org authorization server."""
    return OktaOAuth(authorization_server(address, None if server == "org" else server), WEB_APP, secret)
