"""Read access rules from a file: scopes.yml as people write it, or the JSON that packaging compiled from it."""

import json
import logging
from os import PathLike
from os.path import basename
from typing import TYPE_CHECKING, Any

from okta_gateway.access.scopes import AccessRules, validate_rules
from okta_gateway.errors import AccessRulesInvalid

if TYPE_CHECKING:
    import yaml

_logger = logging.getLogger(__name__)

_MAPPING, _SEQUENCE, _STRING = (f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str"))

type _Lines = dict[tuple[str, ...], int]


def load_rules(path: str | PathLike[str]) -> AccessRules:
    """Load and validate the rules in `path`. Raises AccessRulesInvalid with file, line and key of every problem."""
    name = basename(path)
    data, lines = _read(path)
    rules = validate_rules(data, lambda keys: f"{name}, line {lines[keys]}" if keys in lines else name)
    if isinstance(data, dict) and "permissions" not in data:
        _logger.warning("%s has no permissions: the shipped ones apply", name)
    if unused := rules.scopes_without_permissions():
        _logger.warning("%s: these scopes open no route, are they misspelt? %s", name, ", ".join(unused))
    return rules


def compile_rules(path: str | PathLike[str]) -> str:
    """The JSON of a valid scopes.yml, which a function reads without importing a YAML parser."""
    load_rules(path)
    return json.dumps(_read(path)[0], indent=1, sort_keys=True)


def _read(path: str | PathLike[str]) -> tuple[object, _Lines]:
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise AccessRulesInvalid(f"{path} cannot be read ({error}): set SCOPES_FILE to your scopes.yml") from None
    name = basename(path)
    return _read_json(name, text) if name.endswith(".json") else _read_yaml(name, text)


def _read_json(name: str, text: str) -> tuple[object, _Lines]:
    try:
        return json.loads(text, object_pairs_hook=_unique), {}
    except (ValueError, RecursionError) as error:
        raise AccessRulesInvalid(f"{name}: {error}; compile it again from scopes.yml") from None


def _unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in members:
        if name in values:
            raise ValueError(f"the key {name!r} stands twice")
        values[name] = value
    return values


def _read_yaml(name: str, text: str) -> tuple[object, _Lines]:
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise AccessRulesInvalid(f"{name} is not YAML: {' '.join(str(error).split())}") from None
    if node is None:
        raise AccessRulesInvalid(f"{name} is empty; it maps groups to scopes under the key 'groups'")
    lines: _Lines = {}
    problems: list[str] = []
    data = _plain(node, (), lines, problems)
    if problems:
        raise AccessRulesInvalid("\n".join(f"{name}, {problem}" for problem in problems))
    return data, lines


def _plain(node: "yaml.Node", keys: tuple[str, ...], lines: _Lines, problems: list[str]) -> object:
    """YAML nodes as plain data, noting the line of each key; what plain YAML loading would hide is a problem."""
    line = node.start_mark.line + 1
    if len(keys) > 3:
        problems.append(f"line {line}: nested too deep; {'.'.join(keys[:2])} is a list of strings")
        return None
    lines[keys] = lines.get(keys, line)
    if node.tag == _MAPPING:
        return _plain_mapping(node, keys, lines, problems)
    if node.tag == _SEQUENCE:
        return [_plain(item, (*keys, str(index)), lines, problems) for index, item in enumerate(node.value)]
    return _plain_string(node, keys, problems)


def _plain_mapping(node: "yaml.Node", keys: tuple[str, ...], lines: _Lines, problems: list[str]) -> dict[str, object]:
    data: dict[str, object] = {}
    for key_node, value_node in node.value:
        key = _plain_string(key_node, keys, problems)
        if not isinstance(key, str):
            continue
        if key in data:
            problems.append(f"line {key_node.start_mark.line + 1}: the key {key!r} stands twice; keep one")
        lines[*keys, key] = key_node.start_mark.line + 1
        data[key] = _plain(value_node, (*keys, key), lines, problems)
    return data


def _plain_string(node: "yaml.Node", keys: tuple[str, ...], problems: list[str]) -> str | None:
    if node.tag == _STRING:
        return str(node.value)
    shown = f" {node.value!r}" if isinstance(node.value, str) else ""
    line, place = node.start_mark.line + 1, ".".join(keys[:2]) or "the file"
    problems.append(f"line {line}: the value{shown} in {place} must be a string; put it into quotes")
    return None
