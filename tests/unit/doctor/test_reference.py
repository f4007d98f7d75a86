"""The page of all known mistakes names for each the check that finds it, or says why there is none."""

import re

import pytest

from devkit.doctor import CHECKS
from tests.infra.repository import ROOT

PAGE = ROOT / "docs" / "reference" / "doctor.md"
ROWS = [
    (cells[1].strip(), cells[2].strip())
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and "---" not in line and (cells := line.split("|"))[2].strip() != "check"
]
NAMES = {check.name for check in CHECKS}


def named(answer: str) -> list[str]:
    """The checks at the start of a cell."""
    return re.findall(r"`(\w+)`", answer.partition(";")[0])


@pytest.mark.parametrize(("mistake", "answer"), ROWS, ids=[mistake for mistake, _ in ROWS])
def test_each_mistake_has_a_check_or_a_reason(mistake: str, answer: str) -> None:
    if not re.match(r"none: .{20}", answer):
        assert named(answer)
        assert set(named(answer)) <= NAMES


def test_each_check_is_there_for_a_known_mistake() -> None:
    found = {name for _, answer in ROWS if not answer.startswith("none") for name in named(answer)}
    assert found == NAMES
