"""Every line that a clone of this repository hands on: the files, and what its history still has of others."""

import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

COMMIT_MESSAGES = "commit-messages"
_NOT_OURS = frozenset({".git", ".venv", ".local", "dist", "__pycache__", ".hypothesis", "node_modules"})
_BINARY = frozenset({".png", ".ico", ".pyc"})


@dataclass(frozen=True)
class History:
    """Lines that commits brought and the files no longer have, by path, each with the commit that brought it."""

    commits: int
    is_whole: bool
    lines: dict[str, dict[str, str]] = field(default_factory=dict)


def files(root: Path) -> list[Path]:
    """The text files of the work tree: those that git knows or would add, or without git all but what is made here."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed is not None:
        found = [root / name for name in listed.split("\0") if name]
    else:
        found = [path for path in root.rglob("*") if _NOT_OURS.isdisjoint(path.relative_to(root).parts)]
    return sorted(path for path in found if path.suffix not in _BINARY and path.is_file() and not path.is_symlink())


def history(root: Path) -> History:
    """What the commits that lead to HEAD brought besides what the files say now; nothing where there is no git."""
    commits = _git(root, "rev-list", "--count", "HEAD")
    if commits is None:
        return History(0, is_whole=False)
    shallow = _git(root, "rev-parse", "--is-shallow-repository")
    now = {(path.suffix, line) for path in files(root) for line in path.read_text("utf-8", "replace").split("\n")}
    lines: dict[str, dict[str, str]] = defaultdict(dict)
    for commit, path, line in _brought(root):
        if Path(path).suffix not in _BINARY and (Path(path).suffix, line) not in now:
            lines[path].setdefault(line, commit)
    return History(int(commits), shallow == "false\n", dict(lines))


def _brought(root: Path) -> Iterator[tuple[str, str, str]]:
    """Each line that a commit added, with the commit and the path; and the lines of its message."""
    patches = _git(
        root, "-c", "core.quotePath=off", "log", "-p", "-m", "--format=%x00%h%n%B%x00", "--unified=0", "--no-renames",
        "--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", "HEAD",
    )  # fmt: skip
    _, *parts = (patches or "").split("\0")
    for about, patch in zip(parts[::2], parts[1::2], strict=True):
        commit, _, message = about.partition("\n")
        yield from ((commit, COMMIT_MESSAGES, line) for line in message.split("\n"))
        yield from ((commit, path, line) for path, line in added(patch))


def added(patch: str) -> Iterator[tuple[str, str]]:
    """Path and text of each added line of a patch without context lines."""
    path, left = "", 0
    for line in patch.split("\n"):
        if left:
            left -= line.startswith("+")
            if line.startswith("+"):
                yield path, line[1:]
        elif line.startswith("+++ b/"):
            path = line[len("+++ b/") :].rstrip("\t")
        elif line.startswith("@@ "):
            left = _number_added(line)


def _number_added(header: str) -> int:
    """The number of added lines that a hunk's header announces: `@@ -1,2 +3,4 @@` is 4, `+3` alone is 1."""
    _, _, number = header.split(" ")[2].partition(",")
    return int(number or 1)


def _git(root: Path, *arguments: str) -> str | None:
    """What git prints, or None where there is no git, no repository at `root` itself, or no commit yet."""
    # The tests may run as another user than the one who cloned.
    command = ["git", "-c", "safe.directory=*", "-C", str(root)]
    try:
        if not (root / ".git").exists():
            return None
        done = subprocess.run([*command, *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
