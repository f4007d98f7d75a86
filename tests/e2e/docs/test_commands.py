"""What the pages tell a person to type works, word for word, and prints what they say."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.docs.blocks import Block, blocks_of
from tests.e2e.docs.workplace import Workplace, is_shown, workplace
from tests.infra.repository import ROOT

pytestmark = pytest.mark.timeout(600)  # a page is up to twenty commands, each a process of its own

WRITTEN = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
PAGES = [page for page in WRITTEN if any(block.runs_here for block in blocks_of(page))]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with workplace(tmp_path_factory.mktemp("clone")) as made:
        yield made


def test_there_are_pages_with_commands() -> None:
    assert len(PAGES) >= 10
    assert {ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "docs" / "deployment.md"} <= {*PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_commands_of_a_page_work_as_they_are_written(clone: Workplace, page: Path) -> None:
    everything = blocks_of(page)
    commands = [block for block in everything if block.runs_here]
    printed = dict(zip([block.line for block in commands], clone.run(commands), strict=True))
    for command, expected in shown_after(everything):
        assert is_shown(expected.text, printed[command.line]), f"{page}:{expected.line}\n{printed[command.line]}"


def shown_after(blocks: list[Block]) -> Iterator[tuple[Block, Block]]:
    """Each block of commands that runs here, with the block below it that is marked as its output."""
    for command, expected in itertools.pairwise(blocks):
        if command.runs_here and "prints" in expected.marks:
            yield command, expected


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        pytest.param("HTTP/1.1 200", True, id="part of a line"),
        pytest.param("one two\nfour", True, id="lines in their order"),
        pytest.param("two … four", True, id="something between"),
        pytest.param("four\none", False, id="another order"),
        pytest.param("five", False, id="not there"),
    ],
)
def test_an_output_is_compared_line_by_line(expected: str, *, shown: bool) -> None:
    assert is_shown(expected, "HTTP/1.1 200 OK\none   two\nthree\nfour\n") == shown
