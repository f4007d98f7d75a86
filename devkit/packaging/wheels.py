"""Third-party packages for the Lambda runtime: wheels only, checked against the hashes of the lock files."""

import re
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

from devkit.packaging.problem import IndexUnreachable, PackagingProblem

ARCHITECTURES = MappingProxyType({"x86_64": "x86_64", "arm64": "aarch64"})
"""Lambda's name of an architecture -> the wheels' name."""
_NEWEST_GLIBC, _OLDEST_GLIBC = 34, 17
"""Python 3.13 runs on Amazon Linux 2023, whose glibc is 2.34 (AWS: "Lambda runtimes"; AL2023 user guide)."""
_UNREACHABLE = re.compile(
    r"connection|timed out|name resolution|certificate verify|max retries|no matching distribution", re.IGNORECASE
)


def install(requirements: Path, folder: Path, architecture: str) -> None:
    """Unpack the locked wheels into `folder`.

    pip does it and not uv, since the set-up uses pip too: one index setting serves both. Markers in the lock are judged
    by this machine, so a lock may hold none that tells systems apart. Raises PackagingProblem.
    """
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--retries", "2", "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile"]
    command += ["--implementation", "cp", "--python-version", "3.13"]
    for tag in platform_tags(architecture):
        command += ["--platform", tag]
    command += ["--target", str(folder), "--requirement", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise _explained(done.stderr)


def platform_tags(architecture: str) -> list[str]:
    """The wheels that run there, newest first (PEP 600, and PEP 599 for the older name of glibc 2.17)."""
    machine = ARCHITECTURES[architecture]
    glibcs = range(_NEWEST_GLIBC, _OLDEST_GLIBC - 1, -1)
    return [*(f"manylinux_2_{minor}_{machine}" for minor in glibcs), f"manylinux2014_{machine}"]


def _explained(said: str) -> PackagingProblem:
    if "DO NOT MATCH THE HASHES" in said:
        return PackagingProblem(
            "The package index offers other files than the lock file names (a broken download or a changed package):"
            f" try again, or run make lock and look at what changes. pip said:\n{said.strip()}"
        )
    if _UNREACHABLE.search(said):
        return IndexUnreachable(
            "Packages could not be fetched: check your network, proxy or pip index setting (pip config list), then run"
            f" make package again. pip said:\n{said.strip()}"
        )
    return PackagingProblem(f"pip could not unpack the locked packages:\n{said.strip()}")
