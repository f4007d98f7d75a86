"""Requests to the IAM API as events of API Gateway, and the answers to them."""

import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from devkit.gateway.authorizer_answer import Answer as AuthorizerAnswer
from devkit.gateway.events import proxy_event
from devkit.gateway.openapi import Api
from devkit.gateway.request import Request
from devkit.gateway.routes import Routes
from devkit.gateway.template import load_template
from okta_gateway.apigateway.responses import header_list, header_value

ROOT = Path(__file__).parents[3]
KEY_APP = "0oa7777777777private"
ADMIN_SCOPE, ADMIN_GROUP = "registry:admin:full", "registry-admins"
_numbers = itertools.count()


@dataclass(frozen=True)
class Caller:
    """Somebody whose token the authorizer verified."""

    id: str
    username: str | None = None
    groups: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    kind: str = "user"
    client_id: str = "0oa1234567890abcdef"

    def answer(self) -> AuthorizerAnswer:
        """What the authorizer says about them (`okta_gateway.apigateway.responses`)."""
        context = {
            "sub": header_value(self.username or self.id),
            "username": header_value(self.username),
            "client_id": header_value(self.client_id),
            "groups": header_list(self.groups, ","),
            "scopes": header_list(self.scopes, " "),
            "auth_method": "okta",
            "token_type": self.kind,
            "groups_source": "token" if self.kind == "user" else "store",
            "issuer": "https://okta.example.com/oauth2/aus1234567890abcdef",
            "jti": "AT.local",
            "exp": f"{time.time() + 3600:.0f}",
        }
        return AuthorizerAnswer(header_value(self.id), {}, context)


ADA = Caller("00u1ada00000000000a1", "ada@example.com", (ADMIN_GROUP,), (ADMIN_SCOPE, "mcp:servers:read"))
PAT = Caller("00u1pat00000000000p1", "pat@example.com", ("public-mcp-users",), ("mcp:servers:read",))
ROBOT = Caller(KEY_APP, None, (ADMIN_GROUP,), (ADMIN_SCOPE,), kind="m2m", client_id=KEY_APP)
"""A machine that administers."""


@dataclass(frozen=True)
class Answer:
    """What the caller gets."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    text: str = field(repr=False)

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document; it must be one."""
        assert self.headers["content-type"] == "application/problem+json", (self.status, self.text)
        document: dict[str, Any] = self.body
        assert document["status"] == self.status
        return document

    @property
    def code(self) -> str:
        return str(self.problem["code"])

    def ok(self, status: int = 200) -> Any:
        """The body of an answer that must have this status."""
        assert self.status == status, (self.status, self.text)
        return self.body


def request_event(
    method: str,
    path: str,
    body: object = None,
    query: Mapping[str, object] | None = None,
    actor: Caller | None = ADA,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The event that API Gateway makes of a request."""
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"host": "gateway.example.com", "accept": "*/*"} | ({"content-type": "application/json"} if content else {})
    request = Request(
        method=method,
        path=path,
        query=urlencode(query or {}, doseq=True),
        headers=tuple((sent | dict(headers or {})).items()),
        body=content,
        client_ip="127.0.0.1",
        request_id=f"request-{next(_numbers)}",
    )
    match = Routes(_api().methods).find(method, path)
    assert match, f"API Gateway has no route for {method} {path}"
    return dict(proxy_event(request, match, actor.answer() if actor else None, _api().binary_media_types))


@cache
def _api() -> Api:
    parameters = {"BackendUrl": "https://backend.example.com", "OktaDomain": "x.okta.com", "IamDocsPublic": "true"}
    return load_template(ROOT / "template.yaml", parameters).api
