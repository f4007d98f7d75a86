"""Both clients: AWS's native one, and ours for systems that lack it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.lambda_function.made_functions import Functions


@pytest.fixture(params=[False, True], ids=["native client", "pure client"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Functions]:
    functions = Functions(tmp_path, pure=request.param)
    yield functions
    functions.stop()
