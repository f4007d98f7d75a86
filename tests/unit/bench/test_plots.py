"""The plots, drawn by the Python that has matplotlib; skipped where nobody has run the benchmarks."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench import figures
from bench.environment import BENCH
from bench.figures import Line, NotDrawn, Panel, Point, draw

SVG = "{http://www.w3.org/2000/svg}"
POINTS = [Point(1, 0.9, 1.0, 1.2), Point(10, 1.8, 2.0, 2.5), Point(100, 9.0, 11.0, 12.0)]
PANELS = [
    Panel("Groups in the token", "groups", "raw RSA verifications", [Line("new token", POINTS)]),
    Panel("Keys", "keys", "raw RSA verifications", [Line("verified", POINTS), Line("read", POINTS[1:])]),
]

drawn = pytest.mark.skipif(not BENCH.is_ready(), reason="make bench installs matplotlib")


@drawn
def test_an_svg_is_well_formed_and_the_same_for_the_same_panels(tmp_path: Path) -> None:
    first, second = tmp_path / "new" / "one.svg", tmp_path / "two.svg"
    draw(PANELS, first)
    draw(PANELS, second)

    root = ET.parse(first).getroot()
    texts = {"".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")}
    assert root.tag == f"{SVG}svg"
    assert {"Groups in the token", "Keys", "groups", "keys", "new token", "verified", "read", "1", "10", "100"} <= texts
    assert "fill: #ffffff" in first.read_text(encoding="utf-8"), "a dark page shows through"
    assert first.read_bytes() == second.read_bytes()


@drawn
def test_a_figure_that_cannot_be_drawn_says_why(tmp_path: Path) -> None:
    with pytest.raises(NotDrawn, match=r"nothing\.svg could not be drawn: [^ ]"):
        draw([], tmp_path / "nothing.svg")


def test_without_matplotlib_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Nowhere:
        python = tmp_path / "no-such-python"

    monkeypatch.setattr(figures, "BENCH", Nowhere)

    with pytest.raises(NotDrawn, match="make bench"):
        draw(PANELS, tmp_path / "growth.svg")
