"""What is made of measured times: ratios round by round, no value left out, and tables that say what was missed."""

import functools
import json
import re
import shutil
from pathlib import Path
from types import FrameType, ModuleType

import pytest

from bench import node_verifier
from bench.cold_profile import profile_table
from bench.environment import BENCH
from bench.interleaved import Spread
from bench.node_verifier import SOURCES, NodeMissing, install
from bench.results import ratio, shown, verdict
from bench.sampling import function_of_ours, import_or_function
from bench.sandbox import Measured
from bench.sandbox_rows import EMPTY, NEW, Limits
from bench.sandboxes import comparison
from bench.verification import section
from bench.verifiers import OURS, RAW
from bench.verifying import NODE, NODE_RAW
from devkit.locks import ROOT


def row_of(table: str, name: str) -> list[str]:
    """The cells of the row that begins with the name."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return next(cells[1:] for cells in rows if cells[0] == name)


def test_a_ratio_is_taken_round_by_round() -> None:
    """The second round's machine was ten times slower, for both alike."""
    assert ratio([2.0, 20.0, 2.0], [1.0, 10.0, 1.0]) == Spread(2.0, 2.0, 2.0)


def test_the_spread_leaves_nothing_out() -> None:
    measured = ratio([1.0] * 8 + [100.0, 100.0], [1.0] * 10)
    assert measured.median == 1.0
    assert measured.high == 100.0


def test_rounds_that_do_not_pair_are_no_ratio() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratio([1.0, 2.0], [1.0])


def test_a_figure_shows_its_spread() -> None:
    assert shown(Spread(1.444, 1.516, 1.66)) == "1.52 (1.44 to 1.66)"


@pytest.mark.parametrize(
    ("median", "limit", "says"),
    [
        pytest.param(2.2, 2.2, "<= 2.2", id="kept"),
        pytest.param(2.21, 2.2, "<= 2.2, **missed**", id="missed"),
        pytest.param(9.0, None, "", id="none set"),
    ],
)
def test_a_limit_is_told_with_whether_it_is_kept(median: float, limit: float | None, says: str) -> None:
    assert verdict(Spread(0.0, median, 99.0), limit) == says


def test_sandboxes_are_compared_with_the_empty_function_of_their_round() -> None:
    measured = {
        EMPTY: [Measured(0.03, (0.001, 0.001, 0.009), 10), Measured(0.3, (0.002,), 10)],
        NEW: [Measured(0.06, (0.003,), 23), Measured(0.6, (0.006,), 23)],
    }
    table = comparison(measured, {EMPTY: Limits(), NEW: Limits(cold=2.2, memory=2.2)})
    expected = ["2.00 (2.00 to 2.00)", "3.00 (3.00 to 3.00)", "2.30 (2.30 to 2.30)"]
    assert row_of(table, NEW) == [*expected, "cold <= 2.2; memory <= 2.2, **missed**"]


def test_verifiers_are_compared_with_raw_rsa_and_node_with_its_own_too() -> None:
    times = {RAW: [1.0, 1.0], OURS: [1.5, 1.5], NODE_RAW: [2.0, 2.0], NODE: [3.0, 3.0]}
    table = section(times, "").text
    assert row_of(table, OURS) == ["1.50 (1.50 to 1.50)", "<= 1.6", ""]
    assert row_of(table, NODE) == ["3.00 (3.00 to 3.00)", "", "1.50 (1.50 to 1.50)"]


def test_a_profile_sums_up_what_is_small_and_loses_nothing() -> None:
    table = profile_table({"a": {"import x": 0.5, "f": 0.01, "g": 0.01}, "b": {"import x": 0.25, "import y": 1.0}})
    assert [line.split("|")[1].strip() for line in table.splitlines()[2:]] == [
        "`import y`",
        "`import x`",
        "2 smaller things",
        "all",
    ]
    assert row_of(table, "2 smaller things") == ["0.02", ""]
    assert row_of(table, "all") == ["0.52", "1.25"]


FRAMES = """
import sys
def working():
    return [sys._getframe()]
def _find_and_load(name, then):
    return then()
"""


def frame_in(path: str, *importing: str) -> FrameType:
    """A frame of a function in the file `path`, below the import system at work on these modules, outermost first."""
    module = ModuleType("sample")
    exec(compile(FRAMES, path, "exec"), module.__dict__)
    call = module.working
    for name in reversed(importing):
        call = functools.partial(module._find_and_load, name, call)
    frame: FrameType = call()[0]
    return frame


@pytest.mark.parametrize(
    ("importing", "label"),
    [
        pytest.param((), "tokens/jws.py: working", id="function"),
        pytest.param(("okta_gateway.wiring",), "import our own modules", id="own"),
        pytest.param(
            ("app", "okta_gateway.tokens.jws", "cryptography.x509", "random"), "import cryptography", id="package"
        ),
    ],
)
def test_a_sample_counts_for_the_package_that_a_module_of_ours_asked_for(
    importing: tuple[str, ...], label: str
) -> None:
    assert import_or_function(frame_in("/x/okta_gateway/tokens/jws.py", *importing)) == label


def test_a_sample_outside_our_code_counts_for_nothing_of_ours() -> None:
    assert function_of_ours(frame_in("/x/elsewhere.py")) is None


@pytest.mark.parametrize("program", ["node", "npm"])
def test_a_missing_node_is_a_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == program else f"/usr/bin/{name}")
    with pytest.raises(NodeMissing, match=f"left out: there is no {program} on PATH; install Node"):
        install(tmp_path / "node")


def test_packages_that_npm_cannot_install_are_a_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho no such registry >&2\nexit 1\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(NodeMissing, match=r"npm could not install it, check its registry setting\. no such registry"):
        install(tmp_path / "installed")
    with pytest.raises(NodeMissing):
        install(tmp_path / "installed")


def test_what_is_installed_is_not_installed_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(node_verifier, "_npm_ci", asked.append)
    assert install(tmp_path / "installed") == install(tmp_path / "installed") == tmp_path / "installed" / "verify.mjs"
    assert len(asked) == 1


def test_an_npm_that_does_not_answer_is_a_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "npm"
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    program.chmod(0o755)
    (tmp_path / "node").symlink_to(program)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(node_verifier, "INSTALL_SECONDS", 0.2)
    with pytest.raises(NodeMissing, match=r"npm could not install it, .* no answer in 0\.2 s"):
        install(tmp_path / "installed")


def test_without_node_the_section_says_why_and_has_no_row_of_it() -> None:
    text = section({RAW: [1.0, 1.0], OURS: [1.5, 1.5]}, "aws-jwt-verify was left out: there is no node on PATH").text
    assert text.endswith("aws-jwt-verify was left out: there is no node on PATH.")
    assert NODE not in text


def test_the_packages_of_node_are_pinned_by_hash_and_name_no_registry() -> None:
    text = (SOURCES / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert "://" not in text
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    wanted = json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert {name.removeprefix("node_modules/"): package["version"] for name, package in packages.items()} == wanted


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_peers_share_the_versions_of_what_the_product_has() -> None:
    product, peers = pins(ROOT / "requirements.lock"), pins(BENCH.lock)
    shared = product.keys() & peers.keys()
    assert {"cryptography", "pymongo", "pyjwt", "awslambdaric"} <= shared
    assert {name: peers[name] for name in shared} == {name: product[name] for name in shared}


def test_the_lock_of_the_peers_names_no_index_and_pins_every_package_by_hash() -> None:
    text = BENCH.lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert all("==" in line and line.endswith("\\") for line in packages)
