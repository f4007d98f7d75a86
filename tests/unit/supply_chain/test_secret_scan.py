"""What is reported, and which values are known. The scan itself is run in tests/e2e/supply_chain."""

import re
from pathlib import Path

import pytest

from devkit.supply_chain.repository_text import History
from devkit.supply_chain.secret_scan import KNOWN, SAYS_SO, Found, load_known, not_scanned, report, save_known


def test_a_report_says_where_and_not_what() -> None:
    text = report([Found("a.py", 3, "AWS Access Key", "f" * 40), Found("b.py in commit 1234567", 0, "Okta", "f" * 40)])
    assert "Values that look like secrets: 1\n" in text
    assert "  a.py:3: AWS Access Key\n" in text
    assert "  b.py in commit 1234567: Okta\n" in text
    assert "f" * 40 not in text


@pytest.mark.parametrize(
    ("past", "sentence"),
    [
        (History(7, is_whole=True), ""),
        (History(7, is_whole=False), "shallow: the files and 7 commits were scanned"),
        (History(0, is_whole=False), "no git history here"),
    ],
    ids=["whole", "shallow", "none"],
)
def test_what_was_not_scanned_is_said(past: History, sentence: str) -> None:
    assert sentence in not_scanned(past)
    assert bool(sentence) == bool(not_scanned(past))


def test_known_values_are_hashes_with_a_reason() -> None:
    known = load_known()
    assert known
    assert all(re.fullmatch("[0-9a-f]{40}", value_hash) and len(reason) > 15 for value_hash, reason in known.items())
    lines = KNOWN.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|- '?[0-9a-f]{40}'?|[^:]{15,}:|", line)] == []


def test_accepted_values_are_added_under_their_reason(tmp_path: Path) -> None:
    file = tmp_path / "known.yml"
    file.write_text("# What this is.\nmade up by a test: ['" + "b" * 40 + "']\n")
    save_known(load_known(file) | {"a" * 40: "made up by a test", "1" * 40: "an example"}, file)
    assert load_known(file) == {"a" * 40: "made up by a test", "b" * 40: "made up by a test", "1" * 40: "an example"}
    assert file.read_text().startswith("# What this is.\nan example:\n- '1111")


@pytest.mark.parametrize("value", ["local-web-secret-not-for-production", "your-client-secret-here"])
def test_values_that_say_what_they_are_need_no_entry(value: str) -> None:
    assert re.search(SAYS_SO, value)


@pytest.mark.parametrize("value", ["dQw4w9WgXcQ-production", "your-real-one"])
def test_other_values_do(value: str) -> None:
    assert not re.search(SAYS_SO, value)
