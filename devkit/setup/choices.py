"""What a setup starts from: the env file, the environment, and what was chosen on the command line."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from dotenv import dotenv_values

from devkit.cli.answers import CannotCheck
from devkit.cli.rules_sources import read_file, rules_file
from devkit.setup.wanted import Wanted, filter_for
from devkit.stack.config import INSECURE_LOOPBACK, LOCAL_GATEWAY_URL
from okta_gateway.okta.api import OktaApi
from okta_gateway.okta.api_credentials import MANAGEMENT_SCOPES, ApiCredential, PrivateKeyJwt, SswsToken
from okta_gateway.setting_rows import DEFAULTS
from okta_gateway.setting_values import is_plain_http, parse_boolean, parse_gateway_url, parse_okta_domain

PATIENCE_SECONDS = 90.0
"""For one call: free orgs allow ten calls a minute of some kinds, and the client waits for the next minute."""
CREDENTIAL = ("OKTA_API_TOKEN", "OKTA_API_CLIENT_ID", "OKTA_API_PRIVATE_KEY")
SERVER_SCOPE = "okta.authorizationServers.manage"

type Known = dict[str, str]


class Choices(NamedTuple):
    """The options; what is empty is taken from the settings."""

    name: str
    gateway_url: str
    has_machine: bool


def known_settings(env_file: Path, environ: Mapping[str, str]) -> Known:
    """The settings that there are. Domain and credential may also be in the environment; the latter stays there.

    The file is read as it is: half of what make run demands of it is only about to come into being.
    """
    known = {name: value for name, value in dotenv_values(env_file, interpolate=False).items() if value}
    beside = ("OKTA_DOMAIN", *CREDENTIAL)
    return {name: environ[name] for name in beside if environ.get(name)} | known


def management_api(known: Known) -> OktaApi:
    """The org's API. Raises CannotCheck, which says what is missing."""
    url = _url(known)
    return OktaApi(url, _credential(url, known), time_left=lambda: PATIENCE_SECONDS)


def wanted_of(known: Known, choices: Choices) -> Wanted:
    """What there shall be. Raises CannotCheck, and AccessRulesInvalid for the groups' rules."""
    gateway_url = choices.gateway_url or known.get("GATEWAY_URL") or LOCAL_GATEWAY_URL
    try:
        parse_gateway_url(gateway_url)
    except ValueError as error:
        raise CannotCheck(f"--gateway-url: {error}.") from None
    groups = tuple(sorted(read_file(rules_file(known, None))["groups"]))
    if not groups:
        raise CannotCheck("scopes.yml has no groups: write down who may do what before you set Okta up for them.")
    return Wanted(
        name=choices.name,
        audience=known.get("OKTA_AUDIENCE") or f"api://{choices.name}",
        machine_scope=known.get("OKTA_M2M_SCOPE") or DEFAULTS["OKTA_M2M_SCOPE"],
        groups=groups,
        filter=filter_for(groups),
        gateway_url=gateway_url,
        machine_label=f"{choices.name}-machine" if choices.has_machine else "",
    )


def _url(known: Known) -> str:
    try:
        url = parse_okta_domain(known.get("OKTA_DOMAIN", ""))
    except ValueError as error:
        raise CannotCheck(f"Which org? Set OKTA_DOMAIN in the env file or in the environment: {error}.") from None
    if is_plain_http(url) and not parse_boolean(known.get(INSECURE_LOOPBACK) or DEFAULTS[INSECURE_LOOPBACK]):
        raise CannotCheck(f"{url} is plain http: {INSECURE_LOOPBACK}=true in the env file allows it on loopback.")
    return url


def _credential(url: str, known: Known) -> ApiCredential:
    if token := known.get("OKTA_API_TOKEN"):
        return SswsToken(token)
    client_id, key = known.get("OKTA_API_CLIENT_ID"), known.get("OKTA_API_PRIVATE_KEY")
    if not client_id or not key:
        raise CannotCheck(
            "Okta lets administrators only change the org: set OKTA_API_TOKEN in the environment or in the env file "
            "(admin console, Security > API > Tokens > Create token)."
        )
    return PrivateKeyJwt(url, client_id, key, (*MANAGEMENT_SCOPES, SERVER_SCOPE))
