"""Request bodies for authorization servers and their parts. Causes are ours where no recorded answer shows Okta's."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from devkit.okta_standin.errors import validation_failed
from devkit.okta_standin.org import Org
from devkit.okta_standin.servers import (
    ALL_CLIENTS,
    ANY_SCOPE,
    AuthorizationServer,
    Claim,
    FilterType,
    Policy,
    Rule,
    Scope,
    TokenKind,
)

BLANK = "The field cannot be left blank"
_KINDS: dict[str, TokenKind] = {"RESOURCE": "access_token", "IDENTITY": "id_token"}
_CONSENTS = ("IMPLICIT", "REQUIRED", "FLEXIBLE")
_OWN_CLAIMS = frozenset(["ver", "jti", "iss", "aud", "iat", "exp", "cid", "uid", "scp", "auth_time"])
"""Of access tokens; Okta lets nobody set them."""
_LIFETIMES = {
    "accessTokenLifetimeMinutes": (5, 24 * 60),
    "refreshTokenLifetimeMinutes": (0, 5 * 365 * 24 * 60),
    "refreshTokenWindowMinutes": (10, 5 * 365 * 24 * 60),
}


def server_of(body: Mapping[str, Any], before: AuthorizationServer) -> AuthorizationServer:
    """`before` with what a request says. Raises OktaRefusal (E0000001)."""
    audiences = body.get("audiences")
    if not isinstance(audiences, list) or len(audiences) != 1 or not _is_text(audiences[0]):
        raise validation_failed("audiences", "audiences: Exactly one audience must be given")
    signing = _section(_section(body, "credentials"), "signing")
    return replace(
        before,
        name=_text(body, "name"),
        description=_optional_text(body, "description") or "",
        audience=audiences[0],
        issuer_mode=_one_of(body, "issuerMode", ("ORG_URL", "CUSTOM_URL", "DYNAMIC"), before.issuer_mode),
        rotation_mode=_one_of(signing, "rotationMode", ("AUTO", "MANUAL"), before.rotation_mode),
    )


def scope_of(body: Mapping[str, Any], before: Scope) -> Scope:
    """`before` with what a request says. Raises OktaRefusal (E0000001)."""
    name = _text(body, "name")
    if re.match(r"okta[.:]", name) or re.search(r"\s", name):
        raise validation_failed("name", "name: The name is reserved or has spaces")
    return replace(
        before,
        name=name,
        description=_optional_text(body, "description"),
        display_name=_optional_text(body, "displayName"),
        consent=_one_of(body, "consent", _CONSENTS, "IMPLICIT"),
        published=_one_of(body, "metadataPublish", ("ALL_CLIENTS", "NO_CLIENTS"), "NO_CLIENTS") == "ALL_CLIENTS",
        default=_flag(body, "default", default=False),
        optional=_flag(body, "optional", default=False),
    )


def claim_of(body: Mapping[str, Any], server: AuthorizationServer, before: Claim) -> Claim:
    """`before` with what a request says. Raises OktaRefusal (E0000001)."""
    name, value = _text(body, "name"), _text(body, "value")
    if name in _OWN_CLAIMS:
        raise validation_failed("name", "name: The claim name is reserved")
    by_groups = _one_of(body, "valueType", ("EXPRESSION", "GROUPS"), "EXPRESSION") == "GROUPS"
    filter_type = FilterType(_one_of(body, "group_filter_type", tuple(FilterType), "")) if by_groups else None
    if filter_type is FilterType.REGEX:
        _require_expression(value)
    scopes = _texts(_section(body, "conditions"), "scopes")
    _require_known("scopes", scopes, [scope.name for scope in server.scopes])
    return replace(
        before,
        name=name,
        value=value,
        filter_type=filter_type,
        kind=_KINDS[_one_of(body, "claimType", tuple(_KINDS), "")],
        scopes=scopes,
        always=_flag(body, "alwaysIncludeInToken", default=True),
        active=_one_of(body, "status", ("ACTIVE", "INACTIVE"), "ACTIVE") == "ACTIVE",
    )


def policy_of(body: Mapping[str, Any], org: Org, before: Policy) -> Policy:
    """`before` with what a request says; without clients the policy is for nobody (recorded)."""
    clients = _texts(_section(_section(body, "conditions"), "clients"), "include")
    _require_known("clients", clients, [ALL_CLIENTS, *(app.client_id for app in org.apps)])
    return replace(before, name=_text(body, "name"), description=_text(body, "description"), clients=clients)


def rule_of(body: Mapping[str, Any], server: AuthorizationServer, before: Rule) -> Rule:
    """`before` with what a request says. Raises OktaRefusal (E0000001)."""
    conditions = _section(body, "conditions")
    scopes = _texts(_section(conditions, "scopes"), "include")
    _require_known("scopes", scopes, [ANY_SCOPE, *(scope.name for scope in server.scopes)])
    grant_types = _texts(_section(conditions, "grantTypes"), "include")
    if not grant_types or not scopes:
        raise validation_failed("conditions", f"conditions: {BLANK}")
    token = _section(_section(body, "actions"), "token")
    return replace(
        before,
        name=_text(body, "name"),
        grant_types=grant_types,
        scopes=scopes,
        groups=_texts(_section(_section(conditions, "people"), "groups"), "include"),
        access_token_minutes=_minutes(token, "accessTokenLifetimeMinutes", 60),
        refresh_token_minutes=_minutes(token, "refreshTokenLifetimeMinutes", 0),
        refresh_window_minutes=_minutes(token, "refreshTokenWindowMinutes", 7 * 24 * 60),
    )


def priority_of(body: Mapping[str, Any], default: int) -> int:
    """The wanted place among the others, from 1 on."""
    priority = body.get("priority", default)
    if type(priority) is not int or priority < 1:
        raise validation_failed("priority", "priority: A whole number of at least 1 is expected")
    return priority


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _text(body: Mapping[str, Any], name: str) -> str:
    value = _optional_text(body, name)
    if not value:
        raise validation_failed(name, f"{name}: {BLANK}")
    return value


def _optional_text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise validation_failed(name, f"{name}: Incorrect type of the value")
    return value


def _section(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise validation_failed(name, f"{name}: Incorrect type of the value")
    return value


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = body.get(name) or []
    if not isinstance(values, list) or not all(_is_text(value) for value in values):
        raise validation_failed(name, f"{name}: A list of strings is expected")
    return tuple(dict.fromkeys(values))


def _one_of(body: Mapping[str, Any], name: str, choices: tuple[str, ...], default: str) -> str:
    value = body.get(name, default)
    if value not in choices:
        raise validation_failed(name, f"{name}: One of {', '.join(choices)} is expected")
    return str(value)


def _flag(body: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise validation_failed(name, f"{name}: Incorrect type of the value")
    return default if value is None else value


def _minutes(token: Mapping[str, Any], name: str, default: int) -> int:
    low, high = _LIFETIMES[name]
    value = token.get(name, default)
    if type(value) is not int or not low <= value <= high:
        raise validation_failed(name, f"{name}: A whole number from {low} to {high} is expected")
    return value


def _require_known(name: str, values: tuple[str, ...], known: list[str]) -> None:
    for value in values:
        if value not in known:
            raise validation_failed(name, f"{name}: {value} does not exist")


def _require_expression(text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise validation_failed("value", "value: The regular expression is invalid") from error
