"""The story once more, played by what is deployed: zips unpacked as on Lambda, and no other third-party package."""

import os
import platform
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from devkit.gateway.functions import FunctionDefinition, FunctionError
from devkit.gateway.lambda_function import LambdaFunction
from devkit.packaging.unpacking import PACKAGES_VARIABLE, UnpackedFunctions
from devkit.stack.function_settings import RULES
from tests.e2e.packages.conftest import ROOT
from tests.e2e.packages.test_contents import SLOW
from tests.e2e.stack.stack_process import command

pytestmark = [
    SLOW,
    pytest.mark.skipif(platform.system() != "Linux", reason="the packages hold extensions for Linux"),
]
AUTHORIZER = FunctionDefinition(
    "TokenAuthorizer",
    "app.handler",
    ROOT / "functions" / "token_authorizer",
    environment={"AUTH_PROVIDER": "okta", "OKTA_DOMAIN": "dev-1.okta.com", "SCOPES_FILE": str(RULES)},
)


def test_the_demo_goes_as_it_must_from_the_packages(dist: Path) -> None:
    done = subprocess.run(
        command("demo"),
        cwd=ROOT,
        env={**os.environ, PACKAGES_VARIABLE: str(dist)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"All \d+ steps went as they must\.", done.stdout)


def test_a_function_from_its_packages_reads_nothing_of_this_repository(dist: Path, tmp_path: Path) -> None:
    function = UnpackedFunctions(dist, ROOT / "template.yaml", tmp_path / "place")(AUTHORIZER, RULES)
    assert function.environment["SCOPES_FILE"] == str(function.paths[0].parent / "scopes.json")
    for path in (function.code / "app.py", function.paths[0] / "okta_gateway" / "wiring.py"):
        assert path.is_file()
        assert path.is_relative_to(tmp_path)


def test_a_layer_that_forgets_a_package_is_noticed(dist: Path, tmp_path: Path) -> None:
    """This machine has all of them: the function must not find them here."""
    changed = shutil.copytree(dist, tmp_path / "dist")
    for path in changed.glob("dependencies-*.zip"):
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("python/empty.py", "")
    function = UnpackedFunctions(changed, ROOT / "template.yaml", tmp_path / "place")(AUTHORIZER, RULES)
    with (
        (tmp_path / "log").open("wb") as log,
        LambdaFunction(function, log) as running,
        pytest.raises(FunctionError, match="No module named 'cryptography'"),
    ):
        running.invoke({})
