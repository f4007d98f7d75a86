"""The module's arguments, blocks and references against the schema of the current AWS provider."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from devkit.deploy_checks.provider_schema import SCHEMA_FILE
from devkit.deploy_checks.terraform_files import Block, blocks, terraform_folders

META = frozenset({"count", "for_each", "depends_on", "provider", "lifecycle", "__comments__", "__inline_comments__"})
_REFERENCE = re.compile(
    r"(?<![\w.])(?P<data>data\.)?(?P<type>aws_\w+)\.(?P<name>\w+)(?P<index>\[[^\]]*\])?\.(?P<attribute>\w+)"
)

type Schema = Mapping[str, Any]


def argument_problems(module: Path, schema_file: Path = SCHEMA_FILE) -> list[str]:
    """What the current provider would refuse, in the module and its examples, one sentence each."""
    schema = json.loads(schema_file.read_text(encoding="utf-8"))
    found = list(blocks(terraform_folders(module)))
    problems = [problem for block in found for problem in _block_problems(block, schema)]
    names = {block.address for block in found}
    for folder in terraform_folders(module):
        for file in sorted(folder.glob("*.tf")):
            problems += _reference_problems(file, schema, names)
    return problems


def _block_problems(block: Block, schema: Schema) -> Iterator[str]:
    if not block.type.startswith("aws_"):
        return
    known = schema[block.kind].get(block.type)
    if known is None:
        yield (
            f"{block.file.name}: {block.address}: the committed schema does not know {block.type};"
            " run python -m devkit.deploy_checks.provider_schema"
        )
        return
    yield from (f"{block.file.name}: {block.address}: {problem}" for problem in _body_problems(block.body, known))


def _body_problems(body: Mapping[str, Any], known: Schema) -> Iterator[str]:
    nested = dict(_nested_blocks(body, known))
    for name in [*body, *_dynamic(body)]:
        if name in META or name == "dynamic" or name in nested:
            continue
        if name not in known["arguments"]:
            yield f"{name} is no argument of the current provider"
    required = [name for name, needed in known["arguments"].items() if needed]
    required += [name for name, inner in known["blocks"].items() if inner["required"]]
    yield from (f"{name} is missing" for name in required if name not in body and name not in nested)
    for name, bodies in nested.items():
        for inner in bodies:
            yield from (f"{name}: {problem}" for problem in _body_problems(inner, known["blocks"][name]))


def _nested_blocks(body: Mapping[str, Any], known: Schema) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """The nested blocks with their bodies, dynamic ones included."""
    for name in known["blocks"]:
        if isinstance(body.get(name), list):
            yield name, body[name]
    yield from ((name, content["content"]) for name, content in _dynamic(body).items() if name in known["blocks"])


def _dynamic(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: content for entry in body.get("dynamic", []) for name, content in entry.items()}


def _reference_problems(file: Path, schema: Schema, names: set[str]) -> Iterator[str]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        for match in _REFERENCE.finditer(line.split("#", 1)[0]):
            kind = "data" if match["data"] else "resource"
            address = f"{match['data'] or ''}{match['type']}.{match['name']}"
            known = schema[kind].get(match["type"])
            if address not in names:
                yield f"{file.name}:{number}: there is no {address}"
            elif known and match["attribute"] not in {*known["arguments"], *known["blocks"], *known["attributes"]}:
                yield f"{file.name}:{number}: {match['type']} has no attribute {match['attribute']}"
