"""Where no snapshot is taken, nothing of all this is imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infra.repository import PACKAGE
from tests.unit.test_authorizer_imports import APP, modules_loaded_by

# There are no settings, so that it stops there. The composition root has looked for SnapStart by then.
PROGRAM = """
import importlib, os, sys
from okta_gateway.errors import ConfigurationInvalid
module, name = sys.argv[1:]
try:
    getattr(importlib.import_module(f"okta_gateway.{module}"), name)(os.environ)
except ConfigurationInvalid:
    print(*[name for name in sys.modules if "snapstart" in name or name == "snapshot_restore_py"])
"""


def test_the_authorizer_without_snapstart_loads_nothing_of_it(tmp_path: Path) -> None:
    loaded = modules_loaded_by(APP, tmp_path)
    assert "okta_gateway.wiring" in loaded
    assert [name for name in loaded if "snapstart" in name or name == "snapshot_restore_py"] == []


@pytest.mark.parametrize(("module", "name"), [("login_wiring", "sign_in"), ("iam_wiring", "iam")])
def test_a_web_function_without_snapstart_loads_nothing_of_it(module: str, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, module, name],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PACKAGE.parent),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        },
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "\n"
