"""Unit tests open no sockets, and time passes only where a test moves its clock."""

import pytest
import pytest_socket

from tests.tokens import FakeClock


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup() -> None:
    """Block sockets for the tests of this folder; pytest-socket lifts the block after each of them.

    Unix sockets stay: an event loop cannot be made without a pair of them.
    """
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at `tests.tokens.NOW` until the test moves it."""
    return FakeClock()
