"""Lock files, as packaging reads them: one entry a package, with its version and all its hashes."""

import re
from collections.abc import Iterable
from pathlib import Path

from devkit.packaging.problem import PackagingProblem

_ENTRY = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)")


def locked(lock: Path) -> dict[str, str]:
    """The entries of a lock file by the package's name: a line with a version, and the lines that continue it."""
    entries: dict[str, str] = {}
    for entry in re.split(r"(?<!\\)\n", lock.read_text(encoding="utf-8")):
        if not entry.strip() or entry.startswith("#"):
            continue
        match = _ENTRY.match(entry)
        if not match or "--hash=" not in entry:
            raise PackagingProblem(f"{lock} is not a lock file with hashes: run make lock.")
        entries[match[1].lower()] = entry
    return entries


def without_what_others_bring(lock: Path, others: Iterable[Path]) -> str:
    """The lock file without the packages of `others`, the layers below it. Raises PackagingProblem on two versions."""
    entries = locked(lock)
    for other in others:
        for name, entry in locked(other).items():
            if entries.pop(name, entry) != entry:
                raise PackagingProblem(f"{lock} and {other} lock different files of {name}: run make lock.")
    return "\n".join(entries.values()) + "\n"
