"""Everything `make check` looks at: each check runs, whatever the others say, and each failure is shown."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    """A named command; it fails by a non-zero exit status."""

    name: str
    command: tuple[str, ...]


CHECKS = (
    Check("lint", (f"{PROGRAMS}/ruff", "check", ".")),
    Check("format", (f"{PROGRAMS}/ruff", "format", "--check", ".")),
    Check("types", (f"{PROGRAMS}/mypy",)),
    Check("import rules", (f"{PROGRAMS}/lint-imports", "--no-logo")),
    Check("lock files", (sys.executable, "-m", "devkit.locks", "--check")),
    Check("tables", (sys.executable, "-m", "devkit.reference", "--check")),
    Check("template", (f"{PROGRAMS}/cfn-lint", "template.yaml")),
)


def run_checks(checks: Sequence[Check], root: Path = ROOT) -> int:
    """Run all of them in `root`, print one line each and the output of those that fail; return the exit status."""
    failed = [check.name for check in checks if not _passes(check, root)]
    if failed:
        print(f"\n{len(failed)} of {len(checks)} checks failed: {', '.join(failed)}.")
        return 1
    print(f"\nAll {len(checks)} checks passed.")
    return 0


def _passes(check: Check, root: Path) -> bool:
    print(f"{check.name:<14}", end="", flush=True)
    started = time.monotonic()
    done = subprocess.run(
        check.command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(f"{'failed' if done.returncode else 'ok':<8}{time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode:
        print(f"  {Path(check.command[0]).name} {' '.join(check.command[1:])}\n{done.stdout.rstrip()}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(run_checks(CHECKS))
