"""checkov over the module, with a reason for each finding that stays."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from devkit.deploy_checks.environments import CHECKOV
from devkit.locks import ROOT

REASONS = Path(__file__).with_name("checkov_reasons.yml")
MINUTES = 5


class CheckovFailed(Exception):
    """checkov could not run; the message has its last words."""


def checkov_problems(module: Path, reasons: Path = REASONS) -> list[str]:
    """Findings without a reason, and reasons without a finding, one sentence each. Raises CheckovFailed."""
    answered = yaml.safe_load(reasons.read_text(encoding="utf-8"))
    return list(_unanswered(_report(module), answered))


def _report(module: Path) -> Mapping[str, Any]:
    command = [CHECKOV.program("checkov"), "-d", str(module), "--framework", "terraform", "--skip-download"]
    done = subprocess.run(
        [*command, "--output", "json", "--quiet", "--compact"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=MINUTES * 60,
        check=False,
    )
    try:
        report: Mapping[str, Any] = json.loads(done.stdout)
        report["results"]["failed_checks"]
    except (ValueError, KeyError, TypeError):
        raise CheckovFailed(f"checkov gave no report: {(done.stderr or done.stdout)[-500:]}") from None
    return report


def _unanswered(report: Mapping[str, Any], answered: Mapping[str, str]) -> list[str]:
    failed = report["results"]["failed_checks"]
    problems = {
        f"{check['check_id']}: {check['check_name']} ({check['resource']})"
        for check in failed
        if check["check_id"] not in answered
    }
    stale = set(answered) - {check["check_id"] for check in failed}
    return sorted(problems) + [
        f"{name}: checkov_reasons.yml has a reason, and checkov no finding" for name in sorted(stale)
    ]
