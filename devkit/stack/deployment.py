"""What template.yaml deploys, on a laptop: its API, and its functions with the stack's settings, each in a process."""

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from devkit.gateway.cfn_yaml import read_yaml
from devkit.gateway.functions import Function, FunctionDefinition
from devkit.gateway.lambda_function import LambdaFunction
from devkit.gateway.openapi import Api
from devkit.gateway.request import LOCAL_STAGE
from devkit.gateway.template import load_template
from devkit.packaging.problem import PackagingProblem
from devkit.packaging.unpacking import PACKAGES_VARIABLE, UnpackedFunctions
from devkit.stack.config import ConfigProblem
from devkit.stack.decisions import DecisionLog
from devkit.stack.function_settings import ROOT, RULES, Settings, names_for
from devkit.stack.log_pipe import log_pipe

TEMPLATE = ROOT / "template.yaml"
AUTHORIZER, SIGN_IN, IAM = "TokenAuthorizer", "OauthCallback", "IamApi"
"""The functions' logical ids in template.yaml."""
LAPTOP_VALUES = ("SESSION_KEY", "GATEWAY_SIGNING_KEYS")
"""On a laptop they are files, and as parameters of the template they are KMS keys."""


@dataclass(frozen=True)
class Deployment:
    """The API and its running functions, by logical id."""

    api: Api
    functions: Mapping[str, Function]
    authorizer: "CountedFunction"

    @property
    def signs_in(self) -> bool:
        """Whether the sign-in function runs."""
        return SIGN_IN in self.functions


class CountedFunction:
    """A function whose invocations are counted: what the gateway answers from its cache does not count."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._lock = threading.Lock()
        self.invocations = 0

    def invoke(self, event: Mapping[str, Any]) -> object:
        """Invoke the function. Raises FunctionError."""
        with self._lock:
            self.invocations += 1
        return self._function.invoke(event)


def deploy(
    parts: ExitStack, settings: Settings, backend: str, logs: Path, decisions: DecisionLog, *, signs_in: bool
) -> Deployment:
    """Start the functions; they end with `parts`. A sign-in function whose code is not there is left out."""
    parameters, rest = split_for_template(settings)
    template = load_template(TEMPLATE, {**parameters, "StageName": LOCAL_STAGE, "BackendUrl": backend})
    start = _Start(parts, rest, logs, _unpacked(logs.parent / "unpacked"))
    authorizer = CountedFunction(start(template.functions[AUTHORIZER], "authorizer", decisions.read_line))
    iam_api = start(template.functions[IAM], "iam", decisions.read_other_line)
    functions: dict[str, Function] = {AUTHORIZER: authorizer, IAM: iam_api}
    sign_in = template.functions[SIGN_IN]
    if signs_in and (sign_in.code / "app.py").is_file():
        functions[SIGN_IN] = start(sign_in, "login", decisions.read_other_line)
    return Deployment(template.api, functions, authorizer)


def split_for_template(settings: Mapping[str, str]) -> tuple[Settings, Settings]:
    """The settings as template parameters, and those that the template leaves to secrets and to laptops."""
    declared = read_yaml(TEMPLATE).get("Parameters", {})
    names = {name: parameter_name(name) for name in settings if name not in LAPTOP_VALUES}
    parameters = {parameter: settings[name] for name, parameter in names.items() if parameter in declared}
    rest = {name: value for name, value in settings.items() if names.get(name) not in declared}
    return parameters, rest


def parameter_name(setting: str) -> str:
    """OKTA_DOMAIN is OktaDomain in the template."""
    return "".join(word.capitalize() for word in setting.split("_"))


def with_own(definition: FunctionDefinition, rest: Mapping[str, str], part: str) -> FunctionDefinition:
    """The function with those of the `rest` in its environment that this part reads, and no other."""
    own = {name: value for name, value in rest.items() if name in names_for(part)}
    return replace(definition, environment={**definition.environment, **own})


@dataclass(frozen=True)
class _Start:
    """Starts functions."""

    parts: ExitStack
    rest: Settings
    logs: Path
    unpacked: UnpackedFunctions | None

    def __call__(self, definition: FunctionDefinition, part: str, on_line: Callable[[str], None]) -> LambdaFunction:
        log = self.parts.enter_context(log_pipe(self.logs / f"{definition.code.name}.log", on_line))
        function = self.parts.enter_context(LambdaFunction(with_own(self._located(definition), self.rest, part), log))
        function.start()
        return function

    def _located(self, definition: FunctionDefinition) -> FunctionDefinition:
        try:
            return self.unpacked(definition, RULES) if self.unpacked else definition
        except PackagingProblem as problem:
            raise ConfigProblem(str(problem)) from problem


def _unpacked(place: Path) -> UnpackedFunctions | None:
    """Where the packages are to be run and not the sources; see `devkit.packaging.unpacking`."""
    packages = os.environ.get(PACKAGES_VARIABLE)
    return UnpackedFunctions(Path(packages), TEMPLATE, place) if packages else None
