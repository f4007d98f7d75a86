"""What is in the files and what only the history has, of repositories made here."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from devkit.supply_chain.repository_text import COMMIT_MESSAGES, added, files, history

Git = Callable[..., None]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Runs git in tmp_path/repo, with nobody's own settings."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        **{f"GIT_{who}_{what}": "x@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    (tmp_path / "repo").mkdir()

    def run(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=tmp_path / "repo", env=environment, check=True, capture_output=True)

    run("init", "-b", "main")
    return run


@pytest.fixture
def repo(tmp_path: Path, git: Git) -> Path:
    """Two commits: the first brings a line that the second takes away, and a file that the second moves."""
    root = tmp_path / "repo"
    (root / "a.txt").write_text("stays\ngoes\n")
    (root / "b.txt").write_text("moves\n")
    git("add", ".")
    git("commit", "-m", "first message")
    (root / "a.txt").write_text("stays\ncomes\n")
    (root / "folder").mkdir()
    git("mv", "b.txt", "folder/ü c.txt")
    git("commit", "-a", "-m", "second message")
    return root


def test_history_holds_what_the_files_do_not(repo: Path) -> None:
    past = history(repo)
    assert past.commits == 2
    assert past.is_whole
    assert list(past.lines["a.txt"]) == ["goes"]
    assert {"first message", "second message"} <= set(past.lines[COMMIT_MESSAGES])
    assert set(past.lines) == {"a.txt", COMMIT_MESSAGES}


def test_a_line_that_is_changed_and_not_committed_is_history(repo: Path) -> None:
    (repo / "folder" / "ü c.txt").write_text("changed\n")
    assert set(history(repo).lines) == {"a.txt", "b.txt", "folder/ü c.txt", COMMIT_MESSAGES}


def test_a_line_that_only_a_merge_brought_is_history(repo: Path, git: Git) -> None:
    git("checkout", "-b", "side", "HEAD~1")
    (repo / "side.txt").write_text("from the side\n")
    git("add", ".")
    git("commit", "-m", "side")
    git("checkout", "main")
    git("merge", "--no-commit", "side")
    (repo / "a.txt").write_text("stays\nslipped in\n")
    git("commit", "-a", "-m", "merge")
    (repo / "a.txt").write_text("stays\n")
    assert "slipped in" in history(repo).lines["a.txt"]


def test_a_shallow_clone_has_not_the_whole_history(repo: Path, git: Git, tmp_path: Path) -> None:
    git("clone", "--depth", "1", repo.as_uri(), str(tmp_path / "shallow"))
    past = history(tmp_path / "shallow")
    assert (past.commits, past.is_whole) == (1, False)


def test_without_git_there_are_files_and_no_history(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    for name in ("a.txt", "picture.png", ".venv/b.txt"):
        (tmp_path / name).write_text("x")
    assert files(tmp_path) == [tmp_path / "a.txt"]
    assert (history(tmp_path).commits, history(tmp_path).lines) == (0, {})


def test_a_folder_of_another_repository_is_not_taken_for_one(repo: Path) -> None:
    assert history(repo / "folder").commits == 0


def test_files_are_those_that_git_would_add(repo: Path) -> None:
    (repo / ".gitignore").write_text("ignored.txt\n")
    (repo / "ignored.txt").write_text("x")
    (repo / "new.txt").write_text("x")
    assert [path.relative_to(repo).as_posix() for path in files(repo)] == [
        ".gitignore",
        "a.txt",
        "folder/ü c.txt",
        "new.txt",
    ]


@pytest.mark.parametrize(
    ("patch", "lines"),
    [
        pytest.param("+++ b/x\n@@ -0,0 +1,2 @@\n+one\n+two", [("x", "one"), ("x", "two")], id="two lines"),
        pytest.param("+++ b/x\n@@ -1 +1 @@\n-one\n+two\n\\ No newline at end of file", [("x", "two")], id="one line"),
        pytest.param("+++ b/x\n@@ -1,2 +0,0 @@\n-one\n-two", [], id="taken away"),
        pytest.param("+++ b/x\n@@ -0,0 +1,1 @@\n+++ b/y\n", [("x", "++ b/y")], id="a line like a file's name"),
        pytest.param("+++ b/a b\t\n@@ -0,0 +1 @@\n+one", [("a b", "one")], id="a blank in the name"),
        pytest.param("+++ b/x\n@@ -0,0 +1 @@ +5,6 @@\n+one", [("x", "one")], id="a heading that looks like one"),
    ],
)
def test_added_lines_are_read_by_the_numbers_of_the_hunk(patch: str, lines: list[tuple[str, str]]) -> None:
    assert list(added(patch)) == lines
