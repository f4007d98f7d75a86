"""One settings table: the code's, the README's and the template's are the same."""

import re
from typing import Any

import pytest

from devkit.gateway.cfn_yaml import read_yaml
from okta_gateway.setting_rows import BY_NAME, SETTINGS, Setting
from tests.infra.repository import ROOT, table_rows

README = ROOT / "README.md"
TEMPLATE = read_yaml(ROOT / "template.yaml")
PARAMETERS: dict[str, Any] = TEMPLATE["Parameters"]
FUNCTIONS = {"TokenAuthorizer": "authorizer", "OauthCallback": "login", "IamApi": "iam"}
ENVIRONMENTS: dict[str, dict[str, Any]] = {
    function: TEMPLATE["Resources"][function]["Properties"]["Environment"]["Variables"] for function in FUNCTIONS
}
# Each function has a secret of its own, and its own name in logs, which is the code's default for the authorizer.
OWN_PARAMETERS: dict[tuple[str, str], Any] = {
    ("OauthCallback", "SECRETS_ARN"): {"Ref": "LoginSecretsArn"},
    ("OauthCallback", "POWERTOOLS_SERVICE_NAME"): "oauth-callback",
    ("IamApi", "SECRETS_ARN"): {"Ref": "IamSecretsArn"},
    ("IamApi", "POWERTOOLS_SERVICE_NAME"): "iam-api",
}
NOT_IN_TEMPLATE = {("TokenAuthorizer", "POWERTOOLS_SERVICE_NAME")}
ROWS = [(function, name) for function, environment in ENVIRONMENTS.items() for name in environment]
DEPLOYED = [
    (function, setting)
    for function, part in FUNCTIONS.items()
    for setting in SETTINGS
    if part in setting.needed_by and not setting.secret and (function, setting.name) not in NOT_IN_TEMPLATE
]


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


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_template_sets_what_a_function_reads_and_nothing_else(function: str) -> None:
    """Secrets come through SECRETS_ARN, never through the environment that the console shows."""
    read = sorted(setting.name for owner, setting in DEPLOYED if owner == function)
    assert sorted(ENVIRONMENTS[function]) == read


@pytest.mark.parametrize(("function", "name"), ROWS)
def test_a_setting_is_the_parameter_of_the_same_word(function: str, name: str) -> None:
    expected = OWN_PARAMETERS.get((function, name), {"Ref": parameter_of(name)})
    assert ENVIRONMENTS[function][name] == expected
    assert not isinstance(expected, dict) or expected["Ref"] in PARAMETERS


@pytest.mark.parametrize("name", sorted({name for row in ROWS if row not in OWN_PARAMETERS for name in row[1:]}))
def test_a_default_of_the_template_is_that_of_the_code(name: str) -> None:
    """Empty means "not set", where the code's default counts; a provider there is only one of."""
    default = PARAMETERS[parameter_of(name)].get("Default", "")
    assert str(default) in {"", BY_NAME[name].default} or name == "AUTH_PROVIDER"


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
