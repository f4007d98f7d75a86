"""Sign-in on a laptop: what `make run` prepares for it. The walk through the pages is the function's own test."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from okta_gateway.login.gateway_tokens import GatewayTokens
from okta_gateway.login.signing_keys import signing_keys
from tests.e2e.stack.stack_process import StackProcess, running_stack_process, until


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    with running_stack_process(tmp_path_factory.mktemp("run")) as running:
        yield running


@pytest.fixture(scope="module")
def org_mode(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    """A stack with the org authorization server, below the stage's name as at an execute-api address."""
    with running_stack_process(tmp_path_factory.mktemp("org"), "", "--org-mode", stage_path="/local") as running:
        yield running


def printed_page(stack: StackProcess) -> str:
    """The address that is printed for signing in."""
    match = re.search(r"^Sign in with a browser: (\S+)$", stack.text(), flags=re.MULTILINE)
    assert match, stack.text()
    return match[1]


def own_token(stack: StackProcess) -> str:
    """A token as the gateway issues it at sign-in, for a user of public-mcp-users."""
    keys = signing_keys([str(stack.output.parent / "state" / "signing.pem")])
    who = {"subject": "00u1pat", "username": "pat@example.com", "email": "pat@example.com", "client_id": "0oa1"}
    tokens = GatewayTokens(keys, issuer=printed_page(stack).removesuffix("/oauth2/"))
    return tokens.issue(**who, groups=("public-mcp-users",))[0]


def authorization_request(page: str) -> httpx.Response:
    """Okta's answer to the request that a click on the page would begin."""
    redirect = httpx.get(f"{page}login/okta")
    assert redirect.status_code == 302, redirect.text
    return httpx.get(redirect.headers["Location"])


@pytest.mark.parametrize("mode", ["stack", "org_mode"])
def test_the_printed_page_answers_and_leads_to_oktas_own(mode: str, request: pytest.FixtureRequest) -> None:
    page = printed_page(request.getfixturevalue(mode))
    for url in (page, page.removesuffix("/")):
        answered = httpx.get(url)
        assert (answered.status_code, answered.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    at_okta = authorization_request(page)
    assert at_okta.status_code == 200, at_okta.text
    assert "password" in at_okta.text


def test_the_addresses_are_registered_with_okta_whatever_the_port_and_the_stage(
    stack: StackProcess, org_mode: StackProcess
) -> None:
    for running, path in ((stack, ""), (org_mode, "/local")):
        query = parse_qs(urlsplit(str(authorization_request(printed_page(running)).url)).query)
        assert query["redirect_uri"] == [f"http://localhost:{running.port}{path}/oauth2/callback/okta"]


def test_nothing_answers_outside_of_the_stage(org_mode: StackProcess) -> None:
    assert httpx.get(f"http://localhost:{org_mode.port}/oauth2/").json() == {"message": "Forbidden"}


def test_in_org_mode_the_gateways_own_tokens_open_the_api_and_oktas_do_not(org_mode: StackProcess) -> None:
    gateway = printed_page(org_mode).removesuffix("/oauth2/")
    token = own_token(org_mode)
    servers = f"{gateway}/api/servers"
    accepted = httpx.get(servers, headers={"Authorization": f"Bearer {token}"})
    assert accepted.status_code == 200
    assert accepted.json()["you"]["X-Auth-Method"] == "gateway"
    okta = f"http://127.0.0.1:{org_mode.ports()[1]}"
    oktas = httpx.post(f"{okta}/_standin/tokens", json={"user": "pat@example.com", "server": "org"}).json()["token"]
    assert httpx.get(servers, headers={"Authorization": f"Bearer {oktas}"}).status_code == 401


def test_without_org_mode_the_gateways_own_tokens_open_nothing(stack: StackProcess) -> None:
    servers = f"http://localhost:{stack.port}/api/servers"
    assert httpx.get(servers, headers={"Authorization": f"Bearer {own_token(stack)}"}).status_code == 401


@pytest.mark.parametrize("name", ["session.key", "signing.pem"])
def test_the_gateways_keys_are_its_owners_alone(stack: StackProcess, name: str) -> None:
    assert (stack.output.parent / "state" / name).stat().st_mode & 0o777 == 0o600


def test_what_sign_in_logs_is_on_the_screen_and_in_a_file(stack: StackProcess) -> None:
    assert httpx.get(f"{printed_page(stack)}session").status_code == 401
    until(lambda: "session_missing" in stack.text(), "the refusal was not shown")
    assert "session_missing" in (stack.output.parent / "state" / "logs" / "oauth_callback.log").read_text()


def test_a_real_org_without_a_web_application_runs_without_sign_in(tmp_path: Path, stack: StackProcess) -> None:
    okta = f"http://127.0.0.1:{stack.ports()[1]}"
    settings = (
        f"OKTA_DOMAIN={okta}\nOKTA_ALLOW_INSECURE_LOOPBACK=true\nOKTA_AUTH_SERVER_ID=aus1234567890abcdef\n"
        "OKTA_AUDIENCE=api://ai-registry\n"
    )
    with running_stack_process(tmp_path, settings) as running:
        assert "No sign-in: set OKTA_CLIENT_ID and OKTA_CLIENT_SECRET" in running.text()
        assert httpx.get(f"http://localhost:{running.port}/oauth2/").status_code == 500
        assert httpx.get(f"http://localhost:{running.port}/api/servers").status_code == 401
