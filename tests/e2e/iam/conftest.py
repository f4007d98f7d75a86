"""The stack that `make run` starts, with an administrator and somebody who is none."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from devkit.stack.okta_client import OktaClient
from devkit.stack.seeds import ADMIN, AUTH_SERVER_ID, USER
from tests.e2e.stack.stack_process import StackProcess, running_stack_process


@dataclass(frozen=True)
class Site:
    """The local gateway, and the tokens of two people."""

    stack: StackProcess
    url: str
    okta: str
    admin_token: str = field(repr=False)
    user_token: str = field(repr=False)

    def ask(self, method: str, path: str, token: str = "", **options: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.request(method, self.url + path, headers=headers, timeout=40, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_stack_process(tmp_path_factory.mktemp("iam")) as stack:
        okta = f"http://127.0.0.1:{stack.ports()[1]}"
        client = OktaClient(okta, AUTH_SERVER_ID)
        tokens = [client.mint(user=login) for login in (ADMIN, USER)]
        yield Site(stack, f"http://localhost:{stack.port}", okta, *tokens)
