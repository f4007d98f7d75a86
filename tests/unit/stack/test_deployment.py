"""Which setting takes which way to which function."""

from pathlib import Path

import pytest

from devkit.gateway.cfn_yaml import read_yaml
from devkit.gateway.functions import FunctionDefinition
from devkit.stack.deployment import AUTHORIZER, SIGN_IN, TEMPLATE, parameter_name, split_for_template, with_own
from devkit.stack.function_settings import FIXED_SETTINGS, names_for

RESOURCES = read_yaml(TEMPLATE)["Resources"]
SECRETS = {"DOCUMENTDB_URI", "OKTA_CLIENT_SECRET"}
LAPTOP_ONLY = {"OKTA_ALLOW_INSECURE_LOOPBACK"}


def test_the_template_leaves_secrets_and_key_files_to_the_laptop() -> None:
    names = names_for("authorizer") | names_for("login")
    parameters, rest = split_for_template(dict.fromkeys(names, "x"))
    assert rest.keys() == {*SECRETS, *LAPTOP_ONLY, "SESSION_KEY", "GATEWAY_SIGNING_KEYS"}
    assert parameters.keys() == {parameter_name(name) for name in names - rest.keys()}


@pytest.mark.parametrize(("function", "part"), [(AUTHORIZER, "authorizer"), (SIGN_IN, "login")])
def test_every_setting_of_a_function_reaches_it_by_the_template_or_beside_it(function: str, part: str) -> None:
    environment = RESOURCES[function]["Properties"]["Environment"]["Variables"]
    assert names_for(part) - environment.keys() <= SECRETS | LAPTOP_ONLY
    assert set(FIXED_SETTINGS).isdisjoint(names_for(part))


@pytest.mark.parametrize(
    ("part", "own"),
    [
        ("authorizer", {"DOCUMENTDB_URI", "OKTA_ALLOW_INSECURE_LOOPBACK"}),
        ("login", {*SECRETS, *LAPTOP_ONLY, "SESSION_KEY", "GATEWAY_SIGNING_KEYS"}),
    ],
)
def test_a_function_gets_the_secrets_that_it_reads_and_no_others(part: str, own: set[str]) -> None:
    _, rest = split_for_template(dict.fromkeys(names_for("authorizer") | names_for("login"), "x"))
    definition = FunctionDefinition("Any", "app.handler", Path(), environment={"LOG_LEVEL": "INFO"})
    assert with_own(definition, rest, part).environment.keys() == {"LOG_LEVEL", *own}


@pytest.mark.parametrize(
    ("setting", "parameter"), [("OKTA_DOMAIN", "OktaDomain"), ("DOCUMENTDB_TLS_CA_FILE", "DocumentdbTlsCaFile")]
)
def test_a_setting_has_the_same_words_in_the_template(setting: str, parameter: str) -> None:
    assert parameter_name(setting) == parameter
