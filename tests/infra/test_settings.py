"""One settings table: the code's, the README's and the template's are the same."""

import re
from typing import Any

import pytest

from devkit.gateway.cfn_yaml import read_yaml
from okta_gateway.setting_rows import SETTINGS, Setting
from tests.infra.repository import ROOT, table_rows

README = ROOT / "README.md"
TEMPLATE = read_yaml(ROOT / "template.yaml")
PARAMETERS: dict[str, Any] = TEMPLATE["Parameters"]
ENVIRONMENT: dict[str, Any] = TEMPLATE["Resources"]["TokenAuthorizer"]["Properties"]["Environment"]["Variables"]
DEPLOYED = [setting for setting in SETTINGS if "authorizer" in setting.needed_by]


def by_name(setting: Setting) -> str:
    return setting.name


def parameter_of(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def readme_rows() -> dict[str, list[str]]:
    """The README's settings table by name: rows that start with the name as code."""
    rows = {row[0]: row[1:] for row in table_rows(README, "settings")}
    return {name.strip("`"): cells for name, cells in rows.items() if re.fullmatch(r"`[A-Z][A-Z0-9_]+`", name)}


def test_no_setting_stands_twice() -> None:
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


def test_the_readme_lists_the_settings_of_the_code() -> None:
    assert sorted(readme_rows()) == sorted(setting.name for setting in SETTINGS)


@pytest.mark.parametrize("setting", [setting for setting in SETTINGS if setting.default], ids=by_name)
def test_the_readme_knows_the_default(setting: Setting) -> None:
    assert f"`{setting.default}`" in " ".join(readme_rows().get(setting.name, []))


def test_the_template_sets_what_the_authorizer_reads_and_nothing_else() -> None:
    """Secrets come through SECRETS_ARN, never through the environment that the console shows."""
    assert sorted(ENVIRONMENT) == sorted(setting.name for setting in DEPLOYED if not setting.secret)


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_a_setting_is_the_parameter_of_the_same_word(name: str) -> None:
    assert ENVIRONMENT[name] == {"Ref": parameter_of(name)}
    assert parameter_of(name) in PARAMETERS


@pytest.mark.parametrize("setting", [setting for setting in DEPLOYED if not setting.secret], ids=by_name)
def test_a_default_of_the_template_is_that_of_the_code(setting: Setting) -> None:
    """Empty means "not set", where the code's default counts; a provider there is only one of."""
    default = PARAMETERS[parameter_of(setting.name)].get("Default", "")
    assert default in {"", setting.default} or setting.name == "AUTH_PROVIDER"


@pytest.mark.parametrize("setting", [setting for setting in SETTINGS if setting.secret], ids=by_name)
def test_a_secret_is_no_parameter(setting: Setting) -> None:
    assert parameter_of(setting.name) not in PARAMETERS


def test_an_optional_setting_may_be_left_out_of_a_deployment() -> None:
    demanded = {name for name, parameter in PARAMETERS.items() if "Default" not in parameter}
    assert demanded == {"BackendUrl", "OktaDomain"}


def test_every_parameter_is_used() -> None:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    unused = [name for name in PARAMETERS if not re.search(rf"!Ref {name}\b|\$\{{{name}\}}", text)]
    assert unused == []
