"""Size and names: a module is one idea, a function a few lines (DESIGN 2)."""

import ast
import re
from pathlib import Path

import pytest

from tests.infra.repository import CODE, PACKAGE, ROOT, name_of, parsed, python_files

MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 40
FORBIDDEN_NAMES = {"manager", "managers", "helper", "helpers", "util", "utils", "common", "base"}
# errors.py is a table, a class a row: the whole tree in one place (issue 2, "one error code per cause").
MAX_LINES_OF = {name_of(PACKAGE / "errors.py"): 400}

FILES = python_files(*CODE)
TESTS = python_files("tests")


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def words_of_name(path: Path) -> set[str]:
    return set(re.split(r"[-_./]", name_of(path).lower()))


def test_there_is_code_to_look_at() -> None:
    assert {name_of(path).split("/")[0] for path in FILES} >= {"functions", "layers", "devkit"}
    assert len(FILES) > 50


def test_modules_are_short() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    too_long = {name: length for name, length in lengths.items() if length > MAX_LINES_OF.get(name, MAX_MODULE_LINES)}
    assert too_long == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{name_of(path)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in FILES
        for node in functions(path)
    }
    assert {name: length for name, length in lengths.items() if length > MAX_FUNCTION_LINES} == {}


def test_no_name_of_a_module_is_a_drawer() -> None:
    drawers = [name_of(path) for path in FILES + TESTS if not FORBIDDEN_NAMES.isdisjoint(words_of_name(path))]
    assert drawers == []


@pytest.mark.parametrize("name", ["devkit/utils.py", "okta_gateway/common/x.py", "tests/token_helpers.py", "base.py"])
def test_a_drawer_is_recognised(name: str) -> None:
    assert not FORBIDDEN_NAMES.isdisjoint(words_of_name(ROOT / name))


def test_modules_say_in_a_sentence_what_they_are() -> None:
    first = {name_of(path): (ast.get_docstring(parsed(path)) or "").split("\n\n")[0] for path in FILES}
    assert [name for name, paragraph in first.items() if not paragraph.endswith((".", ":", "?"))] == []


def test_no_work_is_left_for_later() -> None:
    markers = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    texts = {name_of(path): path.read_text(encoding="utf-8") for path in FILES + TESTS}
    assert [name for name, text in texts.items() if any(marker in text for marker in markers)] == []
