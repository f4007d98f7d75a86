"""What Lambda gets is what was tested: the layers' packages are those of the lock."""

import re
from pathlib import Path

import pytest

from tests.infra.repository import ROOT

LOCK = ROOT / "requirements.lock"
LAYERS = sorted(ROOT.glob("layers/*dependencies/requirements.txt"))
AUTHORIZER_LAYER = ROOT / "layers" / "dependencies" / "requirements.txt"


def by_folder(path: Path) -> str:
    return path.parent.name


def pins(path: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Name -> version and hashes; a requirement is a line and its continuation lines."""
    pinned = {}
    for entry in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;]+)", entry)
        if match:
            pinned[match[1].lower()] = (match[2], frozenset(re.findall(r"--hash=(sha256:[0-9a-f]{64})", entry)))
    return pinned


def test_there_are_three_layers() -> None:
    assert [path.parent.name for path in LAYERS] == ["dependencies", "iam_dependencies", "web_dependencies"]


@pytest.mark.parametrize("path", LAYERS, ids=by_folder)
def test_a_layer_is_a_part_of_the_lock_with_the_same_versions_and_hashes(path: Path) -> None:
    lock, layer = pins(LOCK), pins(path)
    assert layer
    assert {name: lock.get(name) for name in layer} == layer


@pytest.mark.parametrize("path", [LOCK, *LAYERS], ids=by_folder)
def test_every_requirement_is_pinned_and_hashed(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    demands = [line for line in lines if line.strip() and not line.startswith("#")]
    assert len(demands) == len(pins(path))
    assert all(hashes for _, hashes in pins(path).values())


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("cryptography", "dependencies"),
        ("pymongo", "dependencies"),
        ("pyyaml", "dependencies"),
        ("aws-lambda-powertools", "web_dependencies"),
        ("httpx", "web_dependencies"),
        ("pyjwt", "web_dependencies"),
        ("pydantic", "iam_dependencies"),
    ],
)
def test_a_layer_has_what_its_functions_import(name: str, folder: str) -> None:
    assert name in pins(ROOT / "layers" / folder / "requirements.txt")


@pytest.mark.parametrize("name", ["httpx", "pyjwt", "aws-lambda-powertools", "pydantic"])
def test_the_authorizer_carries_nothing_that_it_does_not_import(name: str) -> None:
    assert name not in pins(AUTHORIZER_LAYER)


@pytest.mark.parametrize("path", LAYERS, ids=by_folder)
@pytest.mark.parametrize("name", ["boto3", "awslambdaric", "pytest", "starlette", "mongoeco", "moto"])
def test_a_layer_has_nothing_of_a_laptop(name: str, path: Path) -> None:
    assert name not in pins(path)
