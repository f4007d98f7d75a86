"""scopes.yml: any text is valid rules or AccessRulesInvalid, never another exception."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import currently_in_test_context, event, example, given
from hypothesis import strategies as st

from okta_gateway.access.scopes_file import compile_rules, load_rules
from okta_gateway.errors import AccessRulesInvalid
from tests.fuzz.hostile_text import JSON, TEXT, edited
from tests.fuzz.rounds import fuzzed
from tests.integration.authorizer.invocation import SCOPES

SHIPPED = SCOPES.read_text(encoding="utf-8")
SMALL = "groups:\n  a: [x, y]\npermissions:\n  x: ['GET /a/*']\n  y: []\n"
YAML = st.sampled_from(
    ["&a ", "*a", "<<: ", "!!python/object:os.system ", "!!int ", "|\n  x", ">\n", "? ", "- ", ": ", "--- ", "...\n",
     "%YAML 1.1\n", "%TAG ! x\n", "#", "{", "}", "[", "]", "'", '"', "\\x41", "\\ud800", "\t", "\n", "\n  ", "~", "yes",
     "1e3", "0o7", "2001-01-01"]
)  # fmt: skip
# Escapes and directives that PyYAML itself stumbles over.
BEYOND = {"beyond Unicode": 'groups: {"\\U00110000": [x]}', "a negative character": 'groups: {"\\UFFFFFFFF": [x]}',
          "a version of 5000 digits": "%YAML 1." + "1" * 5000 + "\n---\ngroups: {}"}  # fmt: skip


def look_at(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        problem = ""
        try:
            rules = load_rules(path)
        except AccessRulesInvalid as error:
            problem = error.detail
        if currently_in_test_context():
            event("invalid" if problem else "valid")
        if problem:
            assert name in problem
            return
        compiled = path.with_suffix(".json")
        compiled.write_text(compile_rules(path), encoding="utf-8")
        groups = json.loads(compiled.read_text(encoding="utf-8"))["groups"]
        assert [load_rules(compiled).scopes_of([group]) for group in groups] == [rules.scopes_of([g]) for g in groups]


@fuzzed
@given(edited(st.sampled_from([SHIPPED, SMALL]), YAML | TEXT) | st.lists(YAML | TEXT, max_size=12).map("".join))
@example("groups: &a {x: *a}")
@example("groups: {a: &b [x, *b]}")
@example("[" * 5000)
@example("\ufeffgroups: {}")
def test_any_yaml(text: str) -> None:
    look_at("scopes.yml", text.encode("utf-8", "surrogatepass"))


@fuzzed
@given(JSON.map(json.dumps) | edited(st.just(json.dumps({"groups": {"a": ["x"]}, "permissions": {"x": ["GET /a"]}}))))
@example("[" * 100_000)
@example('{"groups": {}, "groups": {}}')
@example("9" * 5000)
def test_any_json(text: str) -> None:
    look_at("scopes.json", text.encode("utf-8", "surrogatepass"))


@fuzzed
@given(st.binary(max_size=100), st.sampled_from(["scopes.yml", "scopes.json"]))
def test_any_bytes(content: bytes, name: str) -> None:
    look_at(name, content)


@pytest.mark.parametrize("text", BEYOND.values(), ids=BEYOND.keys())
def test_what_the_yaml_scanner_itself_stumbles_over_is_a_problem_of_the_file(text: str) -> None:
    look_at("scopes.yml", text.encode())
