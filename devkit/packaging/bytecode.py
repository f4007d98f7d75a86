"""Compiled modules beside their sources, because Lambda cannot write them: its code folders are read-only.

They are of the kind `unchecked-hash` (PEP 552), which Python loads without comparing them with the source: the dates in
a zip file say nothing about it. docs/adr/0007-packages.md has what this saves at a cold start, and what it costs.
"""

import os
import subprocess
import sys
from pathlib import Path

from devkit.packaging.problem import PackagingProblem

RUNTIME = (3, 13)
"""The Python of the Lambda runtime in template.yaml: other versions do not read its bytecode."""


def demand_runtime_python(version: tuple[int, int] = (sys.version_info.major, sys.version_info.minor)) -> None:
    """Raise PackagingProblem when this Python's bytecode is not that of the Lambda runtime."""
    if version != RUNTIME:
        raise PackagingProblem(
            f"Packages hold bytecode for Python {_dotted(RUNTIME)}, the Lambda runtime, and this is Python"
            f" {_dotted(version)}: put Python {_dotted(RUNTIME)} first on PATH, then run make clean package."
        )


def compile_modules(folder: Path, mounted_at: str) -> None:
    """Compile every module below `folder`; tracebacks name files below `mounted_at`, where Lambda has the folder.

    In a process of its own with fixed hashes: what marshal writes depends on what else the interpreter has loaded.
    Raises PackagingProblem with the compiler's words.
    """
    command = [sys.executable, "-m", "compileall", "-q", "-f", "-j", "1", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), "-p", mounted_at, str(folder)]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackagingProblem(f"These modules do not compile:\n{(done.stdout + done.stderr).strip()}")


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
