"""The access rules as data, from scopes.yml and from the document store, each validated as the authorizer does."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devkit.cli.answers import CannotCheck
from devkit.stack.function_settings import RULES
from okta_gateway.access.rules import StoredRules
from okta_gateway.access.scopes import SHIPPED_PERMISSIONS, AccessRules
from okta_gateway.access.scopes_file import compile_rules, load_rules
from okta_gateway.setting_rows import DEFAULTS
from okta_gateway.store.access_rules import AccessRuleCollections, Rules
from okta_gateway.store.connection import Database, Document


def rules_file(settings: Mapping[str, str], chosen: Path | None) -> Path:
    """The file with the rules: the chosen one, the one that the settings name, or the shipped one."""
    named = settings.get("SCOPES_FILE")
    return chosen or (Path(named) if named and named != DEFAULTS["SCOPES_FILE"] else RULES)


def read_file(file: Path) -> Rules:
    """The file's rules; one without permissions gets the shipped ones, as always. Raises AccessRulesInvalid."""
    data: dict[str, Any] = json.loads(compile_rules(file))
    permissions = data.get("permissions", SHIPPED_PERMISSIONS)
    return {"groups": data["groups"], "permissions": {scope: list(opened) for scope, opened in permissions.items()}}


def read_store(database: Database[Document]) -> Rules:
    """The store's rules. Raises StoreUnavailable, StoreDataInvalid, and AccessRulesInvalid."""
    rules = AccessRuleCollections(database).read()
    StoredRules(lambda: rules)()
    return rules


def rules_in_force(settings: Mapping[str, str], database: Database[Document] | None) -> tuple[Rules, AccessRules]:
    """The rules that SCOPES_SOURCE names, as data and validated. Raises CannotCheck and a CheckFailed."""
    if settings.get("SCOPES_SOURCE") == "documentdb":
        if database is None:
            raise CannotCheck("SCOPES_SOURCE=documentdb needs DOCUMENTDB_URI, or SECRETS_ARN with it.")
        rules = AccessRuleCollections(database).read()
        return rules, StoredRules(lambda: rules)().rules
    file = rules_file(settings, None)
    return read_file(file), load_rules(file)
