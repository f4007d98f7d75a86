"""What the authorizer costs before its first decision: nothing heavy is imported on its path (issue 2, DESIGN 7)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from okta_gateway.access.scopes_file import compile_rules
from tests.infra.repository import PACKAGE, ROOT, imported_modules, name_of, python_files

HEAVY = ("boto3", "botocore", "pymongo", "bson", "pydantic", "httpx", "yaml", "jwt", "requests", "urllib3")
FUNCTIONS = python_files("functions")
IMPORT_IT = """
import json, runpy, sys
runpy.run_path(sys.argv[1])
print(json.dumps(sorted(name for name in sys.modules)))
"""


@pytest.fixture
def modules(tmp_path: Path) -> set[str]:
    """All modules in a fresh interpreter that has imported the authorizer as a deployment configures it."""
    scopes = tmp_path / "scopes.json"
    scopes.write_text(compile_rules(ROOT / "layers" / "policies" / "scopes.yml"))
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PACKAGE.parent),
        "AUTH_PROVIDER": "okta",
        # Nobody listens there: the fetch that starts at once is refused at once.
        "OKTA_DOMAIN": "http://127.0.0.1:9",
        "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
        "OKTA_AUTH_SERVER_ID": "default",
        "OKTA_AUDIENCE": "api://default",
        "DOCUMENTDB_URI": "mongodb://user:password@127.0.0.1:9/",
        "SECRETS_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:x",
        "SCOPES_FILE": str(scopes),
    }
    app = str(ROOT / "functions" / "token_authorizer" / "app.py")
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_IT, app], env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_authorizer_imports_nothing_heavy(modules: set[str]) -> None:
    assert "okta_gateway.tokens.verifier" in modules
    assert [name for name in HEAVY if name in modules] == []


def test_importing_the_authorizer_does_not_import_powertools(modules: set[str]) -> None:
    """Its log line is the metric record: DESIGN 7."""
    assert not [name for name in modules if name.startswith("aws_lambda_powertools")]


@pytest.mark.parametrize("path", FUNCTIONS, ids=name_of)
def test_a_function_imports_the_package_powertools_and_the_standard_library_only(path: Path) -> None:
    roots = {name.partition(".")[0] for name in imported_modules(path)}
    assert roots - sys.stdlib_module_names <= {"okta_gateway", "aws_lambda_powertools"}


@pytest.mark.parametrize("path", FUNCTIONS, ids=name_of)
def test_a_function_is_thin(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 100


def test_nothing_that_is_deployed_imports_what_is_not() -> None:
    offenders = [
        (name_of(path), name)
        for path in python_files("layers", "functions")
        for name in imported_modules(path)
        if name.partition(".")[0] in {"devkit", "tests", "bench"}
    ]
    assert offenders == []
