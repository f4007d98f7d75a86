"""The authorizer's settings on a laptop: what .env says, and the stack's own parts for all that it does not say."""

from collections.abc import Mapping
from pathlib import Path

from devkit.gateway.cfn_yaml import read_yaml
from devkit.stack.config import AUTHORIZER_SETTINGS, INSECURE_LOOPBACK, ConfigProblem, LaptopConfig
from devkit.stack.seeds import AUDIENCE, AUTH_SERVER_ID, DATABASE
from okta_gateway.access.scopes_file import load_rules
from okta_gateway.errors import AccessRulesInvalid, ConfigurationInvalid
from okta_gateway.settings import parse_authorizer_settings

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
RULES = ROOT / "layers" / "policies" / "scopes.yml"
FILE_SETTINGS = ("SCOPES_FILE", "DOCUMENTDB_TLS_CA_FILE")

type Settings = dict[str, str]


def settings_from(config: LaptopConfig) -> Settings:
    """The settings that do not depend on where the stack's parts listen. Raises ConfigProblem."""
    local = {
        "AUTH_PROVIDER": "okta",
        "DOCUMENTDB_DATABASE": DATABASE,
        "SCOPES_FILE": str(RULES),
        "GATEWAY_URL": config.gateway_url,
    }
    if not config.uses_real_okta:
        local |= {
            "OKTA_AUTH_SERVER_ID": AUTH_SERVER_ID,
            "OKTA_AUDIENCE": AUDIENCE,
            INSECURE_LOOPBACK: "true",
        }
    written = {name: config.get(name) for name in AUTHORIZER_SETTINGS if config.get(name)}
    settings = {**local, **written, **_absolute_files(config)}
    _demand_valid(settings, config)
    return settings


def split_for_template(settings: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The settings as template parameters, and those that the template leaves to the secret and to laptops."""
    declared = read_yaml(TEMPLATE).get("Parameters", {})
    names = {name: parameter_name(name) for name in settings}
    parameters = {names[name]: value for name, value in settings.items() if names[name] in declared}
    rest = {name: value for name, value in settings.items() if names[name] not in declared}
    return parameters, rest


def parameter_name(setting: str) -> str:
    """OKTA_DOMAIN is OktaDomain in the template."""
    return "".join(word.capitalize() for word in setting.split("_"))


def _absolute_files(config: LaptopConfig) -> Settings:
    """Paths in .env count from its folder; the function runs in another one."""
    files = {name: _folder(config) / config.get(name) for name in FILE_SETTINGS if config.get(name)}
    for name, path in files.items():
        if not path.is_file():
            raise ConfigProblem(f"{config.source}: {name} names {path}, and there is no such file.")
    return {name: str(path) for name, path in files.items()}


def _folder(config: LaptopConfig) -> Path:
    return config.source.resolve().parent if config.source else ROOT


def _demand_valid(settings: Settings, config: LaptopConfig) -> None:
    """Find now what the authorizer would refuse at its start, where a person would have to look for it in a log."""
    unknown_yet = {} if config.uses_real_okta else {"OKTA_DOMAIN": "http://127.0.0.1:1"}
    try:
        parsed = parse_authorizer_settings({**unknown_yet, **settings})
        if parsed.scopes_source == "file":
            load_rules(Path(parsed.scopes_file))
    except ConfigurationInvalid as error:
        raise ConfigProblem("\n".join(f"{config.source}: {problem}" for problem in error.problems)) from error
    except AccessRulesInvalid as error:
        raise ConfigProblem(f"The access rules are not right: {error.detail}") from error
