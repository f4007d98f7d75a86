"""`make check`: a check that could not look at everything neither passes nor fails."""

import sys
from pathlib import Path

import pytest

from devkit.checks import CHECKS, Check, run_checks

FINE = Check("fine", (sys.executable, "-c", ""))
LACKING = "print('no network'); exit(2)"


def test_what_could_not_be_checked_is_said_and_does_not_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking = Check("offline", (sys.executable, "-c", LACKING), may_lack=True)
    assert run_checks([FINE, lacking], tmp_path) == 0
    shown = capsys.readouterr().out
    assert "offline         not checked" in shown
    assert "no network" in shown
    assert "1 of 2 checks passed. Could not check everything: offline." in shown


def test_it_is_said_beside_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lacking = Check("offline", (sys.executable, "-c", LACKING), may_lack=True)
    broken = Check("broken", (sys.executable, "-c", "exit(1)"), may_lack=True)
    assert run_checks([FINE, lacking, broken], tmp_path) == 1
    assert "1 of 3 checks failed: broken. Could not check everything: offline." in capsys.readouterr().out


def test_the_same_status_of_any_other_check_is_a_failure(tmp_path: Path) -> None:
    assert run_checks([Check("mypy", (sys.executable, "-c", LACKING))], tmp_path) == 1


def test_only_checks_of_the_supply_chain_may_lack_something() -> None:
    lacking = {check.name for check in CHECKS if check.may_lack}
    assert lacking == {"scanners' lock", "peers' lock", "secrets", "advisories"}
