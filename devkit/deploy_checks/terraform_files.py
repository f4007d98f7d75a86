"""The Terraform files of the repository, parsed: what the checks and the tests ask about them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import hcl2

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "terraform"


class Block(NamedTuple):
    """One `resource` or `data` block."""

    kind: str
    type: str
    name: str
    body: dict[str, Any]
    file: Path

    @property
    def address(self) -> str:
        return f"{'data.' if self.kind == 'data' else ''}{self.type}.{self.name}"


def terraform_folders(module: Path) -> list[Path]:
    """The module's own folder and those of its examples."""
    return [module, *sorted(path for path in (module / "examples").glob("*") if path.is_dir())]


def parsed(file: Path) -> dict[str, Any]:
    """The file as python-hcl2 gives it, without the quotes that it keeps around labels and text."""
    with file.open(encoding="utf-8") as source:
        return {str(key): _plain(value) for key, value in hcl2.load(source).items()}


def blocks(folders: Iterable[Path], kinds: tuple[str, ...] = ("resource", "data")) -> Iterator[Block]:
    """All resources and data sources below the folders themselves (not their subfolders)."""
    for folder in folders:
        for file in sorted(folder.glob("*.tf")):
            content = parsed(file)
            for kind in kinds:
                for entry in content.get(kind, []):
                    for type_name, named in entry.items():
                        for name, body in named.items():
                            yield Block(kind, type_name, name, body, file)


def block_types(folders: Iterable[Path]) -> dict[str, set[str]]:
    """The resource and data types in use, those of the AWS provider only."""
    types: dict[str, set[str]] = {"resource": set(), "data": set()}
    for block in blocks(folders):
        if block.type.startswith("aws_"):
            types[block.kind].add(block.type)
    return types


def _plain(value: Any) -> Any:  # noqa: ANN401 - HCL
    if isinstance(value, dict):
        return {_unquoted(str(key)): _plain(item) for key, item in value.items() if key != "__is_block__"}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return _unquoted(value) if isinstance(value, str) else value


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
