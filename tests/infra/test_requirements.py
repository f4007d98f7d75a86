"""What Lambda gets is what was tested: the layer's packages are those of the lock."""

import re
from pathlib import Path

import pytest

from tests.infra.repository import ROOT

LOCK = ROOT / "requirements.lock"
LAYER = ROOT / "layers" / "dependencies" / "requirements.txt"


def pins(path: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Name -> version and hashes; a requirement is a line and its continuation lines."""
    pinned = {}
    for entry in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;]+)", entry)
        if match:
            pinned[match[1].lower()] = (match[2], frozenset(re.findall(r"--hash=(sha256:[0-9a-f]{64})", entry)))
    return pinned


def test_the_layer_is_a_part_of_the_lock_with_the_same_versions_and_hashes() -> None:
    lock, layer = pins(LOCK), pins(LAYER)
    assert layer
    assert {name: lock.get(name) for name in layer} == layer


@pytest.mark.parametrize("path", [LOCK, LAYER], ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    demands = [line for line in lines if line.strip() and not line.startswith("#")]
    assert len(demands) == len(pins(path))
    assert all(hashes for _, hashes in pins(path).values())


@pytest.mark.parametrize("name", ["cryptography", "pymongo", "aws-lambda-powertools", "pyyaml", "pyjwt"])
def test_the_layer_has_what_the_package_imports(name: str) -> None:
    assert name in pins(LAYER)


@pytest.mark.parametrize("name", ["boto3", "awslambdaric", "pytest", "starlette", "mongoeco", "moto"])
def test_the_layer_has_nothing_of_a_laptop(name: str) -> None:
    assert name not in pins(LAYER)
