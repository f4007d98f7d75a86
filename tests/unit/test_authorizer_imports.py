"""Importing the token authorizer loads nothing heavy: its cold start is a budget, and every import is a part of it."""

import json
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
APP = REPOSITORY / "functions" / "token_authorizer" / "app.py"
LAYER = REPOSITORY / "layers" / "okta_gateway" / "python"
HEAVY = {
    "asyncio",
    "aws_lambda_powertools",
    "bson",
    "boto3",
    "botocore",
    "cryptography.x509",
    "dataclasses",
    "email.mime",
    "httpx",
    "inspect",
    "jwt",
    "okta_gateway.store",
    "pydantic",
    "pymongo",
    "requests",
    "unittest",
    "urllib.request",
    "urllib3",
    "yaml",
}
# A closed port: the fetch of the keys begins with the import, and must find nobody.
SETTINGS = {
    "AUTH_PROVIDER": "okta",
    "OKTA_DOMAIN": "http://127.0.0.1:1",
    "OKTA_ALLOW_INSECURE_LOOPBACK": "true",
    "OKTA_AUTH_SERVER_ID": "aus1234567890abcdef",
    "OKTA_AUDIENCE": "api://ai-registry",
    "DOCUMENTDB_URI": "mongodb://registry:secret@127.0.0.1:1/",
}
# What a bare interpreter has loaded by itself does not count; what the fetch of the keys loads beside the import does.
PROGRAM = """
import sys
import threading
before = set(sys.modules)
import app
for thread in threading.enumerate()[1:]:
    thread.join()
print(*sorted(set(sys.modules) - before))
"""


def modules_loaded_by(app: Path, scratch: Path) -> set[str]:
    """What importing the app as Lambda does loads, in an interpreter of its own with compiled rules."""
    scopes = scratch / "scopes.json"
    scopes.write_text(json.dumps({"groups": {"registry-admins": ["registry:admin:full"]}}))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=SETTINGS | {"SCOPES_FILE": str(scopes), "PYTHONPATH": f"{app.parent}:{LAYER}"},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def heavy_among(modules: set[str]) -> list[str]:
    return sorted(heavy for heavy in HEAVY if any(f"{module}.".startswith(f"{heavy}.") for module in modules))


def test_importing_the_authorizer_imports_nothing_heavy(tmp_path: Path) -> None:
    loaded = modules_loaded_by(APP, tmp_path)
    assert "okta_gateway.tokens.verifier" in loaded
    assert heavy_among(loaded) == [], f"all that was loaded: {sorted(loaded)}"


def test_a_heavy_import_would_be_noticed(tmp_path: Path) -> None:
    copy = tmp_path / "app.py"
    copy.write_text(f"import yaml\nimport pymongo.errors\n{APP.read_text(encoding='utf-8')}", encoding="utf-8")
    assert {"yaml", "pymongo"} <= set(heavy_among(modules_loaded_by(copy, tmp_path)))
