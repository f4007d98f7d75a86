"""What wheels bring and a function never reads."""

import shutil
from pathlib import Path

_FOLDERS = frozenset({"__pycache__", "test", "tests"})
_SUFFIXES = frozenset({".pyc", ".pyi", ".pyx", ".pxd", ".c", ".h", ".typed"})
_DIST_INFO = frozenset({"METADATA", "licenses", "LICENSE", "NOTICE", "sboms"})
"""Versions are looked up in METADATA, licences travel with what they license, and scanners read sboms (PEP 770)."""


def prune(folder: Path) -> None:
    """Remove scripts, tests, caches, sources of extensions, stubs for type checkers, and pip's notes."""
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for path in sorted(folder.rglob("*")):
        if path.is_dir() and path.name in _FOLDERS:
            shutil.rmtree(path)
        elif path.is_file() and path.suffix in _SUFFIXES:
            path.unlink()
    for notes in folder.glob("*.dist-info"):
        _prune_notes(notes)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _prune_notes(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name.partition(".")[0] in _DIST_INFO:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
