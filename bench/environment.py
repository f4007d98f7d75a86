"""The Python of the peers, in .local/bench: the packages of requirements-bench.lock, the product's own among them.

`python -m bench.environment` writes the lock again from requirements.in; with `--check` it says whether it is fresh.
"""

import sys
from pathlib import Path

from devkit.locked_environment import LockedEnvironment, lock_command
from devkit.locks import ROOT

BENCH = LockedEnvironment(
    ROOT / ".local" / "bench", ROOT / "requirements-bench.lock", Path(__file__).with_name("requirements.in")
)


if __name__ == "__main__":
    sys.exit(lock_command((BENCH,), "bench.environment", sys.argv[1:]))
