"""The pages: links lead somewhere, commands and settings that they name exist, and what is generated is fresh."""

import re
from pathlib import Path

import pytest

from devkit.reference import README, pages
from devkit.stack.config import KNOWN_SETTINGS
from devkit.stack.iam_story import STORY
from okta_gateway.access.scopes_file import load_rules
from tests.e2e.docs.blocks import Block, blocks_of
from tests.infra.docs_commands import commands, complaints
from tests.infra.repository import PACKAGE, ROOT, files_in_git, name_of, table_rows

PAGES = [path for path in files_in_git() if path.suffix == ".md"]
WRITTEN_HERE = [page for page in PAGES if name_of(page).startswith("docs/") and "adr" not in page.parts]
BLOCKS = [block for page in PAGES for block in blocks_of(page)]
LINK = re.compile(r"(?<!!)\[[^]]+\]\(([^)\s]+)\)")


def place(block: Block) -> str:
    return f"{name_of(block.page)}:{block.line}"


def in_language(*languages: str) -> list[Block]:
    return [block for block in BLOCKS if block.language in languages]


def anchors(page: Path) -> set[str]:
    """The anchors that headings get, as the usual renderers make them: lower case, hyphens, no punctuation."""
    found = set()
    inside = False
    for line in page.read_text(encoding="utf-8").splitlines():
        inside ^= line.lstrip().startswith("```")
        if not inside and (heading := re.match(r"#+ (.+)", line)):
            found.add(re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", WRITTEN_HERE, ids=name_of)
def test_the_map_leads_to_every_page(page: Path) -> None:
    root = ROOT / "docs"
    linked = {(root / link.partition("#")[0]).resolve() for link in LINK.findall((root / "README.md").read_text())}
    assert page in linked | {root / "README.md"}


def test_every_place_to_change_something_exists() -> None:
    """The table of CONTRIBUTING.md: each path, written with a slash, is a file or a folder."""
    rows = table_rows(ROOT / "CONTRIBUTING.md", "where do i change x")[2:]
    named = re.findall(r"`([^`]+/[^`]*)`", " ".join(cell for row in rows for cell in row[1:]))
    package = PACKAGE.relative_to(ROOT).as_posix()
    places = [re.sub(r"^okta_gateway\b", package, name) for name in named]
    assert len(rows) > 20
    assert [name for name in places if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("block", in_language("sh", "bash"), ids=place)
def test_every_program_and_option_of_a_command_exists(block: Block) -> None:
    if not block.runs_here:
        assert complaints(block.text) == []


@pytest.mark.parametrize("block", [block for block in BLOCKS if "tested by" in block.marks], ids=place)
def test_a_command_that_another_test_runs_is_in_that_test(block: Block) -> None:
    text = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in block.tested_by)
    words = [word for command in commands(block.text) for word in command[1:] if word != "-" and "=" not in word]
    assert words
    assert [word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)] == []


def test_every_threat_names_tests_that_exist() -> None:
    rows = table_rows(ROOT / "docs" / "threat-model.md", "threat model")[2:]
    missing = []
    for threat, _, held_by in rows:
        tests = [name.partition("::")[::2] for name in re.findall(r"`(tests/[^`]+)`", held_by)]
        if not tests:
            missing.append(threat)
        for file, test in tests:
            if not re.search(rf"^def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE):
                missing.append(f"{file}::{test}")
    assert len(rows) >= 20
    assert missing == []


def test_every_fault_names_a_test_that_exists() -> None:
    faults = ROOT / "tests" / "integration" / "faults"
    rows = [
        line for line in (ROOT / "docs" / "faults.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    told = [re.findall(r"`((?:tests/|test_)[^`]+)`", row.rpartition("|")[0].rpartition("|")[2]) for row in rows]
    named = [place for places in told for place in places]
    assert {path.name for path in faults.glob("test_*.py")} <= set(named)
    assert [place for place in named if not (ROOT / place).exists() and not (faults / place).exists()] == []
    headings = sum(row.endswith("| test |") for row in rows)
    assert sum(not places for places in told) == 2 * headings, "a row without a test"


def test_the_readme_counts_the_steps_of_the_demo() -> None:
    assert f"All {len(STORY)} steps went as they must." in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("block", [block for block in BLOCKS if "needs" in block.marks], ids=place)
def test_an_account_that_is_needed_is_one_of_two(block: Block) -> None:
    assert block.marks["needs"] in {"okta org", "aws"}


@pytest.mark.parametrize("block", in_language("dotenv"), ids=place)
def test_every_setting_of_an_example_exists(block: Block) -> None:
    assert {line.partition("=")[0] for line in block.text.splitlines()} - {*KNOWN_SETTINGS} == set()


@pytest.mark.parametrize("block", in_language("hcl"), ids=place)
def test_every_variable_of_an_example_exists(block: Block) -> None:
    declared = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "terraform").glob("variables_*.tf"))
    named = {line.partition("=")[0].strip() for line in block.text.splitlines()}
    assert named - set(re.findall(r'^variable "(\w+)"', declared, re.MULTILINE)) == set()


@pytest.mark.parametrize("block", in_language("yaml"), ids=place)
def test_access_rules_of_an_example_are_valid(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "scopes.yml"
    file.write_text(block.text, encoding="utf-8")
    assert load_rules(file).scopes_of(["public-mcp-users"])


@pytest.mark.parametrize("page", [page for page in pages() if page != README], ids=name_of)
def test_a_generated_page_is_fresh(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == pages()[page]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("make nothing-like-it", id="target"),
        pytest.param("okta-gateway nonsense", id="command"),
        pytest.param("okta-gateway token --nonsense", id="option"),
        pytest.param("TOKEN=$(okta-gateway token --nonsense)", id="in a substitution"),
        pytest.param("echo x | okta-gateway scopes nonsense", id="in a pipe"),
        pytest.param("aws apigateway flush-everything", id="aws command"),
        pytest.param("aws apigateway flush-stage-authorizers-cache --nonsense x", id="aws option"),
        pytest.param("terraform explode", id="terraform command"),
        pytest.param("frobnicate", id="program"),
        pytest.param(".venv/bin/python -m devkit.nonsense", id="module"),
        pytest.param(".venv/bin/pytest -q tests/unit/nonsense", id="file"),
    ],
)
def test_what_does_not_exist_is_recognised(line: str) -> None:
    assert len(complaints(line)) == 1
