"""What is made of pip-audit's answers: a hole fails, a reason is good for half a year, and no answer is no pass."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from devkit.supply_chain import COULD_NOT_CHECK
from devkit.supply_chain.advisories import (
    KNOWN_HOLE,
    LOOK_AGAIN_AFTER,
    Accepted,
    Advisory,
    Answer,
    Ask,
    Pin,
    ServiceUnreachable,
    answer_of,
    check,
    every_pin,
    load_accepted,
    without_doubles,
)

TODAY = date(2026, 6, 1)
PINS = [("crypto", "1.0"), ("crypto", "2.0"), ("yaml", "6.0")]
HOLE = Advisory("crypto", "1.0", frozenset({"PYSEC-1", "CVE-1"}), ("1.1",))
CANARY = Advisory(*KNOWN_HOLE, frozenset({"CVE-2018-18074"}), ())


def service(*holes: Advisory, skipped: Iterable[str] = (), knows_the_canary: bool = True) -> Ask:
    def ask(name: str, pins: Iterable[Pin]) -> Answer:
        asked = set(pins)
        known = [*holes, *([CANARY] if knows_the_canary else [])]
        found = [hole for hole in known if (hole.package, hole.version) in asked]
        return Answer(found, frozenset(skipped) & {name for name, _ in asked})

    return ask


def unreachable(name: str, pins: Iterable[Pin]) -> Answer:
    raise ServiceUnreachable("no such host")


def accepted(on: date, advisory: str = "CVE-1", package: str = "crypto") -> Accepted:
    return Accepted(advisory, package, "nobody calls it", on)


def test_packages_without_advisories_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(PINS, service(), [], TODAY) == 0
    assert capsys.readouterr().out == ""


def test_an_advisory_fails_and_says_what_to_take(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(PINS, service(HOLE), [], TODAY) == 1
    assert "crypto 1.0 has CVE-1, PYSEC-1: take 1.1." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        pytest.param(accepted(TODAY), 0, id="today"),
        pytest.param(accepted(TODAY - LOOK_AGAIN_AFTER), 0, id="half a year ago"),
        pytest.param(accepted(TODAY - LOOK_AGAIN_AFTER - timedelta(days=1)), 1, id="longer ago"),
        pytest.param(accepted(TODAY, advisory="CVE-2"), 1, id="another advisory"),
        pytest.param(accepted(TODAY, package="yaml"), 1, id="another package"),
    ],
)
def test_a_reason_lets_an_advisory_stand_for_half_a_year(entry: Accepted, status: int) -> None:
    assert check(PINS, service(HOLE), [entry], TODAY) == status


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        pytest.param(unreachable, "none of 3 packages was checked", id="no network"),
        pytest.param(service(knows_the_canary=False), "so it knows none", id="a service that knows no advisories"),
        pytest.param(service(skipped=["yaml"]), "1 of 3 packages are unknown at pypi", id="a package is unknown there"),
    ],
)
def test_what_was_not_looked_up_is_neither_passed_nor_failed(
    ask: Ask, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(PINS, ask, [], TODAY) == COULD_NOT_CHECK
    assert sentence in capsys.readouterr().out


def test_a_hole_counts_even_where_something_was_not_looked_up() -> None:
    assert check(PINS, service(HOLE, skipped=["yaml"]), [], TODAY) == 1


def test_two_versions_of_a_package_are_asked_apart() -> None:
    assert without_doubles(PINS) == [{"crypto": "1.0", "yaml": "6.0"}, {"crypto": "2.0"}]


def test_the_answer_is_read_as_pip_audit_writes_it() -> None:
    """The members are those of pip-audit's JSON format, in its README."""
    hole = {"id": "PYSEC-1", "fix_versions": ["1.1"], "aliases": ["CVE-1"], "description": "x"}
    looked_up: dict[str, object] = {"name": "crypto", "version": "1.0", "vulns": [hole]}
    document: Sequence[Mapping[str, object]] = [looked_up, {"name": "yaml", "skip_reason": "not there"}]
    assert answer_of({"dependencies": document}) == Answer([HOLE], frozenset({"yaml"}))


@pytest.mark.parametrize(
    "text",
    [
        "- {id: CVE-1, package: x, because: '', looked_at: 2026-01-01}",
        "- {id: CVE-1, package: x, because: y, looked_at: soon}",
        "- {id: CVE-1, package: x, because: y}",
    ],
)
def test_an_entry_without_reason_or_day_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "accepted.yml"
    file.write_text(text)
    with pytest.raises((ValueError, TypeError)):
        load_accepted(file)


def test_every_accepted_advisory_is_about_a_pinned_package() -> None:
    assert {entry.package for entry in load_accepted()} <= {name for name, _ in every_pin()}


def test_every_lock_is_looked_at() -> None:
    assert {"cryptography", "pydantic", "checkov", "pip-audit"} <= {name for name, _ in every_pin()}
