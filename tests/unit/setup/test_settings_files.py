"""Settings go into files that are somebody else's too."""

import stat
from pathlib import Path

import pytest

from devkit.setup.settings_files import differing, env_line, merge, tfvars_line
from devkit.stack.config import read_env_file

ODD = ["plain", "with space", "quote'd", 'double"d', "back\\slash", "$HOME", "#hash", "${template}", "a=b"]


def test_other_lines_stay_where_they_are(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# mine\nLOG_LEVEL=DEBUG\nOKTA_CLIENT_ID=old\n\nOTHER='x y'\n", "utf-8")
    merge(file, {"OKTA_CLIENT_ID": "new", "OKTA_AUDIENCE": "api://x"}, env_line)
    assert file.read_text() == "# mine\nLOG_LEVEL=DEBUG\nOKTA_CLIENT_ID=new\n\nOTHER='x y'\nOKTA_AUDIENCE=api://x\n"


def test_a_setting_that_is_there_twice_is_there_once_afterwards(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("OKTA_CLIENT_ID=a\nexport OKTA_CLIENT_ID=b\n", "utf-8")
    merge(file, {"OKTA_CLIENT_ID": "c"}, env_line)
    assert file.read_text() == "OKTA_CLIENT_ID=c\n"


def test_a_setting_that_is_commented_out_stays_so(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# OKTA_CLIENT_ID=example\n", "utf-8")
    merge(file, {"OKTA_CLIENT_ID": "c"}, env_line)
    assert file.read_text() == "# OKTA_CLIENT_ID=example\nOKTA_CLIENT_ID=c\n"


@pytest.mark.parametrize("existed", [True, False], ids=["an old file", "a new file"])
def test_only_its_owner_can_read_the_file(tmp_path: Path, existed: bool) -> None:
    file = tmp_path / "folder" / ".env"
    if existed:
        file.parent.mkdir()
        file.write_text("A=b\n", "utf-8")
        file.chmod(0o644)
    merge(file, {"OKTA_CLIENT_SECRET": "s"}, env_line)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [".env"]


@pytest.mark.parametrize("value", ODD)
def test_the_stack_reads_the_value_that_was_written(tmp_path: Path, value: str) -> None:
    file = tmp_path / ".env"
    merge(file, {"OKTA_CLIENT_SECRET": value}, env_line)
    assert read_env_file(file).get("OKTA_CLIENT_SECRET") == value


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("plain", 'name = "plain"'),
        ("true", "name = true"),
        ('a"b\\c', 'name = "a\\"b\\\\c"'),
        ("${x}%{y}", 'name = "$${x}%%{y}"'),
    ],
)
def test_terraform_takes_the_value_to_the_letter(value: str, line: str) -> None:
    # HCL native syntax: quoted templates, escapes $${ and %%{.
    assert tfvars_line("name", value) == line


def test_what_a_file_says_otherwise_is_named(tmp_path: Path) -> None:
    file = tmp_path / "terraform.tfvars"
    file.write_text('okta_domain = "a"\nokta_audience = "b"\nmine = 1\n', "utf-8")
    assert differing(file, {"okta_domain": "a", "okta_audience": "c"}, tfvars_line) == ["okta_audience"]
    assert differing(tmp_path / "none", {"okta_domain": "a"}, tfvars_line) == []
