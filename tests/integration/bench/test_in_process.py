"""The benchmarks of one process, run whole but small: they name functions of the product, which may change."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from bench import decision, growth, growth_studies
from bench.figures import Panel
from bench.interleaved import measure


def test_every_row_and_step_of_a_decision_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision, "ENOUGH_TOKENS", 20)
    monkeypatch.setattr(decision, "ROUNDS", 2)

    section = decision.run(Console(quiet=True))

    rows = [line for line in section.text.splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0][2:] for row in rows[:10]] == [
        "what",
        "---",
        "raw RSA-2048 verification",
        "our verification alone",
        "new token",
        "new token, its policy not made yet",
        "new token of a machine whose groups are remembered",
        "seen token",
        "refused for its signature",
        "refused for its shape",
    ]
    assert "| RSA |" in section.text
    assert "nan" not in section.text


def test_every_study_of_growth_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Panel] = []

    def draw(panels: Sequence[Panel], path: Path) -> None:
        drawn.extend(panels)

    monkeypatch.setattr(growth, "draw", draw)
    monkeypatch.setattr(growth, "measure", lambda operations, _rounds: measure(operations, 2))
    for sizes in ("GROUP_SIZES", "ROUTE_SIZES", "KEY_SIZES", "CLIENT_SIZES", "RULE_SIZES"):
        monkeypatch.setattr(growth_studies, sizes, (1, 2, 3, 4))
    monkeypatch.setattr(growth_studies, "ENOUGH_TOKENS", 20)
    monkeypatch.setattr(growth_studies, "ASKED_CLIENTS", 20)

    section = growth.run(Console(quiet=True))

    assert len(drawn) == section.text.count("\n### ") == 6
    assert all(len(line.points) == 4 for panel in drawn for line in panel.lines)
