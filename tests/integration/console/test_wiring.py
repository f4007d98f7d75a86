"""The console from the stack's settings: the authorizer's own code, the rules in force, the store's groups."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from starlette.responses import PlainTextResponse

from devkit.console.beside import CONSOLE
from devkit.console.wiring import console_beside
from devkit.gateway.request import LOCAL_STAGE
from devkit.gateway.template import load_template
from devkit.serving import serve
from devkit.stack.deployment import TEMPLATE
from devkit.stack.okta_client import OktaClient
from devkit.stack.seeds import AGENT, AUTH_SERVER_ID, MACHINE_SCOPE, USER
from tests.integration.authorizer.invocation import Okta, Store, settings_for
from tests.unit.console.test_recent import wait_for

GATEWAY = PlainTextResponse("the gateway", 418)

type Start = Callable[..., str]
"""Starts a gateway that answers 418 to everything, with the console beside it; returns its address."""


@pytest.fixture
def start(okta: Okta, store: Store) -> Iterator[Start]:
    values = {"BackendUrl": "http://127.0.0.1:1", "OktaDomain": "dev-1.okta.com", "StageName": LOCAL_STAGE}
    api = load_template(TEMPLATE, values).api
    with ExitStack() as parts:

        def started(**changes: str) -> str:
            settings = {**settings_for(okta), **store.settings, **changes}
            app = parts.enter_context(console_beside(GATEWAY, api, settings, stage_in_path=False))
            return parts.enter_context(serve(app))

        yield started


def picture_of_next(address: str, path: str, token: str) -> str:
    """Send a request and read the page that shows its way."""
    before = latest(address)
    assert httpx.get(address + path, headers={"Authorization": f"Bearer {token}"}).status_code == 418
    wait_for(lambda: latest(address) > before)
    return httpx.get(f"{address}{CONSOLE}", params={"request": latest(address)}).text


def latest(address: str) -> int:
    return int(httpx.get(f"{address}{CONSOLE}/recent").json()["latest"])


def test_a_machines_groups_come_out_of_the_store(okta: Okta, start: Start) -> None:
    token = OktaClient(okta.address, AUTH_SERVER_ID).machine_token(AGENT.client_id, AGENT.secret, MACHINE_SCOPE)
    html = picture_of_next(start(), "/api/servers", token)
    assert ">Allowed.<" in html
    assert "Groups, from idp_m2m_clients" in html
    assert 'class="holder">public-mcp-users' in html
    assert "its sender got 418" in html


def test_rules_of_the_store_are_in_the_matrix_as_they_are_now(okta: Okta, store: Store, start: Start) -> None:
    store.write_rules({"public-mcp-users": ["one"]}, {"one": ["GET /first"]})
    address = start(SCOPES_SOURCE="documentdb")
    assert "<code>GET /first</code>" in httpx.get(f"{address}{CONSOLE}").text
    store.write_rules({"public-mcp-users": ["one"]}, {"one": ["GET /second"]})
    html = httpx.get(f"{address}{CONSOLE}").text
    assert "<code>GET /second</code>" in html
    assert "GET /first" not in html


def test_the_gateways_answers_are_its_own(okta: Okta, start: Start) -> None:
    address = start()
    answer = httpx.get(f"{address}/anything", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.text) == (418, "the gateway")
    assert "cache-control" not in answer.headers


def test_no_token_is_in_any_answer(okta: Okta, start: Start) -> None:
    address = start()
    for token in (okta.mint(user=USER), okta.mint(user=USER, expires_in=-3600)):
        html = picture_of_next(address, "/api/servers", token)
        html += httpx.get(f"{address}{CONSOLE}/recent").text
        assert not [part for part in token.split(".") if part[:20] in html]
