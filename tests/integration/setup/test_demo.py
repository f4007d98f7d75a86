"""The whole story of the demo, played in an org that had nothing but an administrator's API token.

`okta-gateway setup` makes the server with all its parts, the groups and the applications. What the story has besides is
made as an operator would: the first administrator by Okta's API, since nobody can use the IAM API before; other people,
and a machine with groups, by the IAM API; the groups of setup's own machine by `okta-gateway m2m add`; and the machine
that nobody registers by Okta's API, as a stranger would make it in the admin console.
"""

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from devkit.stack import demo, story
from devkit.stack.config import read_env_file
from devkit.stack.decisions import DecisionLog
from devkit.stack.iam_story import STORY
from devkit.stack.okta_client import OktaClient
from devkit.stack.parts import Place, RunningStack, running_stack
from devkit.stack.seeds import ADMIN, AGENT, READERS, USER, Application
from devkit.stack.story import GROUPLESS_USER
from tests.integration.setup.conftest import ORG, TOKEN, Operator

STRANGER: dict[str, Any] = {
    "name": "oidc_client",
    "label": "stranger",
    "signOnMode": "OPENID_CONNECT",
    "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic", "pkce_required": False}},
    "settings": {
        "oauthClient": {
            "application_type": "service",
            "grant_types": ["client_credentials"],
            "response_types": ["token"],
        }
    },
}


@contextmanager
def _new_org(key_folder: Path, folder: Path) -> Iterator[Operator]:
    with serve(create_app(load_org(ORG), key_folder=shutil.copytree(key_folder, folder / "keys"))) as okta:
        operator = Operator(okta, folder)
        assert [operator.api(f"/{kind}") for kind in ("users", "apps", "authorizationServers")] == [[], [], []]
        # The IAM API of the story needs the API token too.
        lines = f"OKTA_DOMAIN={okta}\nOKTA_ALLOW_INSECURE_LOOPBACK=true\nOKTA_API_TOKEN={TOKEN}\n"
        operator.env.write_text(lines, "utf-8")
        yield operator


def _by_the_iam_api(stack: RunningStack, path: str, body: dict[str, object]) -> Any:
    administrator = OktaClient(stack.addresses.okta, stack.addresses.auth_server_id).mint(user=ADMIN)
    address, headers = f"{stack.addresses.gateway}/api/iam/{path}", {"Authorization": f"Bearer {administrator}"}
    return httpx.post(address, headers=headers, json=body, timeout=30).raise_for_status().json()


def _person(login: str, *groups: str) -> dict[str, object]:
    name = login.partition("@")[0].title()
    return {"username": login, "email": login, "firstName": name, "lastName": "Example", "groups": groups}


def _set_up(operator: Operator) -> Application:
    """The org, its first administrator, and the machine that setup makes, with groups."""
    assert operator("setup", "--yes").exit_code == 0
    operator.add_person(ADMIN, "registry-admins")
    machine = Application(
        str(operator.settings["OKTA_M2M_CLIENT_ID"]), str(operator.settings["OKTA_M2M_CLIENT_SECRET"])
    )
    assert operator("m2m", "add", "agent", "--client-id", machine.client_id, "--group", READERS).exit_code == 0
    return machine


def _stranger(operator: Operator) -> Application:
    client = operator.api("/apps", "POST", STRANGER)["credentials"]["oauthClient"]
    return Application(client["client_id"], client["client_secret"])


@pytest.mark.timeout(240)
def test_the_whole_demo_passes_in_an_org_that_was_empty(
    key_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _new_org(key_folder, tmp_path) as operator:
        agent = _set_up(operator)
        place = Place(operator.tfvars.parent)
        with running_stack(read_env_file(operator.env), place, DecisionLog(), lambda: None) as stack:
            for person in (_person(USER, READERS), _person(GROUPLESS_USER)):
                _by_the_iam_api(stack, "users", person)
            other = _by_the_iam_api(stack, "m2m", {"name": "other-agent", "description": "", "groups": [READERS]})
            # The story knows its machines by the ids of the local Okta; those of a new org Okta chooses.
            monkeypatch.setattr(story, "AGENT", agent)
            monkeypatch.setattr(story, "UNREGISTERED", _stranger(operator))
            monkeypatch.setattr(story, "KEY_AGENT_ID", other["client_id"])
            monkeypatch.setattr(demo, "STORY", [_with_id(step, agent.client_id) for step in STORY])
            shown = io.StringIO()
            assert demo.play_story(stack, Console(file=shown, width=160), lambda: None), shown.getvalue()


def _with_id(step: story.Step, client_id: str) -> story.Step:
    ids = {AGENT.client_id: client_id}
    return replace(step, backend={name: ids.get(value, value) for name, value in step.backend.items()})
