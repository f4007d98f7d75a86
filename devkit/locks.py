"""The lock files: what a laptop installs, and what the Lambda layers carry, in the same versions.

`python -m devkit.locks` writes them from pyproject.toml; versions that still fit stay as they are.
"""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLAGS = (
    "--universal",
    "--python-version",
    "3.13",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-annotate",
    "--no-header",
)


class LockFailed(Exception):
    """uv could not resolve; the message is a sentence for a person, followed by what uv said."""


@dataclass(frozen=True)
class LockFile:
    """One lock file: the dependency group of pyproject.toml it pins, and the file whose versions it must share."""

    path: str
    group: str
    constraint: str = ""


LOCK_FILES = (
    LockFile("requirements.lock", "dev"),
    LockFile("layers/dependencies/requirements.txt", "layer", constraint="requirements.lock"),
    LockFile("layers/web_dependencies/requirements.txt", "web-layer", constraint="requirements.lock"),
    LockFile("layers/iam_dependencies/requirements.txt", "iam-layer", constraint="requirements.lock"),
)


def write(lock: LockFile, output: Path, root: Path = ROOT) -> None:
    """Resolve the group into `output`, keeping the versions that stand there already. Raises LockFailed."""
    constraint = ("--constraint", lock.constraint) if lock.constraint else ()
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--python", sys.executable, *FLAGS]
    command += ["--group", lock.group, *constraint, "--output-file", str(output)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LockFailed(
            f"{lock.path} could not be resolved: uv needs the package index (check your network, proxy or index"
            f" setting) and versions that fit together. It said:\n{done.stderr.strip()}"
        )


def is_fresh(lock: LockFile, root: Path = ROOT) -> bool:
    """Whether the committed file is what `write` would write now. Raises LockFailed."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "lock.txt"
        if (root / lock.path).exists():
            shutil.copyfile(root / lock.path, copy)
        write(lock, copy, root)
        return (root / lock.path).exists() and copy.read_bytes() == (root / lock.path).read_bytes()


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` only compare; return the exit status."""
    try:
        if "--check" in arguments:
            stale = [lock.path for lock in LOCK_FILES if not is_fresh(lock)]
            if stale:
                print(f"Not up to date with pyproject.toml: {', '.join(stale)}. Run make lock and commit the result.")
            return 1 if stale else 0
        for lock in LOCK_FILES:
            write(lock, ROOT / lock.path)
            print(f"Wrote {lock.path}.")
    except LockFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
