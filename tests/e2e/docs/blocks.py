"""The fenced blocks of a Markdown page, with what the HTML comment above each says of it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SHELL = ("sh", "bash")
MARK = re.compile(r"<!-- (needs|tested by|prints|exits)(?:: (.+?))? -->")
FENCE = re.compile(r"( *)```(\w*)$")


class Block(NamedTuple):
    """What stands between two fences; `marks` are the comments directly above it, by their first word."""

    page: Path
    line: int
    language: str
    text: str
    marks: dict[str, str]

    @property
    def is_shell(self) -> bool:
        return self.language in SHELL

    @property
    def runs_here(self) -> bool:
        """Whether it is run against the local stack: neither somebody's account nor another test is needed."""
        return self.is_shell and not self.marks.keys() & {"needs", "tested by"}

    @property
    def tested_by(self) -> list[str]:
        """The tests that run it instead."""
        return [name.strip() for name in self.marks.get("tested by", "").split(",") if name]


def blocks_of(page: Path) -> list[Block]:
    """The blocks in the order of the page. Raises ValueError for a fence that is never closed."""
    return list(_read(page, page.read_text(encoding="utf-8").splitlines()))


def _read(page: Path, lines: list[str]) -> Iterator[Block]:
    numbered = iter(enumerate(lines, 1))
    marks: dict[str, str] = {}
    for number, line in numbered:
        if found := MARK.fullmatch(line.strip()):
            marks[found[1]] = found[2] or ""
        elif fence := FENCE.fullmatch(line):
            indent = fence[1]
            content = []
            for _, inside in numbered:
                if inside == f"{indent}```":
                    break
                content.append(inside.removeprefix(indent))
            else:
                raise ValueError(f"{page}:{number}: this fence is never closed")
            yield Block(page, number, fence[2], "\n".join(content), marks)
            marks = {}
        elif line.strip():
            marks = {}
