"""The access rules in force, as SCOPES_SOURCE and SCOPES_FILE say, for every function."""

from collections.abc import Callable

from okta_gateway.access.rules import CurrentRules, StoredRules, fixed_rules
from okta_gateway.errors import AccessRulesInvalid, ConfigurationInvalid


def current_rules(scopes_source: str, scopes_file: str, read_stored: Callable[[], object]) -> CurrentRules:
    """The rules of the store, which `read_stored` reads, or of the file. Raises ConfigurationInvalid for a bad file."""
    if scopes_source == "documentdb":
        return StoredRules(read_stored)
    from okta_gateway.access.scopes_file import load_rules

    try:
        return fixed_rules(load_rules(scopes_file))
    except AccessRulesInvalid as error:
        raise ConfigurationInvalid(error.detail.splitlines()) from None
