"""The guide's two commands, word for word but for address and token, through the local gateway."""

import json
import subprocess
from typing import Any

import pytest

from devkit.stack.okta_client import OktaClient
from devkit.stack.seeds import AUTH_SERVER_ID, MACHINE_SCOPE
from tests.e2e.iam.conftest import Site

ADDRESS = "https://registry.example.com"
USER_COMMAND = f"""curl -X POST {ADDRESS}/api/iam/users \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{{
    "username": "john.doe@example.com",
    "email": "john.doe@example.com",
    "firstName": "John",
    "lastName": "Doe",
    "groups": ["public-mcp-users"]
  }}'"""
CLIENT_COMMAND = f"""curl -X POST {ADDRESS}/api/iam/m2m \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{{
    "name": "ai-agent-4",
    "description": "AI Agent for autonomous operations",
    "groups": ["public-mcp-users", "ai-agents"]
  }}'"""


def pasted(command: str, site: Site, token: str) -> tuple[int, Any]:
    """Status and body of the answer to a command of the guide."""
    here = command.replace(ADDRESS, site.url) + ' -sS -w "\\n%{http_code}"'
    done = subprocess.run(
        ["bash", "-u"], input=f"TOKEN={token}\n{here}\n", capture_output=True, text=True, check=True, timeout=60
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body)


def test_the_command_for_a_user_makes_the_user(site: Site) -> None:
    status, user = pasted(USER_COMMAND, site, site.admin_token)
    assert status == 201
    assert (user["username"], user["firstName"], user["lastName"]) == ("john.doe@example.com", "John", "Doe")
    assert user["groups"] == ["public-mcp-users"]
    again, problem = pasted(USER_COMMAND, site, site.admin_token)
    assert (again, problem["code"]) == (409, "user_exists")


def test_the_command_for_a_machine_client_makes_one_that_works_until_it_is_deleted(site: Site) -> None:
    status, client = pasted(CLIENT_COMMAND, site, site.admin_token)
    assert status == 201
    assert {"client_id", "client_secret", "groups", "okta_app_id"} <= client.keys()
    assert client["groups"] == ["public-mcp-users", "ai-agents"]
    okta = OktaClient(site.okta, AUTH_SERVER_ID)
    token = okta.machine_token(client["client_id"], client["client_secret"], MACHINE_SCOPE)
    assert site.ask("GET", "/api/servers", token).status_code == 200
    assert site.ask("GET", "/api/iam/m2m", token).status_code == 403
    path = f"/api/iam/m2m/{client['client_id']}"
    assert site.ask("DELETE", path, site.admin_token).status_code == 200
    with pytest.raises(Exception, match="401"):
        okta.machine_token(client["client_id"], client["client_secret"], MACHINE_SCOPE)
    assert client["client_secret"] not in written(site)


@pytest.mark.parametrize("command", [USER_COMMAND, CLIENT_COMMAND], ids=["user", "machine client"])
def test_the_commands_are_refused_to_others(site: Site, command: str) -> None:
    assert pasted(command, site, site.user_token)[0] == 403
    assert pasted(command, site, "")[0] == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/iam/users"),
        ("DELETE", "/api/iam/users/ada@example.com"),
        ("POST", "/api/iam/groups"),
        ("PUT", "/api/iam/groups/registry-admins/scopes"),
        ("POST", "/api/iam/m2m/register"),
        ("POST", "/api/iam/m2m/sync"),
        ("POST", "/api/iam/m2m/0oa0987654321fedcba/secret"),
    ],
)
def test_who_is_no_administrator_gets_403_and_no_token_401(site: Site, method: str, path: str) -> None:
    assert site.ask(method, path, site.user_token).status_code == 403
    assert site.ask(method, path).status_code == 401
    assert site.ask("GET", "/api/iam/whoami", site.user_token).json()["administrator"] is False


def written(site: Site) -> str:
    """What is on the screen and in the log files."""
    logs = sorted((site.stack.output.parent / "state" / "logs").iterdir())
    return "".join([site.stack.text(), *(log.read_text(encoding="utf-8") for log in logs)])
