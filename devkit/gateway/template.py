"""template.yaml as the local stack needs it: the functions and the API, with parameters and conditions applied."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from devkit.gateway.cfn_yaml import TemplateError, read_yaml
from devkit.gateway.functions import FunctionDefinition
from devkit.gateway.intrinsics import Resolver
from devkit.gateway.openapi import Api, read_api

__all__ = ["Template", "TemplateError", "load_template"]


@dataclass(frozen=True)
class Template:
    """What a template deploys."""

    functions: Mapping[str, FunctionDefinition]
    api: Api


def load_template(path: Path, parameters: Mapping[str, str] = MappingProxyType({})) -> Template:
    """Read a SAM template; `parameters` are those of `sam deploy --parameter-overrides`. Raises TemplateError."""
    source = read_yaml(path)
    if "Globals" in source:
        raise TemplateError(f"{path}: Globals are not read by the local stack: write the properties on the functions")
    resolver = Resolver(source, parameters)
    resources = {name: _resolved(resource, resolver) for name, resource in source.get("Resources", {}).items()}
    functions = dict(_functions(resources, path.resolve().parent))
    api = _the_api(resources)
    for method in api.methods:
        named = [method.authorizer.function if method.authorizer else "", method.integration.function]
        if unknown := [name for name in named if name and name not in functions]:
            raise TemplateError(f"{method.verb} {method.resource} names {unknown[0]}, not a function")
    return Template(functions, api)


def _resolved(resource: Mapping[str, Any], resolver: Resolver) -> dict[str, Any]:
    properties = {}
    if resource["Type"].startswith("AWS::Serverless::"):
        properties = resolver.resolve(resource.get("Properties", {}))
    return {**resource, "Properties": properties}


def _the_api(resources: Mapping[str, Any]) -> Api:
    bodies = [
        resource["Properties"]["DefinitionBody"]
        for resource in resources.values()
        if resource["Type"] == "AWS::Serverless::Api"
    ]
    if len(bodies) != 1:
        raise TemplateError(f"The local stack needs one AWS::Serverless::Api, and the template has {len(bodies)}")
    return read_api(bodies[0])


def _functions(resources: Mapping[str, Any], root: Path) -> Iterator[tuple[str, FunctionDefinition]]:
    for name, resource in resources.items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = resource["Properties"]
        variables = properties.get("Environment", {}).get("Variables", {})
        yield (
            name,
            FunctionDefinition(
                name=name,
                handler=properties["Handler"],
                code=root / properties["CodeUri"],
                paths=tuple(_layer_paths(properties.get("Layers", []), resources, root)),
                environment={key: str(value) for key, value in variables.items()},
                timeout=float(properties.get("Timeout", 3)),
                memory_mb=int(properties.get("MemorySize", 128)),
            ),
        )


def _layer_paths(layers: list[str], resources: Mapping[str, Any], root: Path) -> Iterator[Path]:
    """The folders that are /opt/python on AWS; a layer that is built from requirements is this interpreter's own."""
    for layer in layers:
        folder = root / resources[layer]["Properties"]["ContentUri"]
        if not (folder / "requirements.txt").is_file():
            yield folder / "python"
