"""The lock files: compared with what would be written now, and never silently taken for fresh."""

from pathlib import Path

import pytest

from devkit import locks
from devkit.locks import LOCK_FILES, LockFailed, LockFile, is_fresh, main

ONLY = LockFile("a.lock", "dev")


@pytest.mark.parametrize(
    ("committed", "fresh"),
    [
        pytest.param("x==1\n", True, id="same"),
        pytest.param("x==2\n", False, id="other"),
        pytest.param(None, False, id="missing"),
    ],
)
def test_a_lock_file_is_fresh_when_writing_it_again_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, committed: str | None, fresh: bool
) -> None:
    monkeypatch.setattr(locks, "write", lambda lock, output, root: output.write_text("x==1\n"))
    if committed:
        (tmp_path / "a.lock").write_text(committed)
    assert is_fresh(ONLY, tmp_path) is fresh


def test_an_unreachable_index_is_a_failure_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path))
    assert main(["--check"]) == 1
    assert "uv needs the package index" in capsys.readouterr().err


def test_a_failure_of_uv_carries_what_it_said(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[dependency-groups]\nother = []\n")
    with pytest.raises(LockFailed, match=r"a\.lock could not be resolved"):
        locks.write(ONLY, tmp_path / "out", tmp_path)


@pytest.mark.parametrize("lock", LOCK_FILES, ids=lambda lock: lock.path)
def test_a_lock_file_names_no_index_and_pins_every_package_by_hash(lock: LockFile) -> None:
    text = (locks.ROOT / lock.path).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert packages
    assert all("==" in line and line.endswith("\\") for line in packages)


@pytest.mark.parametrize("layer", LOCK_FILES[1:], ids=lambda lock: lock.path)
def test_a_layer_has_the_versions_of_the_laptop(layer: LockFile) -> None:
    laptop, own = ((locks.ROOT / lock.path).read_text(encoding="utf-8") for lock in (LOCK_FILES[0], layer))
    pins = {line.split()[0] for line in own.splitlines() if "==" in line}
    assert pins
    assert pins <= {line.split()[0] for line in laptop.splitlines() if "==" in line}
