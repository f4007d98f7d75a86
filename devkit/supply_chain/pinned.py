"""What a lock file pins: the packages by their normalised names (PEP 503), with their versions."""

import re
from pathlib import Path

_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)")


def pinned(lock: Path) -> dict[str, str]:
    """Name to version, for every package of the file, those for other platforms included."""
    found = map(_PIN.match, lock.read_text(encoding="utf-8").splitlines())
    return {normalised(match[1]): match[2] for match in found if match}


def normalised(name: str) -> str:
    """The one spelling of a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()
