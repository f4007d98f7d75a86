"""The API's OpenAPI document as the Terraform module makes it, without Terraform.

Reads openapi.yaml.tftpl with the few directives that it uses. `make check-deploy` compares the result with Terraform's
own, so that tests without Terraform may trust it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from devkit.deploy_checks.terraform_cli import Terraform, TerraformFailed
from devkit.deploy_checks.terraform_files import MODULE

TEMPLATE = MODULE / "openapi.yaml.tftpl"
PARTS = "x-parts"
"""The document's shared parts, which YAML aliases refer to; api.tf leaves them out too."""

_DIRECTIVE = re.compile(r"^%\{ (?:if (?P<negated>!)?(?P<name>\w+)|(?P<word>else|endif)) ~\}$")
_VALUE = re.compile(r"\$\{(\w+)\}")

type Values = Mapping[str, str | int | bool]

EVERYTHING: Values = {
    "title": "a-gateway",
    "has_backend_routes": True,
    "has_iam_routes": True,
    "has_sign_in_routes": True,
    "has_functions": True,
    "has_backend": True,
    "backend_url": "https://backend.example.com/v0",
    "has_vpc_link": False,
    "vpc_link_id": "",
    "has_shared_secret": False,
    "shared_secret": "",
    "forward_authorization": False,
    "forward_cookies": False,
    "iam_docs_public": False,
    "authorizer_result_ttl": 60,
    "authorizer_uri": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/TokenAuthorizer/invocations",
    "sign_in_uri": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/OauthCallback/invocations",
    "iam_uri": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/IamApi/invocations",
}
"""The values of a gateway with a database and a backend; api.tf derives them from its variables."""

SHAPES: tuple[Values, ...] = (
    EVERYTHING,
    {**EVERYTHING, "has_backend": False, "iam_docs_public": True, "forward_cookies": True},
    {**EVERYTHING, "has_vpc_link": True, "vpc_link_id": "abc123", "has_sign_in_routes": False},
    {**EVERYTHING, "has_shared_secret": True, "shared_secret": "s" * 32, "forward_authorization": True},
    {**EVERYTHING, "has_functions": False, "has_iam_routes": False, "has_sign_in_routes": False},
    {**EVERYTHING, "has_backend_routes": False, "has_iam_routes": False},
)


def render(values: Values, template: Path = TEMPLATE) -> dict[str, Any]:
    """The document for these values."""
    text = "\n".join(_lines(template.read_text(encoding="utf-8").splitlines(), values))
    document: dict[str, Any] = yaml.safe_load(_VALUE.sub(lambda match: str(values[match[1]]), text))
    return {name: value for name, value in document.items() if name != PARTS}


def rendering_problems(terraform: Terraform, scratch: Path) -> list[str]:
    """Where Terraform makes another document of the template than `render`, a sentence for each shape."""
    return [
        f"shape {number}: Terraform reads openapi.yaml.tftpl differently from devkit/deploy_checks/api_document.py"
        for number, values in enumerate(SHAPES)
        if _rendered_by(terraform, scratch, values) != render(values)
    ]


def _rendered_by(terraform: Terraform, scratch: Path, values: Values) -> dict[str, Any]:
    """What templatefile and yamldecode give, by way of an output of an empty module."""
    (scratch / "values.json").write_text(json.dumps(values), encoding="utf-8")
    (scratch / "main.tf").write_text(
        f'output "document" {{\n  value = jsonencode(yamldecode(templatefile({json.dumps(str(TEMPLATE))},'
        ' jsondecode(file("values.json")))))\n}\n',
        encoding="utf-8",
    )
    terraform.run(scratch, "apply", "-auto-approve", "-no-color", "-input=false")
    document = json.loads(json.loads(terraform.run(scratch, "output", "-json", "document")))
    if not isinstance(document, dict):
        raise TerraformFailed("openapi.yaml.tftpl is no YAML mapping")
    return {name: value for name, value in document.items() if name != PARTS}


def _lines(lines: list[str], values: Values) -> Iterator[str]:
    """The lines outside of directives whose condition does not hold."""
    open_conditions: list[bool] = []
    for line in lines:
        directive = _DIRECTIVE.match(line)
        if not directive:
            if all(open_conditions):
                yield line
        elif directive["name"]:
            open_conditions.append(bool(values[directive["name"]]) != bool(directive["negated"]))
        elif directive["word"] == "else":
            open_conditions[-1] = not open_conditions[-1]
        else:
            open_conditions.pop()
