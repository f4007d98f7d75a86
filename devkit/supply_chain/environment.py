"""The Python of the scanners, in .local/audit: apart from .venv, so that nothing they need is among what they look at.

`python -m devkit.supply_chain.environment` writes its lock again from requirements.in; with `--check` it compares.
"""

import sys
from pathlib import Path

from devkit.locked_environment import LockedEnvironment, lock_command
from devkit.locks import ROOT

AUDIT = LockedEnvironment(
    ROOT / ".local" / "audit", ROOT / "requirements-audit.lock", Path(__file__).with_name("requirements.in")
)


if __name__ == "__main__":
    sys.exit(lock_command((AUDIT,), "devkit.supply_chain.environment", sys.argv[1:]))
