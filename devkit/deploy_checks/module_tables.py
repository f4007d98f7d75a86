"""The tables of terraform/README.md: every variable and every output, as the files declare them.

`python -m devkit.deploy_checks.module_tables` writes them between their marks.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devkit.deploy_checks.terraform_files import MODULE, parsed

PAGE = MODULE / "README.md"
TABLES = ("inputs", "outputs")


def declared(module: Path, kind: str) -> dict[str, Mapping[str, Any]]:
    """The `variable` or `output` blocks of the module by name, in the order of its files."""
    found: dict[str, Mapping[str, Any]] = {}
    for file in sorted(module.glob("*.tf")):
        for entry in parsed(file).get(kind, []):
            found |= entry
    return found


def tables(module: Path = MODULE) -> dict[str, str]:
    """The text of each table."""
    inputs = [_input_row(name, body) for name, body in declared(module, "variable").items()]
    outputs = [
        f"| `{name}` | {body['description']}{_mark(body)} |" for name, body in declared(module, "output").items()
    ]
    return {
        "inputs": "\n".join(["| name | type | default | meaning |", "| --- | --- | --- | --- |", *inputs]),
        "outputs": "\n".join(["| name | meaning |", "| --- | --- |", *outputs]),
    }


def with_tables(text: str, module: Path = MODULE) -> str:
    """The page with the tables that belong into it."""
    for name, table in tables(module).items():
        before, _, rest = text.partition(f"<!-- {name} -->\n")
        _, mark, after = rest.partition(f"<!-- /{name} -->")
        text = f"{before}<!-- {name} -->\n{table}\n{mark}{after}"
    return text


def _input_row(name: str, body: Mapping[str, Any]) -> str:
    kind = _expression(str(body["type"])).replace("|", "\\|")
    default = f"`{_literal(body['default'])}`" if "default" in body else "**required**"
    return f"| `{name}` | `{kind}` | {default} | {str(body['description']).replace('|', chr(92) + '|')}{_mark(body)} |"


def _mark(body: Mapping[str, Any]) -> str:
    return " (sensitive)" if body.get("sensitive") in (True, "true") else ""


def _expression(text: str) -> str:
    return text[2:-1] if text.startswith("${") else text


def _literal(value: Any) -> str:  # noqa: ANN401 - HCL
    if isinstance(value, str) and value.startswith("${"):
        return _expression(value)
    return (
        json.dumps(value)
        .replace('{"', "{ ")
        .replace('":', " =")
        .replace(', "', ", ")
        .replace("}", " }")
        .replace("{ }", "{}")
    )


def main() -> int:
    """Write the page; return the exit status."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"Wrote the tables of {PAGE.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
