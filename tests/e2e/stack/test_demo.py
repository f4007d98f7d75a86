"""`make demo`: the story, in one table; right only when all of it is."""

import subprocess
from pathlib import Path

import pytest

from devkit.stack.iam_story import STORY
from tests.e2e.stack.stack_process import ROOT, command


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("demo", *arguments), cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )


def test_the_demo_shows_every_step_as_expected() -> None:
    done = demo()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert done.stdout.count("as expected") == len(STORY)
    assert f"All {len(STORY)} steps went as they must." in done.stdout
    assert "\x1b" not in done.stdout
    for words in ("Step", "Asked", "Expected", "Got", "token_expired", "store_unavailable", "the gateway's cached"):
        assert words in done.stdout


def test_a_demo_with_a_broken_authorizer_fails_and_shows_why(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OKTA_AUDIENCE=api://somebody-else\n")
    done = demo("--env-file", str(tmp_path / ".env"))
    assert done.returncode == 1
    assert "steps did not go as they must." in done.stdout
    assert "instead of 200" in done.stdout
    assert "audience_mismatch" in done.stdout


@pytest.mark.parametrize(
    "setting", ["OKTA_DOMAIN=dev-1.okta.com\nOKTA_AUTH_SERVER_ID=a\nOKTA_AUDIENCE=b", "DOCUMENTDB_URI=mongodb://x/"]
)
def test_the_demo_never_plays_against_anything_real(tmp_path: Path, setting: str) -> None:
    (tmp_path / ".env").write_text(setting)
    done = demo("--env-file", str(tmp_path / ".env"))
    assert done.returncode == 1
    assert "the demo brings its own Okta and database" in done.stderr
