"""The OpenAPI document of the IAM API, and the page that shows it, which needs no network."""

import json
import re
from importlib.resources import files
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi import swagger_ui
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, Server

TITLE = "okta-gateway IAM API"
VERSION = "1"
DESCRIPTION = (
    "Users, groups and machine clients of the APIs behind the gateway. Every route but whoami needs an administrator: "
    "a caller whose groups map to ADMIN_SCOPE. Errors are problem documents (RFC 9457) with a stable `code`. Every "
    "answer to a change says when it takes effect."
)
BUILT_IN_REFUSAL = "HTTPValidationError"


def openapi_document(app: APIGatewayRestResolver, server_url: str) -> dict[str, Any]:
    """The document, without what the event handler adds of itself and this API never answers."""
    text = app.get_openapi_json_schema(
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        servers=[Server(url=server_url)],
        security_schemes={"OktaToken": HTTPBearer(bearerFormat="JWT", description="An access token for this gateway.")},
        security=[{"OktaToken": []}],
    )
    document: dict[str, Any] = json.loads(text)
    document["paths"] = dict(sorted(document["paths"].items()))
    for operations in document["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            if BUILT_IN_REFUSAL in json.dumps(answers.get("422", {})):
                del answers["422"]
    for name in (BUILT_IN_REFUSAL, "ValidationError", "ResponseValidationError"):
        document["components"]["schemas"].pop(name, None)
    return document


def documentation_page(document: dict[str, Any]) -> str:
    """Swagger UI with everything inside."""
    folder = files(swagger_ui)
    script = folder.joinpath("swagger-ui-bundle.min.js").read_text(encoding="utf-8")
    style = folder.joinpath("swagger-ui.min.css").read_text(encoding="utf-8")
    text = json.dumps(document).replace("</", "<\\/")
    page = swagger_ui.generate_swagger_html(text, script, style, "", None)
    # Without an icon of its own a browser asks for /favicon.ico, which this gateway refuses.
    head = f'<title>{TITLE}</title><link rel="icon" href="data:,">'
    return page.replace("<title>Swagger UI</title>", head).replace("<html>", '<html lang="en">')


def allowed_methods(document: dict[str, Any], path: str) -> list[str]:
    """The methods that a path has, none for a path that does not exist."""
    methods: set[str] = set()
    for template, operations in document["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path):
            methods.update(method.upper() for method in operations)
    return sorted(methods)
