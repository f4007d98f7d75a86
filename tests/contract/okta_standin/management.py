"""A caller of the stand-in's management API that holds every answer against Okta's document and recorded answers."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from tests.contract.okta_standin.openapi import (
    ERROR_CODES,
    RECORDED,
    json_schema,
    load,
    require_okta_error,
    without_nulls,
)
from tests.contract.okta_standin.standin_client import Standin

DOCUMENT = load("management-subset.json")
ADMINISTRATOR = "SSWS local-api-token-not-for-production"
READER = "SSWS local-read-token-not-for-production"
REAL_STATUSES = {("POST", "/api/v1/apps/{appId}/grants", 200)}
"""Recorded and not documented."""
_OF_APPS = {"orn", "universalLogout", "profile", "_embedded"}
NOT_IN_EACH_RECORDING = {
    "/api/v1/apps": _OF_APPS,
    "/api/v1/groups/{groupId}/apps": _OF_APPS,
    "/api/v1/authorizationServers": {"default", "displayName", "consent", "optional", "group_filter_type"},
}
"""Members that the older recordings lack, or that depend on how something was made or asked for."""
_COMPONENTS = json_schema(DOCUMENT["components"])
_TEMPLATES = sorted(DOCUMENT["paths"], key=lambda template: template.count("{"))
_PATTERNS = {template: re.compile(re.sub(r"\{\w+\}", "[^/]+", template)) for template in _TEMPLATES}


def template_of(path: str) -> str | None:
    """The path of Okta's document that `path` belongs to."""
    return next((template for template in _TEMPLATES if _PATTERNS[template].fullmatch(path)), None)


def require_documented(response: httpx.Response) -> None:
    """Fail unless an answer has a status, a body and headers as Okta's."""
    response.read()
    template = template_of(response.request.url.path)
    if response.status_code >= 400:
        require_okta_error(response.json())
        assert ERROR_CODES[response.json()["errorCode"]]["statusCode"] == response.status_code
        return
    assert template is not None, response.request.url
    _require_headers(response)
    method, status = response.request.method, response.status_code
    documented = DOCUMENT["paths"][template][method.lower()]["responses"]
    assert str(status) in documented or (method, template, status) in REAL_STATUSES, (method, template, status)
    answer = documented[str(status) if str(status) in documented else "201"]
    schema = answer.get("content", {}).get("application/json", {}).get("schema")
    if schema is not None:
        _require_body(response.json(), schema)
    if response.content:
        _require_recorded_members(response, template)


def _require_headers(response: httpx.Response) -> None:
    limit = int(response.headers["x-rate-limit-limit"])
    assert 0 <= int(response.headers["x-rate-limit-remaining"]) < limit
    assert int(response.headers["x-rate-limit-reset"]) > 0
    assert response.headers["cache-control"] == "no-cache, no-store"
    assert ("content-type" in response.headers) == (response.status_code != 204)


def _require_body(body: Any, schema: Any) -> None:
    """Application stands for every kind of app there, and the stand-in has one kind (rule in the data's README)."""
    text = json.dumps(json_schema(schema)).replace('schemas/Application"', 'schemas/OpenIdConnectApplication"')
    validator = Draft202012Validator({**json.loads(text), "components": _COMPONENTS})
    validator.validate(without_nulls(body))


def recorded_samples(method: str, template: str, status: int) -> list[dict[str, Any]]:
    """Real answers to a call."""
    groups = [g for g in RECORDED if (g["method"], g["template"], g["status"]) == (method, template, status)]
    return [sample for group in groups for sample in group["samples"]]


def _require_recorded_members(response: httpx.Response, template: str) -> None:
    """Where the call was recorded, an answer has the members of one of the recorded ones."""
    samples = recorded_samples(response.request.method, template, response.status_code)
    ours, real = _members(response.json()), [_members(sample["body"]) for sample in samples]
    if ours and any(real):
        free = next((names for start, names in NOT_IN_EACH_RECORDING.items() if template.startswith(start)), set())
        assert ours - free in [members - free for members in real], (ours, real)


def _members(body: Any) -> set[str]:
    first = next(iter(body), {}) if isinstance(body, list) else body
    return set(first or {})


class Management:
    """Calls below `/api/v1`."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def get(self, path: str, **params: str | int) -> httpx.Response:
        return self.http.get(f"/api/v1{path}", params=params or None)

    def post(self, path: str, body: Any = None, **params: str) -> httpx.Response:
        return self.http.post(f"/api/v1{path}", json=body, params=params or None)

    def put(self, path: str, body: Any = None) -> httpx.Response:
        return self.http.put(f"/api/v1{path}", json=body)

    def delete(self, path: str, **params: str) -> httpx.Response:
        return self.http.delete(f"/api/v1{path}", params=params or None)

    def read(self, path: str, **params: str | int) -> Any:
        return succeeded(self.get(path, **params))

    def pages(self, path: str, **params: str | int) -> Iterator[list[dict[str, Any]]]:
        """All pages of a list, by their Link headers."""
        response = self.get(path, **params)
        while True:
            yield succeeded(response)
            following = links(response).get("next")
            if following is None:
                return
            response = self.http.get(following)

    def create_user(self, name: str, password: str | None = "correct horse", **params: str) -> dict[str, Any]:
        body: dict[str, Any] = {"profile": profile(name)}
        if password:
            body["credentials"] = {"password": {"value": password}}
        user: dict[str, Any] = succeeded(self.post("/users", body, **params))
        return user

    def create_group(self, name: str, description: str | None = None) -> dict[str, Any]:
        members = {"name": name} | ({"description": description} if description else {})
        group: dict[str, Any] = succeeded(self.post("/groups", {"profile": members}))
        return group

    def group_named(self, name: str) -> dict[str, Any]:
        return next(group for group in self.read("/groups", q=name) if group["profile"]["name"] == name)


def profile(name: str) -> dict[str, str]:
    return {"firstName": name, "lastName": "Example", "login": f"{name}@example.com", "email": f"{name}@example.com"}


def succeeded(response: httpx.Response) -> Any:
    assert response.is_success, response.text
    return response.json() if response.content else None


def refusal(response: httpx.Response) -> tuple[int, str, list[str]]:
    """Status, code and causes."""
    body = response.json()
    return response.status_code, body["errorCode"], [cause["errorSummary"] for cause in body["errorCauses"]]


def links(response: httpx.Response) -> dict[str, str]:
    """The Link headers by relation; one line has one link."""
    lines = response.headers.get_list("link")
    found = [re.fullmatch(r'<([^<>]+)>; rel="(\w+)"', line) for line in lines]
    assert all(found), lines
    return {match[2]: match[1] for match in found if match}


@contextmanager
def managing(okta: Standin, authorization: str | None = ADMINISTRATOR) -> Iterator[Management]:
    """A caller with this Authorization header."""
    headers = {"Authorization": authorization} if authorization else {}
    hooks = {"response": [require_documented]}
    with httpx.Client(base_url=okta.address, headers=headers, event_hooks=hooks) as http:
        yield Management(http)


def bearer(okta: Standin, scope: str) -> str:
    """The header with an access token of the key agent."""
    form = okta.assertion_form(okta.assertion(okta.endpoint("org", "token")), scope)
    response = okta.request_token(form, "org")
    assert response.status_code == 200, response.text
    return f"Bearer {response.json()['access_token']}"


def control(okta: Standin, route: str, /, **body: Any) -> Any:
    response = okta.http.post(f"/_standin/{route}", json=body)
    assert response.status_code == 200, response.text
    return json.loads(response.text)
