"""A copy of the Terraform module that an older AWS provider understands, so that a real provider can look at it.

The module is written for the current provider, which only HashiCorp's registry has; the newest one that a package index
has is 3.39. The copy leaves out what that one's own schema does not know, and says what it left out, so that nothing
disappears unseen: devkit/deploy_checks/argument_lint.py holds the whole module against the current schema.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPLACEMENTS = (
    ('"python3.13"', '"python3.8"'),  # the newest runtime that 3.39 lets through
    ("data.aws_region.current.region", "data.aws_region.current.name"),  # renamed in 6.0
    ('    region = "eu-west-1"', '    name = "eu-west-1"'),  # the same, in the tests' mock
)
TERRAFORM_FILES = ("*.tf", "*.tfmock.hcl")
META = frozenset({"count", "for_each", "depends_on", "provider", "lifecycle", "provisioner", "connection"})

_RESOURCE = re.compile(r'^(resource|data) "(\w+)" "(\w+)" \{$')
_NESTED = re.compile(r'^\s+(dynamic )?"?(\w+)"? \{$')
_DEPENDENCY = re.compile(r"^\s+(aws_\w+)\.\w+,$")
_ATTRIBUTE = re.compile(r"^\s+(\w+)\s+= ")
_TEXT = re.compile(r'"(?:\\.|[^"\\])*"')

type Schema = Mapping[str, Any]


@dataclass(frozen=True)
class _Level:
    """One open block: what the provider knows about its inside, or None where nothing is to be checked."""

    schema: Schema | None
    dynamic: bool = False


@dataclass
class _Copier:
    """Goes through the lines of one file, as `terraform fmt` lays them out."""

    lines: list[str]
    schemas: Mapping[str, Mapping[str, Schema]]
    left_out: set[str] = field(default_factory=set)
    levels: list[_Level] = field(default_factory=list)
    owner: str = ""

    def kept(self) -> Iterator[str]:
        position = 0
        while position < len(self.lines):
            line = self.lines[position]
            if name := self._unknown(line):
                self.left_out.add(name)
                position = _end_of(self.lines, position)
                continue
            self._follow(line)
            yield line
            position += 1

    def _unknown(self, line: str) -> str:
        """The name of what starts here and the provider does not know; empty where it does."""
        if not self.levels:
            match = _RESOURCE.match(line)
            unknown = match and match[2].startswith("aws_") and match[2] not in self.schemas[match[1]]
            return match[2] if match and unknown else ""
        if (match := _DEPENDENCY.match(line)) and match[1] not in self.schemas["resource"]:
            return match[1]
        level = self.levels[-1]
        if level.schema is None or level.dynamic:
            return ""
        if match := _NESTED.match(line):
            known, name = level.schema.get("block_types", {}), match[2]
        elif match := _ATTRIBUTE.match(line):
            known, name = _settable(level.schema), match[1]
        else:
            return ""
        return "" if name in known or name in META else f"{self.owner}.{name}"

    def _follow(self, line: str) -> None:
        """Open and close levels with the line's brackets."""
        if not self.levels:
            if match := _RESOURCE.match(line):
                self.owner = match[2]
                self.levels.append(_Level(self.schemas[match[1]].get(match[2])))
            elif _depth(line) > 0:
                self.levels.append(_Level(None))
            return
        for _ in range(-_depth(line)):
            self.levels.pop()
        for _ in range(_depth(line)):
            self.levels.append(self._inside(line))

    def _inside(self, line: str) -> _Level:
        level, match = self.levels[-1], _NESTED.match(line)
        if level.schema is None or not match:
            return _Level(None)
        if level.dynamic:
            return _Level(level.schema)  # its `content`
        nested = level.schema.get("block_types", {}).get(match[2], {}).get("block")
        return _Level(nested, dynamic=bool(match[1]))


def older_copy(module: Path, target: Path, provider_schema: Mapping[str, Any]) -> list[str]:
    """Copy the module's folder; return the names of what was left out.

    `provider_schema` is what `terraform providers schema -json` says of the AWS provider.
    """
    schemas = {
        "resource": {name: entry["block"] for name, entry in provider_schema["resource_schemas"].items()},
        "data": {name: entry["block"] for name, entry in provider_schema["data_source_schemas"].items()},
    }
    shutil.copytree(module, target, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    left_out: set[str] = set()
    for file in sorted(path for pattern in TERRAFORM_FILES for path in target.rglob(pattern)):
        copier = _Copier(file.read_text(encoding="utf-8").splitlines(), schemas, left_out)
        text = "\n".join(copier.kept()) + "\n"
        for current, older in REPLACEMENTS:
            text = text.replace(current, older)
        file.write_text(text, encoding="utf-8")
    return sorted(left_out)


def _settable(schema: Schema) -> set[str]:
    attributes: Mapping[str, Any] = schema.get("attributes", {})
    return {name for name, entry in attributes.items() if entry.get("optional") or entry.get("required")}


def _end_of(lines: list[str], start: int) -> int:
    """The line after the block or the attribute that starts at `start`."""
    depth = 0
    for position in range(start, len(lines)):
        depth += _depth(lines[position])
        if depth <= 0:
            return position + 1
    return len(lines)


def _depth(line: str) -> int:
    """How many brackets the line opens more than it closes; those in text and in comments do not count."""
    code = _TEXT.sub("", line).split("#", 1)[0]
    return sum(code.count(bracket) for bracket in "([{") - sum(code.count(bracket) for bracket in ")]}")
