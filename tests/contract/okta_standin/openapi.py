"""Okta's OpenAPI document, examples and recorded answers, as checks."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DATA = Path(__file__).parents[2] / "data" / "okta-openapi"


def load(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


OAUTH = load("oauth-subset.json")
EXAMPLES: dict[str, Any] = load("oauth-examples.json")
ERROR_CODES = {error["errorCode"]: error for error in load("error-codes.json")}
RECORDED: list[dict[str, Any]] = load("recorded-responses.json")


def without_nulls(value: Any) -> Any:
    """Okta sends null where its document says string, so nulls are dropped first (see the data's README)."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def json_schema(schema: Any) -> Any:
    """An OpenAPI 3.0 schema as JSON Schema: `nullable` becomes a type."""
    if isinstance(schema, list):
        return [json_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    converted = {name: json_schema(member) for name, member in schema.items() if name != "nullable"}
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        converted["type"] = [schema["type"], "null"]
    return converted


def require_schema(body: Any, name: str) -> None:
    """Fail unless `body` is valid against the schema `name` of the OAuth document."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": json_schema(OAUTH["components"])}
    Draft202012Validator(schema).validate(without_nulls(body))


def recorded_errors() -> list[dict[str, Any]]:
    """Bodies of real answers in Okta's own error shape."""
    bodies = [sample["body"] for group in RECORDED for sample in group["samples"]]
    return [body for body in bodies if isinstance(body, dict) and "errorCode" in body]


def require_okta_error(body: dict[str, Any]) -> None:
    """Fail unless `body` looks like the recorded errors and names a code that Okta documents."""
    require_schema(body, "Error")
    assert list(body) == list(recorded_errors()[0])
    assert body["errorLink"] == body["errorCode"]
    assert body["errorId"].startswith("oae")
