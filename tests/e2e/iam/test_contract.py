"""Schemathesis against the local gateway: no 5xx, and no answer that the OpenAPI document does not describe."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.e2e.iam.conftest import Site

ADA = "00u1ada00000000000a1"
SECONDS = 240
EXAMPLES = 8
"""For each route and each kind of request; bounded for the time, and the same in every run."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
BUCKETS = ("apps", "apps/{id}", "groups", "groups/{id}", "users", "users/{id}", "other")


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize("routes", ["users", "groups", "m2m", "whoami"])
def test_no_server_error_and_nothing_undocumented(site: Site, tmp_path: Path, routes: str) -> None:
    for bucket in BUCKETS:
        httpx.post(f"{site.okta}/_standin/rate_limits", json={"bucket": bucket, "limit": 100_000}).raise_for_status()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{site.url}/api/iam/openapi.json"),
            *("--header", f"Authorization: Bearer {site.admin_token}"),
            *("--include-path-regex", f"^/api/iam/{routes}"),
            *("--checks", ",".join(CHECKS)),
            *("--phases", "examples,coverage,fuzzing"),
            *("--max-examples", str(EXAMPLES), "--seed", "1", "--generation-deterministic"),
            *("--suppress-health-check", "all", "--no-color"),
        ],
        cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    shown = done.stdout.replace(site.admin_token, "...") + done.stderr
    assert done.returncode == 0, shown[-20_000:]
    assert re.search(r"[1-9]\d* (generated|passed)|No issues found", shown), shown[-2000:]


def test_the_administrator_is_still_there_after_all_that(site: Site) -> None:
    answer = site.ask("GET", f"/api/iam/users/{ADA}", site.admin_token)
    assert answer.json()["status"] == "ACTIVE"
    groups = site.ask("GET", f"/api/iam/users/{ADA}/groups", site.admin_token).json()["groups"]
    assert "registry-admins" in groups
