"""Python environments of the deploy checks, apart from .venv: checkov and SAM pin versions that the product lacks.

`python -m devkit.deploy_checks.environments` writes their locks again from the .in files beside this module.
"""

import sys
from pathlib import Path

from devkit.locked_environment import LockedEnvironment, lock_command
from devkit.locks import ROOT

HERE = Path(__file__).parent

TOOLS = LockedEnvironment(ROOT / ".local" / "deploy-tools", ROOT / "requirements-deploy.lock", HERE / "requirements.in")
CHECKOV = LockedEnvironment(ROOT / ".local" / "checkov", ROOT / "requirements-checkov.lock", HERE / "checkov.in")


if __name__ == "__main__":
    sys.exit(lock_command((TOOLS, CHECKOV), "devkit.deploy_checks.environments", sys.argv[1:]))
