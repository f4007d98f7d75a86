"""A rig for each test of the faults of keys, clocks and sandboxes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit.serving import serve
from tests.integration.faults.rig import Rig, running
from tests.integration.gateway.rig import backend


@pytest.fixture(scope="session")
def backend_url() -> Iterator[str]:
    """What lies behind the gateway; it has no part in any fault."""
    with serve(backend()) as address:
        yield address


@pytest.fixture
def rig(tmp_path: Path, backend_url: str) -> Iterator[Rig]:
    """A gateway whose authorizer has not started yet."""
    with running(tmp_path, backend_url) as rig:
        yield rig
