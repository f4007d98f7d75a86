"""Plots as data: panels of lines with their spread, given to the Python that has matplotlib (bench/plots.py)."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.environment import BENCH
from devkit.locks import ROOT

FOLDER = ROOT / "docs" / "images" / "benchmarks"
PROGRAM = Path(__file__).with_name("plots.py")
DRAWING_SECONDS = 60


class Point(NamedTuple):
    """A size, and what was measured there: the median between the 10 % and 90 % quantiles."""

    size: float
    low: float
    median: float
    high: float


class Line(NamedTuple):
    """One series, with the words of the legend."""

    name: str
    points: Sequence[Point]


class Panel(NamedTuple):
    """One plot of a figure; both axes are logarithmic."""

    title: str
    x: str
    y: str
    lines: Sequence[Line]


class NotDrawn(Exception):
    """The figure could not be drawn; the message says why."""


def draw(panels: Sequence[Panel], path: Path) -> None:
    """Draw the panels side by side into the SVG file `path`. Raises NotDrawn."""
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [str(BENCH.python), "-P", str(PROGRAM), str(path)]
    figure = json.dumps([_as_dict(panel) for panel in panels])
    try:
        done = subprocess.run(
            command, input=figure, capture_output=True, text=True, check=False, timeout=DRAWING_SECONDS
        )
    except OSError as error:
        raise NotDrawn(f"{BENCH.python} cannot be run ({error.strerror}): make bench installs it") from None
    if done.returncode:
        raise NotDrawn(f"{path.name} could not be drawn: {done.stderr.strip()}")


def _as_dict(panel: Panel) -> dict[str, object]:
    lines = [{"name": line.name, "points": [point._asdict() for point in line.points]} for line in panel.lines]
    return {**panel._asdict(), "lines": lines}
