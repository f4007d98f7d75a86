"""Everything `make check` looks at: each check runs, whatever the others say, and each failure is shown.

A check of the supply chain that could not look at everything (without a network, or without the history) is no failure
and no pass: it is shown as such, with what it says, and named in the last line.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from devkit.supply_chain import COULD_NOT_CHECK

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent


class Outcome(StrEnum):
    """How a check ended."""

    OK = "ok"
    FAILED = "failed"
    UNCHECKED = "not checked"


@dataclass(frozen=True)
class Check:
    """A named command; it fails by a non-zero exit status, but `may_lack` lets COULD_NOT_CHECK say just that."""

    name: str
    command: tuple[str, ...]
    may_lack: bool = False

    def outcome_of(self, status: int) -> Outcome:
        if self.may_lack and status == COULD_NOT_CHECK:
            return Outcome.UNCHECKED
        return Outcome.FAILED if status else Outcome.OK


CHECKS = (
    Check("lint", (f"{PROGRAMS}/ruff", "check", ".")),
    Check("format", (f"{PROGRAMS}/ruff", "format", "--check", ".")),
    Check("types", (f"{PROGRAMS}/mypy",)),
    Check("import rules", (f"{PROGRAMS}/lint-imports", "--no-logo")),
    Check("lock files", (sys.executable, "-m", "devkit.locks", "--check")),
    Check("tables", (sys.executable, "-m", "devkit.reference", "--check")),
    Check("template", (f"{PROGRAMS}/cfn-lint", "template.yaml")),
    Check("licences", (sys.executable, "-m", "devkit.supply_chain.licences", "--check")),
    Check("scanners' lock", (sys.executable, "-m", "devkit.supply_chain.environment", "--check"), may_lack=True),
    Check("peers' lock", (sys.executable, "-m", "bench.environment", "--check"), may_lack=True),
    Check("secrets", (sys.executable, "-m", "devkit.supply_chain.secret_scan"), may_lack=True),
    Check("advisories", (sys.executable, "-m", "devkit.supply_chain.advisories"), may_lack=True),
)


def run_checks(checks: Sequence[Check], root: Path = ROOT) -> int:
    """Run all of them in `root`, show how each ended and what those that did not pass say; return the exit status."""
    outcomes = {check.name: _run(check, root) for check in checks}
    failed = [name for name, outcome in outcomes.items() if outcome is Outcome.FAILED]
    unchecked = [name for name, outcome in outcomes.items() if outcome is Outcome.UNCHECKED]
    lacking = f" Could not check everything: {', '.join(unchecked)}." if unchecked else ""
    if failed:
        print(f"\n{len(failed)} of {len(checks)} checks failed: {', '.join(failed)}.{lacking}")
        return 1
    passed = len(checks) - len(unchecked)
    print(f"\n{f'{passed} of' if unchecked else 'All'} {len(checks)} checks passed.{lacking}")
    return 0


def _run(check: Check, root: Path) -> Outcome:
    print(f"{check.name:<16}", end="", flush=True)
    started = time.monotonic()
    done = subprocess.run(
        check.command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    outcome = check.outcome_of(done.returncode)
    print(f"{outcome:<12}{time.monotonic() - started:5.1f} s", flush=True)
    if outcome is not Outcome.OK:
        print(f"  {Path(check.command[0]).name} {' '.join(check.command[1:])}\n{done.stdout.rstrip()}", flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(run_checks(CHECKS))
