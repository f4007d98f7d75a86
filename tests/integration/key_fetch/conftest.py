"""No thread outlives its test, and a limit short enough to wait for."""

import threading
import time
from collections.abc import Iterator

import pytest

from okta_gateway.tokens import key_fetch


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    """Every fetch ends by itself soon after its answer or its time limit."""
    yield
    deadline = time.monotonic() + 2
    while left := [thread for thread in threading.enumerate() if thread.name == "key-fetch"]:
        assert time.monotonic() < deadline, f"still running: {left}"
        left[0].join(0.05)


@pytest.fixture
def short_limit(monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(key_fetch, "TOTAL_SECONDS", 0.4)
    return 0.4
