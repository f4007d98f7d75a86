"""The sample backend: a list of servers, and an honest echo of what reached it."""

import asyncio
from typing import Any

import httpx
import pytest

from devkit.sample_backend import create_app


def ask(*requests: tuple[str, str, Any], headers: list[tuple[str, str]] | None = None) -> list[httpx.Response]:
    async def talk() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://backend") as client:
            return [await client.request(verb, path, json=body, headers=headers) for verb, path, body in requests]

    return asyncio.run(talk())


@pytest.mark.parametrize(
    ("verb", "path", "body", "status"),
    [
        pytest.param("GET", "/api/servers", None, 200, id="list"),
        pytest.param("GET", "/api/servers/weather", None, 200, id="one"),
        pytest.param("GET", "/api/servers/nothing", None, 404, id="none"),
        pytest.param("POST", "/api/servers", {"name": "Search"}, 201, id="add"),
        pytest.param("POST", "/api/servers", {"title": "Search"}, 400, id="add without name"),
        pytest.param("POST", "/api/servers", None, 400, id="add nothing"),
        pytest.param("DELETE", "/api/servers/weather", None, 200, id="delete"),
        pytest.param("DELETE", "/api/servers/nothing", None, 404, id="delete none"),
        pytest.param("PATCH", "/elsewhere", None, 200, id="any other path"),
    ],
)
def test_every_answer_says_who_asked(verb: str, path: str, body: Any, status: int) -> None:
    [answer] = ask((verb, path, body), headers=[("X-User", "00u1"), ("X-Groups", "a,b")])
    assert answer.status_code == status
    assert answer.json()["you"]["X-User"] == "00u1"
    assert answer.json()["you"]["X-Groups"] == "a,b"
    assert answer.json()["you"]["X-Scopes"] is None


def test_an_added_server_can_be_read_and_deleted() -> None:
    added, listed, read, _, gone = ask(
        ("POST", "/api/servers", {"name": "Search"}),
        ("GET", "/api/servers", None),
        ("GET", "/api/servers/server-1", None),
        ("DELETE", "/api/servers/server-1", None),
        ("GET", "/api/servers/server-1", None),
    )
    assert added.json()["server"] in listed.json()["servers"]
    assert read.json()["server"]["name"] == "Search"
    assert gone.status_code == 404


def test_a_header_that_arrived_twice_shows_both_values() -> None:
    [answer] = ask(("GET", "/api/servers", None), headers=[("X-Groups", "mine"), ("X-Groups", "smuggled")])
    assert answer.json()["you"]["X-Groups"] == "mine, smuggled"


@pytest.mark.parametrize(
    ("value", "reached"),
    [pytest.param("-", False, id="replaced by the gateway"), pytest.param("Bearer x", True, id="let through")],
)
def test_credentials_that_reach_the_backend_are_told(value: str, reached: bool) -> None:
    [answer] = ask(("GET", "/api/servers", None), headers=[("Authorization", value), ("Cookie", value)])
    assert answer.json()["you"]["Authorization reached me"] is reached
    assert answer.json()["you"]["Cookie reached me"] is reached
