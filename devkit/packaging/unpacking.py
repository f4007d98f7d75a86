"""Packages unpacked as Lambda has them, so that the local stack runs what is deployed and nothing of this machine.

With OKTA_GATEWAY_PACKAGES=dist in its environment the stack takes its functions from there. Each gets its own task and
layer folders and a Python without site-packages: what the layers forgot is missing here too.
"""

import importlib.util
import platform
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from devkit.gateway.cfn_yaml import read_yaml
from devkit.gateway.functions import FunctionDefinition
from devkit.packaging.problem import PackagingProblem

PACKAGES_VARIABLE = "OKTA_GATEWAY_PACKAGES"
RUNTIME_CLIENT = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")
AWS_SDK = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
"""Both come with the Lambda runtime (AWS Lambda developer guide, "Working with layers for Python Lambda functions")."""


class UnpackedFunctions:
    """Unpacks from `packages` the functions that it is asked for, into the folder `place`, which is made anew."""

    def __init__(self, packages: Path, template: Path, place: Path) -> None:
        self._packages = packages
        self._place = place
        self._resources = read_yaml(template)["Resources"]
        shutil.rmtree(place, ignore_errors=True)
        _link_runtime(place / "runtime")

    def __call__(self, definition: FunctionDefinition, rules: Path) -> FunctionDefinition:
        """The same function from its packages; in place of the shipped `rules` it reads what they were compiled to.

        Raises PackagingProblem.
        """
        task, opt = (self._place / mount / definition.code.name for mount in ("task", "opt"))
        extract(self._packages / f"{definition.code.name}.zip", task)
        for layer in layers_of(definition.name, self._resources, this_architecture()):
            extract(self._packages / f"{layer}.zip", opt)
        environment = dict(definition.environment)
        if environment.get("SCOPES_FILE") == str(rules):
            environment["SCOPES_FILE"] = str(opt / "scopes.json")
        return replace(
            definition,
            code=task,
            paths=(opt / "python", self._place / "runtime"),
            environment=environment,
            python=(str(Path(sys.executable).resolve()), "-S"),
        )


def layers_of(function: str, resources: Mapping[str, Any], architecture: str) -> list[str]:
    """The packages of a function's layers, without `.zip`, in the template's order.

    A layer of one processor stands in the template beside its twin of the other, and a condition chooses.
    """
    names = []
    for layer in _references(resources[function]["Properties"]["Layers"]):
        properties = resources[layer]["Properties"]
        name = Path(properties["ContentUri"]).name
        processors = properties.get("CompatibleArchitectures")
        if not processors or architecture in processors:
            names.append(f"{name}-{architecture}" if processors else name)
    return names


def this_architecture() -> str:
    """Lambda's name for the processor of this machine."""
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict) and "Ref" in value:
        yield value["Ref"]
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _references(item)


def extract(archive: Path, folder: Path) -> None:
    """Unpack into a folder that may hold other layers already. Raises PackagingProblem.

    Two layers that bring the same file are a problem: the later one would win (AWS Lambda developer guide, "Managing
    Lambda dependencies with layers").
    """
    if not archive.is_file():
        raise PackagingProblem(f"{archive} is not there: run make package.")
    with zipfile.ZipFile(archive) as packed:
        if twice := [name for name in packed.namelist() if (folder / name).exists()]:
            raise PackagingProblem(f"{archive.name} and a layer before it both bring {twice[0]}.")
        packed.extractall(folder)


def _link_runtime(folder: Path) -> None:
    folder.mkdir(parents=True)
    for module in (*RUNTIME_CLIENT, *AWS_SDK):
        spec = importlib.util.find_spec(module)
        if spec and spec.origin:
            origin = Path(spec.origin)
            source = origin.parent if origin.name == "__init__.py" else origin
            (folder / source.name).symlink_to(source)
