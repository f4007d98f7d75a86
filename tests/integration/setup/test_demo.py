"""The whole story of the demo, played in an org that `okta-gateway setup` has made out of an empty one."""

import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from devkit.stack.config import read_env_file
from devkit.stack.decisions import DecisionLog
from devkit.stack.demo import play_story
from devkit.stack.parts import Place, running_stack
from devkit.stack.seeds import ADMIN, AGENT, KEY_AGENT_ID, READERS, UNREGISTERED, USER
from devkit.stack.story import GROUPLESS_USER
from tests.integration.setup.conftest import ORG, TOKEN, Operator

DEMO_MACHINES = (AGENT.client_id, UNREGISTERED.client_id, KEY_AGENT_ID)


@pytest.mark.timeout(240)
def test_the_whole_demo_passes_in_an_org_that_was_empty(key_folder: Path, tmp_path: Path) -> None:
    org, seeded = load_org(ORG), load_org()
    # The story's machines and its person without groups: setup makes none of them, and the story knows them by id.
    for client_id in DEMO_MACHINES:
        machine = seeded.app(client_id)
        assert machine
        org.add_app(machine)
    nobody = seeded.user(GROUPLESS_USER)
    assert nobody
    org.add_user(nobody)
    keys = shutil.copytree(key_folder, tmp_path / "keys")
    with serve(create_app(org, key_folder=keys)) as okta:
        operator = Operator(okta, tmp_path)
        # The IAM API of the story needs the API token too.
        lines = f"OKTA_DOMAIN={okta}\nOKTA_ALLOW_INSECURE_LOOPBACK=true\nOKTA_API_TOKEN={TOKEN}\n"
        operator.env.write_text(lines, "utf-8")
        assert operator("setup", "--yes").exit_code == 0
        operator.control(f"users/{ADMIN}", groups=["registry-admins"])
        operator.control(f"users/{USER}", groups=[READERS])
        shown = io.StringIO()
        place = Place(tmp_path / "stack")
        with running_stack(read_env_file(operator.env), place, DecisionLog(), lambda: None) as stack:
            assert play_story(stack, Console(file=shown, width=160), lambda: None), shown.getvalue()
