"""Values of a YAML file that remember where they stand, so that a mistake is reported with file, line and key."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml


class OrgFileError(Exception):
    """The org file is wrong; the message names file, line and key and says what is expected."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One node of the file; `key` is its path from the top, such as `users[0].login`."""

    file: Path
    key: str
    node: yaml.Node

    def error(self, problem: str) -> OrgFileError:
        """The error to raise for this entry."""
        place = f"{self.file}, line {self.node.start_mark.line + 1}"
        return OrgFileError(f"{place}, {self.key}: {problem}" if self.key else f"{place}: {problem}")

    @property
    def is_mapping(self) -> bool:
        """Whether the entry has members."""
        return isinstance(self.node, yaml.MappingNode)

    def mapping(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, "Entry"]:
        """The members by name. Raises OrgFileError for a missing, unknown or repeated one."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("a mapping is expected")
        known = [*required, *optional]
        members: dict[str, Entry] = {}
        for name_node, node in self.node.value:
            name = str(name_node.value)
            member = Entry(self.file, f"{self.key}.{name}" if self.key else name, node)
            at_name = Entry(self.file, member.key, name_node)
            if name not in known:
                raise at_name.error(f"unknown key; known here: {', '.join(known)}")
            if name in members:
                raise at_name.error("this key is given twice")
            members[name] = member
        missing = [name for name in required if name not in members]
        if missing:
            raise self.error(f"missing: {', '.join(missing)}")
        return members

    def items(self) -> list["Entry"]:
        """The elements of a list. Raises OrgFileError for anything else."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("a list is expected")
        return [Entry(self.file, f"{self.key}[{index}]", node) for index, node in enumerate(self.node.value)]

    def text(self) -> str:
        """A string that is not empty."""
        value = self._scalar("str", "a string")
        if not value:
            raise self.error("a string that is not empty is expected")
        return value

    def texts(self, known: Container[str] | None = None, what: str = "value") -> tuple[str, ...]:
        """A list of different strings, each one of `known` where that is given."""
        seen: list[str] = []
        for item in self.items():
            value = item.text()
            if known is not None and value not in known:
                raise item.error(f"unknown {what} {value!r}")
            if value in seen:
                raise item.error(f"{value!r} is listed twice")
            seen.append(value)
        return tuple(seen)

    def choice[T: str](self, choices: Iterable[T]) -> T:
        """One of the given strings."""
        value = self.text()
        for choice in (options := list(choices)):
            if choice == value:
                return choice
        raise self.error(f"one of {', '.join(options)} is expected, not {value!r}")

    def flag(self) -> bool:
        """True or false."""
        return self._scalar("bool", "true or false").lower() == "true"

    def number(self, low: int, high: int) -> int:
        """A whole number between `low` and `high`, both included."""
        text = self._scalar("int", "a whole number")
        if not text.isdigit() or not low <= int(text) <= high:
            raise self.error(f"a whole number from {low} to {high} is expected, not {text}")
        return int(text)

    def _scalar(self, tag: str, expected: str) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag != f"tag:yaml.org,2002:{tag}":
            raise self.error(f"{expected} is expected")
        return str(self.node.value)


def read_yaml(path: Path) -> Entry:
    """The whole file as one entry. Raises OrgFileError when it cannot be read or is no YAML document."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise OrgFileError(f"{path}: cannot be read: {error}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise OrgFileError(f"{path}, line {line}: not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise OrgFileError(f"{path}: not YAML: {error}") from error
    if node is None:
        raise OrgFileError(f"{path}: the file is empty")
    return Entry(path, "", node)
