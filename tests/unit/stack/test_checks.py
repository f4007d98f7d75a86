"""`make check` runs every check and shows every failure."""

import sys
from pathlib import Path

import pytest

from devkit.checks import Check, run_checks


def python(name: str, code: str) -> Check:
    return Check(name, (sys.executable, "-c", code))


def test_every_failing_check_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checks = [
        python("first", "print('one is wrong'); exit(1)"),
        python("second", "print('nothing to say')"),
        python("third", "import sys; sys.exit('three is wrong')"),
    ]
    assert run_checks(checks, tmp_path) == 1
    shown = capsys.readouterr().out
    assert "one is wrong" in shown
    assert "three is wrong" in shown
    assert "nothing to say" not in shown
    assert "2 of 3 checks failed: first, third." in shown


def test_all_checks_passing_is_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_checks([python("only", "")], tmp_path) == 0
    assert "All 1 checks passed." in capsys.readouterr().out
