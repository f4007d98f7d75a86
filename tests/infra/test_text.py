"""Files in git are for everybody: none names the machine it was written on, or an index that packages came from."""

import re
from pathlib import Path

import pytest

from tests.infra.repository import ROOT, files_in_git, name_of

MACHINE_PATHS = re.compile(rb"(?<![\w.}\])-])/(?:work|root)/[\w.-]")
INDEX_HOSTS = re.compile(
    rb"\b(?:pypi|pythonhosted)\.org\b|\b(?:artifactory|nexus|devpi)\b|//(?!127\.0\.0\.1|localhost)[^/\s]+/simple\b",
    re.IGNORECASE,
)
BINARY = (".pem", ".png", ".ico")
# All but this file, which names them to recognise them.
FILES = [path for path in files_in_git() if path.suffix not in BINARY and path != Path(__file__)]


def lines_with(pattern: re.Pattern[bytes], path: Path) -> list[str]:
    lines = path.read_bytes().splitlines()
    return [f"{name_of(path)}:{number}" for number, line in enumerate(lines, 1) if pattern.search(line)]


def test_the_files_are_found() -> None:
    assert ROOT / "pyproject.toml" in FILES
    assert ROOT / "requirements.lock" in FILES


def test_no_file_names_a_machine() -> None:
    assert [place for path in FILES for place in lines_with(MACHINE_PATHS, path)] == []


def test_no_file_names_a_package_index() -> None:
    assert [place for path in FILES for place in lines_with(INDEX_HOSTS, path)] == []


WORK, HOME = "work", "root"  # filled in, so that this file itself names no machine


@pytest.mark.parametrize("text", [f"open('/{WORK}/main/x')", f'"/{HOME}/.cache"', f"cd /{WORK}/x"])
def test_a_path_of_a_machine_is_recognised(text: str) -> None:
    assert MACHINE_PATHS.search(text.encode())


@pytest.mark.parametrize("text", ["/var/task", f"a/{WORK}/b", f"https://x/{HOME}/y", f"{{address}}/{HOME}/x", "and/or"])
def test_other_paths_are_not(text: str) -> None:
    assert not MACHINE_PATHS.search(text.encode())


def test_local_files_are_not_in_git() -> None:
    names = {name_of(path) for path in files_in_git()}
    assert ".env" not in names
    assert not [name for name in names if name.startswith((".venv/", ".local/", "dist/", ".aws-sam/"))]


def test_no_private_key_is_in_git() -> None:
    marker = b"-----BEGIN " + b"PRIVATE KEY-----"
    assert [name_of(path) for path in files_in_git() if marker in path.read_bytes()] == []
