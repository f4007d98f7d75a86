"""docs/benchmarks.md: a part's section is replaced, all others and what people wrote stay."""

from pathlib import Path

import pytest
from rich.console import Console

import bench.__main__ as command
from bench import parts
from bench.environment import BENCH
from bench.parts import PARTS, PartUnknown, run_part, wanted_parts
from bench.report import BY_HAND, HEAD, NOTHING_YET, Report
from bench.section import Section
from devkit.locked_environment import EnvironmentFailed, LockedEnvironment


def report_of(*names: str) -> Report:
    report = Report()
    for name in names:
        report = report.with_section(name, Section(f"About {name}", f"| {name} |"), "Measured once.")
    return report


def test_a_section_is_replaced_and_the_others_stay() -> None:
    page = report_of("verification", "load").text()
    again = Report.parse(page).with_section("load", Section("About load", "| new |"), "Measured again.")
    assert again.text() == page.replace("| load |", "| new |").replace(
        "Measured once.\n\n| new |", "Measured again.\n\n| new |"
    )


def test_what_is_read_is_what_was_written() -> None:
    report = report_of(*PARTS)
    assert Report.parse(report.text()) == report


def test_sections_stand_in_the_fixed_order_whatever_was_measured_first() -> None:
    text = report_of("load", "verification", "growth").text()
    assert text.index("About verification") < text.index("About growth") < text.index("About load")


def test_what_people_wrote_is_kept() -> None:
    page = (
        report_of("load")
        .text()
        .replace(NOTHING_YET, "## What was found and fixed\n\n- A thing.\n\n### Not fixed\n\nNone.")
    )
    again = Report.parse(page).with_section("load", Section("About load", "| new |"), "Measured again.").text()
    assert "\n\n## What was found and fixed\n\n- A thing.\n\n### Not fixed\n\nNone.\n\n<!-- part: load -->\n\n" in again


def test_the_head_is_the_present_one() -> None:
    page = "# An old head\n\nOld words.\n\n" + BY_HAND + "\n\n## What was found and fixed\n\nMuch.\n"
    text = Report.parse(page).text()
    assert text.startswith(HEAD)
    assert "Old words" not in text
    assert "Much." in text


def test_an_empty_page_gets_a_place_to_write_by_hand() -> None:
    assert NOTHING_YET in Report.parse("").text()


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        pytest.param([], list(PARTS), id="no name means all"),
        pytest.param(["load", "decision"], ["decision", "load"], id="in the fixed order"),
        pytest.param(["load", "load"], ["load"], id="each once"),
    ],
)
def test_the_named_parts_run(names: list[str], wanted: list[str]) -> None:
    assert wanted_parts(names) == wanted


def test_an_unknown_part_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(PartUnknown, match=r"no such part: speed; there are verification, decision, .*, load"):
        wanted_parts(["load", "speed"])


def test_a_part_is_imported_only_when_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PARTS", {"load": "bench.not_there"})
    assert wanted_parts([]) == ["load"]
    with pytest.raises(ModuleNotFoundError, match=r"bench\.not_there"):
        run_part("load", Console())


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The page that the command writes, with nothing to install and no minutes to wait."""
    monkeypatch.setattr(command, "PAGE", tmp_path / "benchmarks.md")
    monkeypatch.setattr(LockedEnvironment, "make", lambda self: "is there already")
    monkeypatch.setattr(command, "run_part", lambda name, console: Section(f"About {name}", f"| {name} |"))
    return tmp_path / "benchmarks.md"


def test_the_command_writes_the_named_parts(page: Path) -> None:
    page.write_text(report_of("load", "storm").text().replace("| storm |", "| old |").replace("| load |", "| kept |"))
    assert command.main(["storm", "growth"]) == 0
    sections = Report.parse(page.read_text()).sections
    assert list(sections) == ["growth", "storm", "load"]
    assert "| storm |" in sections["storm"]
    assert "Measured on" in sections["growth"]
    assert sections["load"].endswith("| kept |")


def test_what_was_measured_is_on_the_page_even_if_a_later_part_fails(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(name: str, _console: Console) -> Section:
        if name == "load":
            raise RuntimeError("no load today")
        return Section(f"About {name}", "")

    monkeypatch.setattr(command, "run_part", run)
    with pytest.raises(RuntimeError, match="no load today"):
        command.main(["growth", "load"])
    assert "About growth" in page.read_text()


def test_an_unknown_part_ends_the_command_with_a_sentence(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["speed"]) == 2
    assert "no such part: speed" in capsys.readouterr().err
    assert not page.exists()


def test_an_environment_that_cannot_be_made_ends_the_command_with_a_sentence(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_self: LockedEnvironment) -> str:
        raise EnvironmentFailed(f"{BENCH.lock.name} could not be installed")

    monkeypatch.setattr(LockedEnvironment, "make", fail)
    assert command.main([]) == 2
    assert "could not be installed" in capsys.readouterr().err
    assert not page.exists()
