"""Are the access rules of a file right: their format, and whether what a group brings fits into one policy."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from devkit.cli.asked_route import LOCAL_STAGE_ARN
from devkit.cli.rules_sources import read_file
from okta_gateway.access.policy import build_policy
from okta_gateway.access.scopes import AccessRules
from okta_gateway.access.scopes_file import load_rules
from okta_gateway.errors import AccessRulesInvalid, PolicyTooLarge
from okta_gateway.setting_rows import DEFAULTS
from okta_gateway.setting_values import parse_boolean, parse_policy_bytes


class CheckedRules(NamedTuple):
    """What a file has, and what is wrong with it, a sentence each with file, line and key."""

    file: Path
    groups: int
    scopes: int
    problems: tuple[str, ...]


def check_rules(file: Path, settings: Mapping[str, str]) -> CheckedRules:
    """Check the rules of the file against the limits that the settings give."""
    try:
        data, rules = read_file(file), load_rules(file)
    except AccessRulesInvalid as error:
        return CheckedRules(file, 0, 0, tuple(error.detail.splitlines()))
    problems = tuple(_too_large(rules, tuple(data["groups"]), settings))
    return CheckedRules(file, len(data["groups"]), len(data["permissions"]), problems)


def _too_large(rules: AccessRules, groups: tuple[str, ...], settings: Mapping[str, str]) -> Iterator[str]:
    """A group whose members would get a 500; the local stage's ARN stands for one of about its length."""
    max_bytes = parse_policy_bytes(settings.get("POLICY_MAX_BYTES") or DEFAULTS["POLICY_MAX_BYTES"])
    slash = parse_boolean(settings.get("ALLOW_ENCODED_SLASH") or DEFAULTS["ALLOW_ENCODED_SLASH"])
    for group in groups:
        scopes = rules.scopes_of((group,)).names
        try:
            build_policy(rules, scopes, LOCAL_STAGE_ARN, max_bytes=max_bytes, allow_encoded_slash=slash)
        except PolicyTooLarge as error:
            yield f"groups.{group}: {error.detail}. {error.advice}"
