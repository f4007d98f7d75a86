"""docs/benchmarks.md: a head, what people wrote into it by hand, and a section for each part, replaced one by one."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Self

from bench.parts import PARTS
from bench.section import Section

HEAD = """\
# Benchmarks

`make bench` writes this page again, which takes about ten minutes. `.venv/bin/python -m bench load` writes only the
named section; `.venv/bin/python -m bench --help` names them all. Each section says on what machine and on which day it
was measured.

Times are ratios inside one run, since a lone time says more about the machine than about the code. What is compared
runs in interleaved rounds, in another order each round, and a ratio is taken round by round. A figure is the median of
the rounds; in brackets stand the 10 % and the 90 % quantile. No round is left out. The peers come from
`requirements-bench.lock`: one Python runs theirs and ours, with the same versions of what they share with us, and
every module is compiled before the first measured round, for them as for us.

A limit stands beside a figure where one was set before it was measured, and where it is missed the table says so. No
test passes or fails by these figures.
"""
BY_HAND = "<!-- by hand: what stands from here to the first part is kept -->"
NOTHING_YET = "## What was found and fixed\n\nNothing is written here yet."
_PART = re.compile(r"^<!-- part: ([a-z]+) -->$", re.MULTILINE)


class Report(NamedTuple):
    """What the page holds besides its head."""

    by_hand: str = NOTHING_YET
    sections: Mapping[str, str] = {}

    @classmethod
    def parse(cls, page: str) -> Self:
        """Read a page that `text` made and people may have written into; an empty page has no sections."""
        top, *marked = _PART.split(page)
        by_hand = top.partition(BY_HAND)[2].strip()
        sections = {name: text.strip() for name, text in zip(marked[::2], marked[1::2], strict=True)}
        return cls(by_hand or NOTHING_YET, sections)

    def with_section(self, part: str, section: Section, measured: str) -> Self:
        """The same with this part's section; `measured` says when and where its figures come from."""
        text = f"## {section.title}\n\n{measured}\n\n{section.text.strip()}"
        return self._replace(sections={**self.sections, part: text})

    def text(self) -> str:
        """The page; parts that are no longer measured are not on it."""
        return "\n\n".join([HEAD.strip(), BY_HAND, self.by_hand, *self._marked()]) + "\n"

    def _marked(self) -> Iterable[str]:
        return (f"<!-- part: {part} -->\n\n{self.sections[part]}" for part in PARTS if part in self.sections)
