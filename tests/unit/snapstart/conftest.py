"""The registry of hooks, which is one a process."""

from collections.abc import Iterator

import pytest
import snapshot_restore_py  # type: ignore[import-untyped]


@pytest.fixture(autouse=True)
def no_hooks_left() -> Iterator[None]:
    """Each test has a registry of its own."""
    yield
    snapshot_restore_py.get_before_snapshot().clear()
    snapshot_restore_py.get_after_restore().clear()
