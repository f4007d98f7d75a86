"""The Python of the scanners, in .local/audit: apart from .venv, so that nothing they need is among what they look at.

`python -m devkit.supply_chain.environment` writes its lock again from requirements.in; with `--check` it compares.
"""

import sys
from pathlib import Path

from devkit.locked_environment import EnvironmentFailed, LockedEnvironment, write_locks
from devkit.locks import ROOT
from devkit.supply_chain import COULD_NOT_CHECK

AUDIT = LockedEnvironment(
    ROOT / ".local" / "audit", ROOT / "requirements-audit.lock", Path(__file__).with_name("requirements.in")
)


def main(arguments: list[str]) -> int:
    """Write the lock, or with `--check` only compare; return the exit status."""
    if "--check" not in arguments:
        return write_locks((AUDIT,))
    try:
        if AUDIT.is_fresh():
            return 0
    except EnvironmentFailed as error:
        print(error)
        return COULD_NOT_CHECK
    print(f"{AUDIT.lock.name} is not what requirements.in gives: run python -m devkit.supply_chain.environment.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
