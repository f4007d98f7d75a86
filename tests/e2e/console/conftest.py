"""One `make run` for the walks through the console; each test has a browser profile of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from devkit.console.beside import CONSOLE
from devkit.stack.okta_client import OktaClient
from devkit.stack.seeds import AUTH_SERVER_ID
from tests.e2e.browser.conftest import browser, complaints, context, page
from tests.e2e.stack.stack_process import StackProcess, running_stack_process

__all__ = ["browser", "complaints", "context", "page"]  # fixtures


@dataclass(frozen=True)
class Stack:
    """A stack that runs in a process of its own."""

    process: StackProcess

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.process.port}"

    @property
    def console(self) -> str:
        return self.origin + CONSOLE

    @property
    def okta(self) -> OktaClient:
        return OktaClient(f"http://127.0.0.1:{self.process.ports()[1]}", AUTH_SERVER_ID)

    def send(self, method: str, path: str, token: str) -> int:
        """Send a request through the gateway; its status."""
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.request(method, self.origin + path, headers=headers, json={"name": "Search"}).status_code


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack_process(tmp_path_factory.mktemp("run")) as running:
        yield Stack(running)
