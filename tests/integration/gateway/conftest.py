"""One running gateway for the tests that leave it as they found it."""

from collections.abc import Iterator

import pytest

from tests.integration.gateway.rig import Rig, authorizer, running, sign_in


@pytest.fixture(scope="module")
def _running() -> Iterator[Rig]:
    with running() as rig:
        yield rig


@pytest.fixture
def rig(_running: Rig) -> Rig:
    """A gateway from the real template, with an empty cache, and functions that know of nothing yet."""
    _running.clock.now += 10_000
    _running.authorizer.events.clear()
    _running.authorizer.reply = authorizer().reply
    _running.sign_in.events.clear()
    _running.sign_in.reply = sign_in().reply
    return _running
