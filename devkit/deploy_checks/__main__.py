"""`make check-deploy`: every check runs, whatever the others say; each that could not run is named, and fails."""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from devkit.deploy_checks.checkov_scan import CheckovFailed
from devkit.deploy_checks.checks import CheckFailed, DeployChecks
from devkit.deploy_checks.environments import CHECKOV, TOOLS
from devkit.deploy_checks.moto_server import MotoDidNotStart
from devkit.deploy_checks.provider import ProviderUnavailable
from devkit.deploy_checks.terraform_cli import TerraformFailed
from devkit.locked_environment import EnvironmentFailed

KNOWN_FAILURES = (
    CheckFailed,
    CheckovFailed,
    EnvironmentFailed,
    MotoDidNotStart,
    ProviderUnavailable,
    TerraformFailed,
)


class Result(NamedTuple):
    """How one check went; `said` is its sentence, or the reason why it failed."""

    name: str
    passed: bool
    seconds: float
    said: str


def run_check(name: str, check: Callable[[], str]) -> Result:
    """Run one check, and show that it runs and how it went."""
    print(f"{name:<26}", end="", flush=True)
    started = time.monotonic()
    try:
        passed, said = True, check()
    except KNOWN_FAILURES as error:
        passed, said = False, str(error)
    result = Result(name, passed, time.monotonic() - started, said)
    first_line = said.splitlines()[0] if said else ""
    print(f"{'ok' if passed else 'failed':<8}{result.seconds:6.1f} s  {first_line}", flush=True)
    return result


def main() -> int:
    """Make the environments, run all checks, print what failed; return the exit status."""
    made = [run_check(f"set up {environment.folder.name}", environment.make) for environment in (TOOLS, CHECKOV)]
    with tempfile.TemporaryDirectory() as scratch:
        checks = DeployChecks(Path(scratch))
        results = made + [run_check(name, check) for name, check in checks.all()]
    failed = [result for result in results if not result.passed]
    for result in failed:
        print(f"\n{result.name}\n{result.said}")
    print(f"\n{len(results) - len(failed)} of {len(results)} deploy checks passed, none was skipped.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
