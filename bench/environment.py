"""The Python of the peers, in .local/bench: the packages of requirements-bench.lock, the product's own among them.

`python -m bench.environment` writes the lock again from requirements.in; with `--check` it says whether it is fresh.
"""

import sys
from pathlib import Path

from devkit.locked_environment import EnvironmentFailed, LockedEnvironment, write_locks
from devkit.locks import ROOT
from devkit.supply_chain import COULD_NOT_CHECK

BENCH = LockedEnvironment(
    ROOT / ".local" / "bench", ROOT / "requirements-bench.lock", Path(__file__).with_name("requirements.in")
)


def main(arguments: list[str]) -> int:
    """Write the lock, or with `--check` only compare; return the exit status."""
    if "--check" not in arguments:
        return write_locks((BENCH,))
    try:
        if BENCH.is_fresh():
            return 0
    except EnvironmentFailed as error:
        print(error)
        return COULD_NOT_CHECK
    print(f"{BENCH.lock.name} is not what requirements.in gives: run python -m bench.environment.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
