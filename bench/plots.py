"""Draw one figure: panels as JSON on stdin (bench/figures.py), an SVG in the file that is named; same input, same file.

Runs in the environment of the benchmarks (bench/environment.py), which has matplotlib; imports nothing of ours.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
"""Of the palette that Okabe and Ito made for all kinds of colour vision ("Color universal design", 2008)."""
MARKERS = ("o", "s", "^", "D")
COLUMNS = 3
PANEL_INCHES = (4.0, 3.4)
STYLE = {
    "svg.hashsalt": "okta-gateway",  # else the ids in the file are drawn at random
    "svg.fonttype": "none",  # text stays text, for those who search or listen
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def main(arguments: list[str]) -> int:
    """Read the panels, write the file."""
    draw(json.load(sys.stdin), Path(arguments[0]))
    return 0


def draw(panels: list[dict[str, Any]], path: Path) -> None:
    columns = min(COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(PANEL_INCHES[0] * columns, PANEL_INCHES[1] * rows), layout="constrained")
        FigureCanvasSVG(figure)
        for index, panel in enumerate(panels):
            _draw_panel(figure.add_subplot(rows, columns, index + 1), panel)
        figure.savefig(path, format="svg", facecolor="white", metadata={"Date": None, "Creator": None})


def _draw_panel(axes: Axes, panel: dict[str, Any]) -> None:
    axes.set(xscale="log", yscale="log", xlabel=panel["x"], ylabel=panel["y"])
    axes.set_title(panel["title"], fontsize=11, loc="left")
    for colour, marker, line in zip(COLOURS, MARKERS, panel["lines"], strict=False):
        sizes, low, median, high = (
            [point[name] for point in line["points"]] for name in ("size", "low", "median", "high")
        )
        axes.fill_between(sizes, low, high, color=colour, alpha=0.2, linewidth=0)
        axes.plot(sizes, median, color=colour, marker=marker, markersize=4, label=line["name"])
    _whole_decades(axes)
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
    axes.legend(fontsize=8, frameon=False, loc="upper left")


def _whole_decades(axes: Axes) -> None:
    """Plain numbers on the axes, and a decade at least from bottom to top, or noise would look like growth."""
    bottom, top = axes.get_ylim()
    axes.set_ylim(10 ** math.floor(math.log10(bottom)), 10 ** (math.ceil(math.log10(top)) + 0.5))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(numticks=12))
        axis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value:,.10g}"))
        axis.set_minor_formatter(NullFormatter())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
