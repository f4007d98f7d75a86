"""Write access rules as a scopes.yml that people can read; the remarks at its top stay."""

from pathlib import Path

import yaml

from devkit.cli.answers import CannotCheck
from devkit.cli.rules_sources import read_file
from okta_gateway.store.access_rules import Rules


def write_rules(file: Path, rules: Rules) -> None:
    """Replace the file: whole or not at all. Raises CannotCheck."""
    if file.suffix not in {".yml", ".yaml"}:
        raise CannotCheck(f"{file} is no YAML file: name a scopes.yml with --file.")
    unfinished = file.with_name(f".{file.stem}.new{file.suffix}")
    try:
        unfinished.write_text(_remarks(file) + as_yaml(rules), encoding="utf-8")
        # What people will commit has to be what was asked for, whatever names the store has.
        if read_file(unfinished) != rules:
            raise CannotCheck(f"The rules of the store cannot be written as YAML; {file} is as it was.")
        unfinished.replace(file)
    except OSError as error:
        raise CannotCheck(f"{file} cannot be written ({error.strerror}).") from error
    finally:
        unfinished.unlink(missing_ok=True)


def as_yaml(rules: Rules) -> str:
    """The text of a scopes.yml."""
    parts = ({"groups": rules["groups"]}, {"permissions": rules["permissions"]})
    return "\n".join(yaml.safe_dump(part, allow_unicode=True, sort_keys=True, width=110) for part in parts)


def _remarks(file: Path) -> str:
    """The lines at the top that say what the file is; remarks further down belong to entries that may be gone."""
    if not file.exists():
        return ""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    first_entry = next((number for number, line in enumerate(lines) if not line.startswith(("#", "\n"))), len(lines))
    return "".join(lines[:first_entry])
