"""The deploy checks, one method each: it returns a sentence about what was proven, or raises."""

import functools
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from devkit.deploy_checks.api_document import SHAPES, rendering_problems
from devkit.deploy_checks.argument_lint import argument_problems
from devkit.deploy_checks.checkov_scan import checkov_problems
from devkit.deploy_checks.environments import CHECKOV, TOOLS
from devkit.deploy_checks.module_tables import PAGE, with_tables
from devkit.deploy_checks.moto_round_trip import run_round_trips
from devkit.deploy_checks.older_provider import older_copy
from devkit.deploy_checks.provider import unpack_provider
from devkit.deploy_checks.terraform_cli import Terraform, find_terraform, write_settings
from devkit.deploy_checks.terraform_files import MODULE, terraform_folders
from devkit.locks import ROOT

PROVIDER_FOLDER = ROOT / ".local" / "terraform-provider"
PACKAGES = (
    "token_authorizer",
    "oauth_callback",
    "iam_api",
    "okta_gateway",
    "policies",
    "dependencies-arm64",
    "web_dependencies-arm64",
    "iam_dependencies-arm64",
)
NEWER_THAN_THE_PROVIDER = (
    "aws_cloudwatch_log_group.deletion_protection_enabled",
    "aws_cloudwatch_log_group.skip_destroy",
    "aws_eip.domain",
    "aws_lambda_function.architectures",
    "aws_lambda_function.logging_config",
    "aws_lambda_function.snap_start",
    "aws_lambda_layer_version.compatible_architectures",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
)
"""What provider 3.39 cannot check, and the argument lint does. Anything else that it does not know is a mistake."""

_PASSED = re.compile(r"(\d+) passed, (\d+) failed")


class CheckFailed(Exception):
    """A check found something; the message says all of it."""


class DeployChecks:
    """The checks with what they share: a scratch folder, Terraform, and the copy for the older provider."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch

    def all(self) -> Sequence[tuple[str, Callable[[], str]]]:
        """Name and check, the quick ones first."""
        return (
            ("terraform fmt", self.layout),
            ("arguments (provider 6)", self.arguments),
            ("tables of the README", self.tables),
            ("lock files", self.locks),
            ("API document", self.api_document),
            ("terraform validate", self.validate),
            ("terraform test", self.test),
            ("apply, plan, destroy", self.round_trips),
            ("checkov", self.checkov),
            ("sam validate --lint", self.sam_validate),
            ("sam build", self.sam_build),
        )

    def layout(self) -> str:
        self._plain_terraform.run(MODULE, "fmt", "-check", "-recursive", "-diff")
        return ""

    def arguments(self) -> str:
        _demand_none(argument_problems(MODULE))
        return "every argument, block and reference"

    def tables(self) -> str:
        page = PAGE.read_text(encoding="utf-8")
        if page != with_tables(page):
            raise CheckFailed(
                "terraform/README.md: run python -m devkit.deploy_checks.module_tables, commit the result"
            )
        return ""

    def locks(self) -> str:
        _demand_none(
            [
                f"{environment.lock.name}: run python -m devkit.deploy_checks.environments, and commit the result"
                for environment in (TOOLS, CHECKOV)
                if not environment.is_fresh()
            ]
        )
        return ""

    def api_document(self) -> str:
        _demand_none(rendering_problems(self._plain_terraform, self._folder("document")))
        return f"{len(SHAPES)} shapes, as the tests read them"

    def validate(self) -> str:
        for folder in terraform_folders(self._copy):
            self._terraform.run(folder, "get")
            self._terraform.run(folder, "validate", "-no-color")
        return f"provider 3.39; without {len(NEWER_THAN_THE_PROVIDER)} newer things"

    def test(self) -> str:
        output = self._terraform.run(
            self._copy, "test", "-no-color", environ={"TF_VAR_package_directory": str(self._packages)}
        )
        counted = _PASSED.search(output)
        if not counted or int(counted[1]) == 0:
            raise CheckFailed(f"terraform test ran nothing: {output[-300:]}")
        return f"{counted[1]} runs"

    def round_trips(self) -> str:
        module = self._scratch / "round-trip"
        shutil.copytree(self._copy, module, ignore=shutil.ignore_patterns("examples", "tests", ".terraform*"))
        return run_round_trips(self._terraform, module, self._packages)

    def checkov(self) -> str:
        _demand_none(checkov_problems(MODULE))
        return "every finding has its reason"

    def sam_validate(self) -> str:
        return self._sam("validate", "--lint", "--template-file", "template.yaml")

    def sam_build(self) -> str:
        return self._sam("build", "--template-file", "template.yaml", "--build-dir", str(self._scratch / "sam"))

    @functools.cached_property
    def _plain_terraform(self) -> Terraform:
        """Terraform without a provider."""
        return find_terraform(write_settings(self._scratch / "plain.tfrc", self._scratch))

    @functools.cached_property
    def _terraform(self) -> Terraform:
        return find_terraform(write_settings(self._scratch / "provider.tfrc", unpack_provider(PROVIDER_FOLDER)))

    @functools.cached_property
    def _copy(self) -> Path:
        """The module as the older provider understands it."""
        demand = self._folder("demand")
        shutil.copyfile(MODULE / "versions.tf", demand / "versions.tf")
        target = self._scratch / "module"
        left_out = older_copy(MODULE, target, self._terraform.provider_schema(demand))
        if unexpected := sorted(set(left_out) ^ set(NEWER_THAN_THE_PROVIDER)):
            shutil.rmtree(target)
            raise CheckFailed(
                f"provider 3.39 knows other things than NEWER_THAN_THE_PROVIDER says: {', '.join(unexpected)}."
                " Correct the name, or the list in devkit/deploy_checks/checks.py"
            )
        return target

    @functools.cached_property
    def _packages(self) -> Path:
        """Stand-ins for what `make package` writes: the checks look at the module, not into the packages."""
        folder = self._folder("packages")
        for name in PACKAGES:
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as package:
                package.writestr("app.py", f"# {name}\n")
        return folder

    def _folder(self, name: str) -> Path:
        folder = self._scratch / name
        folder.mkdir()
        return folder

    def _sam(self, *arguments: str) -> str:
        # sam looks for the runtime's Python on PATH, and refuses pyenv's stand-ins for it.
        path = os.pathsep.join([str(TOOLS.folder / "bin"), str(Path(sys.base_prefix) / "bin"), os.environ["PATH"]])
        settings = {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1", "PATH": path}
        done = subprocess.run(
            [TOOLS.program("sam"), *arguments],
            cwd=ROOT,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode:
            raise CheckFailed(f"sam {arguments[0]}: {(done.stdout + done.stderr).strip()[-2000:]}")
        return ""


def _demand_none(problems: Sequence[str]) -> None:
    if problems:
        raise CheckFailed("\n".join(problems))
