"""One running gateway for the tests that leave it as they found it."""

from collections.abc import Iterator

import pytest

from tests.integration.gateway.rig import Authorizer, Rig, running


@pytest.fixture(scope="module")
def _running() -> Iterator[Rig]:
    with running() as rig:
        yield rig


@pytest.fixture
def rig(_running: Rig) -> Rig:
    """A gateway from the real template, with an empty cache and an authorizer that allows everything."""
    _running.clock.now += 10_000
    _running.authorizer.events.clear()
    _running.authorizer.reply = Authorizer().reply
    return _running
