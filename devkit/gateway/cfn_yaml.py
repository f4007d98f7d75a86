"""CloudFormation's YAML: the short tags (`!Ref`, `!Sub`) become the long form (`{"Ref": ...}`, `{"Fn::Sub": ...}`)."""

from pathlib import Path
from typing import Any

import yaml


class TemplateError(Exception):
    """The template cannot be read, or says something that the local stack cannot do."""


class _Loader(yaml.SafeLoader):
    """SafeLoader that knows CloudFormation's tags."""


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the template as plain data. Raises TemplateError with file and line."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - _Loader is a SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TemplateError(f"{path}: {error}") from error
    if not isinstance(document, dict):
        raise TemplateError(f"{path}: a template is a mapping")
    return document


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        text = str(loader.construct_scalar(node))
        return {name: text.split(".", 1) if name == "Fn::GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    raise TemplateError(f"!{suffix} cannot be read")


_Loader.add_multi_constructor("!", _intrinsic)
