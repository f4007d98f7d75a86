"""What Okta really answered, from tests/data/okta-openapi/recorded-responses.json."""

import functools
import json
from pathlib import Path
from typing import Any

import httpx

DATA = Path(__file__).parents[2] / "data" / "okta-openapi"


@functools.cache
def table(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def sample(method: str, template: str, status: int, index: int = 0) -> dict[str, Any]:
    """Request and answer as they were recorded; paths below /api/v1."""
    for group in table("recorded-responses"):
        if (group["method"], group["template"], group["status"]) == (method, f"/api/v1{template}", status):
            found: dict[str, Any] = group["samples"][index]
            return found
    raise LookupError(f"nothing recorded for {method} {template} {status}")


def answer(method: str, template: str, status: int = 200, index: int = 0) -> httpx.Response:
    """A new response, with the status, the headers and the body of a recorded one."""
    recorded = sample(method, template, status, index)
    content = b"" if recorded["body"] is None else json.dumps(recorded["body"]).encode()
    return httpx.Response(status, headers=recorded["headers"], content=content)


def body(method: str, template: str, status: int = 200, index: int = 0) -> Any:
    return sample(method, template, status, index)["body"]
