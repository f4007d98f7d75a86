"""docs/deployment.md: each line that nobody could prove names its step of make verify-aws, and each step has a line."""

from devkit.deploy_checks.checks import NEWER_THAN_THE_PROVIDER
from devkit.verify_aws.steps import STEPS
from tests.infra.repository import ROOT, table_rows

PAGE = ROOT / "docs" / "deployment.md"


def unproven() -> list[list[str]]:
    return [row for row in table_rows(PAGE, "what is not") if len(row) == 4][2:]


def test_every_line_has_a_step_and_every_step_a_line() -> None:
    assert sorted(row[3].strip("`") for row in unproven()) == sorted(step.name for step in STEPS)


def test_a_step_runs_or_says_what_to_do_by_hand() -> None:
    assert [step.name for step in STEPS if (step.run is None) == (step.by_hand == "")] == []


def test_the_page_counts_what_the_older_provider_cannot_check() -> None:
    assert len(NEWER_THAN_THE_PROVIDER) == 9
    assert "nine newer things" in PAGE.read_text(encoding="utf-8")
