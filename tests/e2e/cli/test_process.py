"""The command as a person runs it: processes, pipes, exit codes, and no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from devkit.stack.seeds import WEB_APP
from tests.e2e.cli.conftest import Command, allow_redirect
from tests.e2e.stack.stack_process import ROOT, free_port
from tests.integration.authorizer.invocation import Okta

DEADLINE = 60
BROWSER = """
import re, sys, html, httpx
with httpx.Client() as http:
    page = http.get(sys.argv[1])
    form = html.unescape(re.search(r'action="([^"]+/sign-in[^"]*)"', page.text)[1])
    http.get(http.post(str(page.url.join(form)), data={"user": "pat@example.com"}).headers["Location"])
print("browsers write things", flush=True)
"""


def run(*arguments: str, stdin: str = "", environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "devkit.cli", *arguments],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
        env={**os.environ, **(environ or {})},
    )


def test_a_token_goes_through_the_pipe_to_its_explanation(command: Command) -> None:
    token = run(*command.options(), "token")
    assert (token.returncode, token.stderr) == (0, "")
    explained = run(*command.options(), "explain", "-", "--json", stdin=token.stdout)
    assert (explained.returncode, explained.stderr) == (0, "")
    assert json.loads(explained.stdout)["groups_source"] == "documentdb"


def test_a_browser_that_is_started_writes_nothing_into_the_pipe(
    command: Command, own_okta: Okta, tmp_path: Path
) -> None:
    script = tmp_path / "browser.py"
    script.write_text(BROWSER, encoding="utf-8")
    web = f"OKTA_CLIENT_ID={WEB_APP.client_id}\nOKTA_CLIENT_SECRET={WEB_APP.secret}\n"
    port = free_port()
    command.settings(own_okta, web)
    allow_redirect(own_okta, port)
    browser = {"BROWSER": f"{sys.executable} {script} %s &"}
    result = run(*command.options(), "token", "--user", "--port", str(port), environ=browser)
    assert (result.returncode, result.stdout.count("."), len(result.stdout.splitlines())) == (0, 2, 1), result.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--help"], 0), (["explain", "--help"], 0), (["scopes", "--help"], 0), (["nonsense"], 2), (["token", "--x"], 2)],
)
def test_help_and_usage(arguments: list[str], code: int) -> None:
    result = run(*arguments, environ={"COLUMNS": "80"})
    assert result.returncode == code
    assert "Usage: okta-gateway" in result.stdout + result.stderr
    assert max(map(len, (result.stdout + result.stderr).splitlines())) <= 80


def test_a_reader_that_goes_away_is_no_error(command: Command, okta: Okta) -> None:
    line = '"$0" -m devkit.cli "$@" | true'
    shell = ["sh", "-c", line, sys.executable, *command.options(), "explain", okta.mint(user="pat@example.com")]
    result = subprocess.run(shell, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert result.stderr == ""
