"""Write settings into files that people keep too: their other lines stay, and nobody else can read the secrets."""

import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

OWNER_ONLY = 0o600

type Line = Callable[[str, str], str]


def env_line(name: str, value: str) -> str:
    """As devkit/stack/config.py reads it: in single quotes where anything could be taken for more than itself."""
    plain = re.fullmatch(r"[A-Za-z0-9_./:@%+~-]*", value)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}={value}" if plain else f"{name}='{escaped}'"


def tfvars_line(name: str, value: str) -> str:
    """A string of HCL is one of JSON, but for its templates; true is no string."""
    literal = value if value in {"true", "false"} else json.dumps(value).replace("${", "$${").replace("%{", "%%{")
    return f"{name} = {literal}"


def merge(path: Path, settings: Mapping[str, str], line: Line) -> None:
    """Put the settings into the file, each in the line where it was, new ones at the end. Raises OSError.

    The file is replaced as a whole, so that a failure leaves the old one; its mode becomes 600.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    left = dict(settings)
    merged = []
    for text in lines:
        name = _name(text)
        if name not in settings:
            merged.append(text)
        elif name in left:
            merged.append(line(name, left.pop(name)))
    merged += [line(name, value) for name, value in left.items()]
    _replace(path, "".join(f"{text}\n" for text in merged))


def differing(path: Path, settings: Mapping[str, str], line: Line) -> list[str]:
    """The names of settings that the file has with another value."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [name for text in lines if (name := _name(text)) in settings and text.strip() != line(name, settings[name])]


def _name(text: str) -> str:
    match = re.match(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=", text)
    return match[1] if match else ""


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)
