"""The functions' settings on a laptop: what .env says, and the stack's own parts for all that it does not say."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from devkit.stack.config import INSECURE_LOOPBACK, ConfigProblem, LaptopConfig
from devkit.stack.local_keys import session_key_file, signing_key_file
from devkit.stack.seeds import API_TOKEN, AUDIENCE, AUTH_SERVER_ID, DATABASE, WEB_APP
from okta_gateway.access.scopes_file import load_rules
from okta_gateway.errors import AccessRulesInvalid, ConfigurationInvalid
from okta_gateway.iam.settings import parse_iam_settings
from okta_gateway.login.settings import parse_login_settings
from okta_gateway.login.signing_keys import key_set, signing_keys
from okta_gateway.setting_rows import SETTINGS
from okta_gateway.settings import parse_authorizer_settings

ROOT = Path(__file__).parents[2]
RULES = ROOT / "layers" / "policies" / "scopes.yml"
FILE_SETTINGS = ("SCOPES_FILE", "DOCUMENTDB_TLS_CA_FILE", "SESSION_KEY", "GATEWAY_SIGNING_KEYS")
FIXED_SETTINGS = ("POWERTOOLS_SERVICE_NAME",)
"""Each function has a value of its own."""
OWN_SECRETS = {
    "OKTA_CLIENT_ID": WEB_APP.client_id,
    "OKTA_CLIENT_SECRET": WEB_APP.secret,
    "OKTA_API_TOKEN": API_TOKEN,
}
"""The stand-in knows no other web application and no other API token, whatever .env says of a real org's."""
OF_A_REAL_ORG = ("OKTA_API_CLIENT_ID", "OKTA_API_PRIVATE_KEY")
KNOWN_LATER = {
    "OKTA_DOMAIN": "http://127.0.0.1:1",
    "DOCUMENTDB_URI": "mongodb://127.0.0.1:1/",
    "SESSION_KEY": "a file",
    "GATEWAY_SIGNING_KEYS": "a file",
}
"""Stands for what depends on parts that do not run yet."""

type Settings = dict[str, str]


def names_for(part: str) -> frozenset[str]:
    """The settings that a part reads: `authorizer`, `login` or `iam`."""
    named = {setting.name for setting in SETTINGS if part in setting.needed_by.replace("?", "").split()}
    return frozenset(named - set(FIXED_SETTINGS) | {INSECURE_LOOPBACK})


def settings_from(config: LaptopConfig) -> Settings:
    """The settings that do not depend on where the stack's parts listen. Raises ConfigProblem."""
    local = {
        "AUTH_PROVIDER": "okta",
        "DOCUMENTDB_DATABASE": DATABASE,
        "SCOPES_FILE": str(RULES),
        "GATEWAY_URL": config.gateway_url,
        "IAM_DOCS_PUBLIC": "true",
    }
    if not config.uses_real_okta:
        local |= _of_the_stand_in(config)
    read = names_for("authorizer") | names_for("login") | names_for("iam")
    written = {name: config.get(name) for name in read if config.get(name)}
    settings = {**local, **written, **_absolute_files(config)}
    if not config.uses_real_okta:
        settings = {name: value for name, value in settings.items() if name not in OF_A_REAL_ORG} | OWN_SECRETS
    _demand_valid(settings, config)
    return settings


def key_settings(settings: Mapping[str, str], state: Path) -> Settings:
    """The gateway's own keys: those that the settings name, else the local ones. Raises ConfigProblem.

    The authorizer has the public half as deployment data, as it has on AWS.
    """
    files = settings.get("GATEWAY_SIGNING_KEYS") or str(signing_key_file(state))
    try:
        published = json.dumps(key_set(signing_keys(files.split(","))))
    except ConfigurationInvalid as error:
        raise ConfigProblem("\n".join(f"{files}: {problem}" for problem in error.problems)) from error
    return {
        "SESSION_KEY": settings.get("SESSION_KEY") or str(session_key_file(state)),
        "GATEWAY_SIGNING_KEYS": files,
        "GATEWAY_PUBLIC_KEYS": settings.get("GATEWAY_PUBLIC_KEYS") or published,
    }


def _of_the_stand_in(config: LaptopConfig) -> Settings:
    settings = {INSECURE_LOOPBACK: "true"}
    if not config.uses_org_server:
        settings |= {"OKTA_AUTH_SERVER_ID": AUTH_SERVER_ID, "OKTA_AUDIENCE": AUDIENCE}
    return settings


def _absolute_files(config: LaptopConfig) -> Settings:
    """Paths in .env count from its folder; the functions run in other ones."""
    settings = {}
    for name in filter(config.get, FILE_SETTINGS):
        paths = [_folder(config) / text.strip() for text in config.get(name).split(",")]
        if missing := [path for path in paths if not path.is_file()]:
            raise ConfigProblem(f"{config.source}: {name} names {missing[0]}, and there is no such file.")
        settings[name] = ",".join(map(str, paths))
    return settings


def _folder(config: LaptopConfig) -> Path:
    return config.source.resolve().parent if config.source else ROOT


def _demand_valid(settings: Settings, config: LaptopConfig) -> None:
    """Find now what a function would refuse at its start, where a person would have to look for it in a log."""
    problems = list(_problems({**KNOWN_LATER, **settings}, signs_in=config.signs_in))
    if problems:
        raise ConfigProblem("\n".join(f"{config.source}: {problem}" for problem in dict.fromkeys(problems)))
    if settings.get("SCOPES_SOURCE", "file") == "file":
        try:
            load_rules(Path(settings["SCOPES_FILE"]))
        except AccessRulesInvalid as error:
            raise ConfigProblem(f"The access rules are not right: {error.detail}") from error


def _problems(settings: Settings, *, signs_in: bool) -> Iterator[str]:
    parsers: list[Callable[[Mapping[str, str]], object]] = [parse_authorizer_settings, parse_iam_settings]
    if signs_in:
        parsers.append(parse_login_settings)
    for parse in parsers:
        try:
            parse(settings)
        except ConfigurationInvalid as error:
            yield from error.problems
