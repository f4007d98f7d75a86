"""The IAM API's OpenAPI document as a page of Markdown, for docs/reference/."""

import json
from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from okta_gateway.iam_routes import groups, m2m, users
from okta_gateway.iam_routes.document import DESCRIPTION, openapi_document

type Json = dict[str, Any]


def iam_api_lines() -> list[str]:
    """What the API is, each operation with what it takes and answers, and the shapes of bodies and answers."""
    document = _document()
    lines = [DESCRIPTION, ""]
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            lines += _operation(f"{method.upper()} {path}", operation)
    lines += ["## Shapes", ""]
    for name, schema in sorted(document["components"]["schemas"].items()):
        lines += _shape(name, schema)
    return lines[:-1]


def _document() -> Json:
    app = APIGatewayRestResolver(enable_validation=True)
    for routes in (users, groups, m2m):
        app.include_router(routes.router)
    return openapi_document(app, "https://gateway.example.com")


def _operation(title: str, operation: Json) -> list[str]:
    lines = [f"## {title}", "", f"{operation['summary']}.", ""]
    if rows := [_parameter(parameter) for parameter in operation.get("parameters", ())]:
        lines += ["| parameter | in | type | meaning |", "| --- | --- | --- | --- |", *rows, ""]
    if body := operation.get("requestBody"):
        lines += [f"Body: {_type(_json_schema(body))}.", ""]
    answers = [_answer(status, answer) for status, answer in sorted(operation["responses"].items())]
    return [*lines, "| answer | body | meaning |", "| --- | --- | --- |", *answers, ""]


def _parameter(parameter: Json) -> str:
    schema = parameter["schema"]
    return f"| `{parameter['name']}` | {parameter['in']} | {_type(schema)} | {_meaning(schema | parameter)} |"


def _answer(status: str, answer: Json) -> str:
    bodies = [_type(content["schema"]) for content in answer.get("content", {}).values()]
    meaning = answer["description"].replace("\n\n", "<br>")
    return f"| {status} | {' or '.join(dict.fromkeys(bodies))} | {meaning} |"


def _json_schema(body: Json) -> Json:
    schema: Json = body["content"]["application/json"]["schema"]
    return schema


def _shape(name: str, schema: Json) -> list[str]:
    lines = [f"### {name}", "", *schema.get("description", "").split("\n"), ""]
    required = schema.get("required", ())
    rows = [
        f"| `{member}` | {_type(part)} | {'yes' if member in required else ''} | {_meaning(part)} |"
        for member, part in schema.get("properties", {}).items()
    ]
    return [*lines, "| member | type | required | meaning |", "| --- | --- | --- | --- |", *rows, ""]


def _type(schema: Json) -> str:
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if one_of := schema.get("anyOf"):
        return " or ".join(dict.fromkeys(map(_type, one_of)))
    if values := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        return " or ".join(f"`{value}`" for value in values)
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("type", "anything"))


def _meaning(part: Json) -> str:
    return " ".join(_sentences(part)).replace("|", "\\|")


def _sentences(part: Json) -> Iterator[str]:
    if text := part.get("description"):
        yield text
    if "default" in part:
        yield f"Default: `{json.dumps(part['default'])}`."
    if (examples := part.get("examples")) and examples[0] not in (None, []):
        yield f"Such as `{json.dumps(examples[0])}`."
