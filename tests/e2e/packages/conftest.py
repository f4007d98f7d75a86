"""All packages, built once; and a second time in another place."""

import os
from pathlib import Path

import pytest

from devkit.packaging.build import build_all
from devkit.packaging.packages import packages
from devkit.packaging.problem import IndexUnreachable

ROOT = Path(__file__).parents[3]


def built(folder: Path) -> Path:
    try:
        build_all(ROOT, packages(ROOT), folder)
    except IndexUnreachable as problem:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(problem))
    return folder


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("packages") / "dist")


@pytest.fixture(scope="session")
def dist_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("packages-again") / "elsewhere")
