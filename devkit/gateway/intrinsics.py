"""CloudFormation's parameters, conditions and intrinsic functions, resolved for the local account."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from devkit.gateway.cfn_yaml import TemplateError
from devkit.gateway.functions import ACCOUNT, REGION

LOCAL_API_ID = "local"
_PSEUDO_PARAMETERS: Final = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "local",
    "AWS::URLSuffix": "amazonaws.com",
}
_ARNS: Final = {
    "AWS::Serverless::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:",
}
_NO_VALUE = object()


class Resolver:
    """Turns template values into plain data. Source: AWS CloudFormation guide, "Intrinsic function reference"."""

    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        self._resources: Mapping[str, Any] = template.get("Resources", {})
        self._conditions: Mapping[str, Any] = template.get("Conditions", {})
        self._values = {**_PSEUDO_PARAMETERS, **parameter_values(template.get("Parameters", {}), parameters)}
        self._functions: Mapping[str, Callable[[Any], object]] = {
            "Ref": self._ref,
            "Condition": self._condition,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::If": self._if,
            "Fn::Join": lambda value: str(value[0]).join(self.resolve(value[1])),
            "Fn::Split": lambda value: self.resolve(value[1]).split(value[0]),
            "Fn::Equals": lambda value: self.resolve(value[0]) == self.resolve(value[1]),
            "Fn::Not": lambda value: not self.resolve(value[0]),
            "Fn::And": lambda value: all(self.resolve(item) for item in value),
            "Fn::Or": lambda value: any(self.resolve(item) for item in value),
        }

    def resolve(self, value: Any) -> Any:  # noqa: ANN401 - YAML
        """Return `value` without intrinsic functions; what is AWS::NoValue disappears. Raises TemplateError."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name in self._functions:
                return self._functions[name](argument)
            if isinstance(name, str) and name.startswith("Fn::"):
                raise TemplateError(f"{name} is not supported by the local gateway")
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _NO_VALUE}

    def _ref(self, name: str) -> object:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in self._values:
            return self._values[name]
        if name not in self._resources:
            raise TemplateError(f"!Ref {name}: there is no such parameter or resource")
        return LOCAL_API_ID if self._resources[name]["Type"] == "AWS::Serverless::Api" else name

    def _get_att(self, value: list[str]) -> str:
        resource, attribute = value
        kind = self._resources.get(resource, {}).get("Type")
        if attribute != "Arn" or kind not in _ARNS:
            raise TemplateError(f"!GetAtt {resource}.{attribute}: only the Arn of {', '.join(_ARNS)} is known here")
        return f"{_ARNS[kind]}{resource}"

    def _sub(self, value: str | list[Any]) -> str:
        text, names = (value, {}) if isinstance(value, str) else (value[0], value[1])

        def replacement(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in names:
                return str(self.resolve(names[name]))
            return str(self._get_att(name.split(".", 1)) if "." in name else self._ref(name))

        return re.sub(r"\$\{([^}]+)\}", replacement, text)

    def _if(self, value: list[Any]) -> object:
        name, then, otherwise = value
        return self.resolve(then if self._condition(name) else otherwise)

    def _condition(self, name: str) -> bool:
        if name not in self._conditions:
            raise TemplateError(f"There is no condition {name}")
        return bool(self.resolve(self._conditions[name]))


def parameter_values(declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Return every parameter's value: the given one, else its default. Raises TemplateError with all that is wrong."""
    problems = [f"{name}: the template has no such parameter" for name in given if name not in declared]
    values = {}
    for name, declaration in declared.items():
        if name not in given and "Default" not in declaration:
            problems.append(f"{name}: a value is needed ({declaration.get('Description', '')})")
            continue
        values[name] = str(given.get(name, declaration.get("Default")))
        problems += [f"{name}: {problem}" for problem in _violations(declaration, values[name])]
    if problems:
        raise TemplateError("Template parameters: " + "; ".join(problems))
    return values


def _violations(declaration: Mapping[str, Any], value: str) -> list[str]:
    """What is wrong with a value; it is not quoted, since it may be a secret."""
    allowed = [str(item) for item in declaration.get("AllowedValues", [])]
    if allowed and value not in allowed:
        return ["must be one of " + ", ".join(item or "(empty)" for item in allowed)]
    if "AllowedPattern" in declaration and not re.fullmatch(declaration["AllowedPattern"], value):
        return ["must be " + declaration.get("ConstraintDescription", f"like {declaration['AllowedPattern']}")]
    if declaration.get("Type") == "Number":
        return _number_violations(declaration, value)
    return []


def _number_violations(declaration: Mapping[str, Any], value: str) -> list[str]:
    try:
        number = float(value)
    except ValueError:
        return ["must be a number"]
    low, high = declaration.get("MinValue", number), declaration.get("MaxValue", number)
    return [] if float(low) <= number <= float(high) else [f"must lie between {low} and {high}"]
