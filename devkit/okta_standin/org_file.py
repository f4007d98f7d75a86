"""Read an org from its YAML file, strictly: unknown keys, repeated names and dangling references are refused."""

import re
from collections.abc import Container, Iterable
from dataclasses import replace
from pathlib import Path

from devkit.okta_standin.org import (
    ALL_CLIENTS,
    ANY_SCOPE,
    EVERYONE,
    ORG_SERVER_ID,
    USER_SCOPES,
    App,
    AppType,
    AuthorizationServer,
    FilterType,
    GroupsClaim,
    Org,
    Policy,
    RefreshTokens,
    Rotation,
    Rule,
    Scope,
    TokenKind,
    User,
)
from devkit.okta_standin.yaml_entry import Entry, read_yaml

SEED = Path(__file__).with_name("org.yml")
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")
TOKEN_KINDS: tuple[TokenKind, ...] = ("access_token", "id_token")
APP_TYPES: tuple[AppType, ...] = ("web", "service")
ACCESS_TOKEN_MINUTES = (5, 24 * 60)
REFRESH_TOKEN_MINUTES = (0, 5 * 365 * 24 * 60)
REFRESH_WINDOW_MINUTES = (10, 5 * 365 * 24 * 60)
"""What Okta allows in a rule."""
LEEWAY_SECONDS = (0, 60)
"""What Okta allows for the rotation of refresh tokens."""
MANY = 1000


def load_org(path: Path = SEED) -> Org:
    """The org described by the file at `path`. Raises OrgFileError naming file, line and key."""
    top = read_yaml(path).mapping(["groups", "users", "apps", "authorization_servers"])
    groups = _group_names(top["groups"])
    users = tuple(_user(entry, groups) for entry in top["users"].items())
    apps = tuple(_app(entry, groups, [user.login for user in users]) for entry in top["apps"].items())
    client_ids = [app.client_id for app in apps]
    servers = tuple(_server(entry, client_ids) for entry in top["authorization_servers"].items())
    _require_different(top["users"], [user.login for user in users])
    _require_different(top["users"], [user.id for user in users])
    _require_different(top["apps"], client_ids)
    _require_different(top["authorization_servers"], [server.id for server in servers])
    return Org(users, apps, servers)


def _require_different(entry: Entry, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for item, name in zip(entry.items(), names, strict=True):
        if name in seen:
            raise item.error(f"{name!r} is given to more than one of them")
        seen.add(name)


def _user(entry: Entry, groups: tuple[str, ...]) -> User:
    members = entry.mapping(["id", "login", "first_name", "last_name", "password", "groups"])
    return User(
        id=members["id"].text(),
        login=members["login"].text(),
        first_name=members["first_name"].text(),
        last_name=members["last_name"].text(),
        password=members["password"].text(),
        groups=_group_names(members["groups"], groups),
    )


def _group_names(entry: Entry, known: Container[str] | None = None) -> tuple[str, ...]:
    """Names of groups; `{numbered: team-, count: 3}` among them stands for team-1, team-2 and team-3."""
    names: list[str] = []
    for item in entry.items():
        for name in _numbered(item) if item.is_mapping else [item.text()]:
            if known is not None and name not in known:
                raise item.error(f"unknown group {name!r}")
            if name in names:
                raise item.error(f"{name!r} is listed twice")
            names.append(name)
    return tuple(names)


def _numbered(entry: Entry) -> list[str]:
    members = entry.mapping(["numbered", "count"])
    return [f"{members['numbered'].text()}{number + 1}" for number in range(members["count"].number(1, MANY))]


def _app(entry: Entry, groups: tuple[str, ...], logins: list[str]) -> App:
    members = entry.mapping(
        ["client_id", "label", "type", "client_authentication", "grant_types"],
        ["client_secret", "okta_scopes", "groups_claim", "sign_in"],
    )
    by_secret = members["client_authentication"].choice(["client_secret", "private_key_jwt"]) == "client_secret"
    if by_secret != ("client_secret" in members):
        raise entry.error("client_secret goes with `client_authentication: client_secret`, and only with that")
    app = App(
        client_id=members["client_id"].text(),
        label=members["label"].text(),
        type=members["type"].choice(APP_TYPES),
        grant_types=members["grant_types"].texts(GRANT_TYPES, "grant type"),
        client_secret=members["client_secret"].text() if by_secret else None,
        okta_scopes=members["okta_scopes"].texts() if "okta_scopes" in members else (),
        groups_claim=_app_groups_claim(members["groups_claim"]) if "groups_claim" in members else None,
    )
    return _with_sign_in(app, members["sign_in"], groups, logins) if "sign_in" in members else app


def _with_sign_in(app: App, entry: Entry, groups: tuple[str, ...], logins: list[str]) -> App:
    members = entry.mapping(
        ["redirect_uris", "post_logout_redirect_uris", "pkce_required", "refresh_token", "assigned_to"]
    )
    assigned = members["assigned_to"].mapping(["users", "groups"])
    return replace(
        app,
        redirect_uris=members["redirect_uris"].texts(),
        post_logout_redirect_uris=members["post_logout_redirect_uris"].texts(),
        pkce_required=members["pkce_required"].flag(),
        refresh_tokens=_refresh_tokens(members["refresh_token"]),
        assigned_users=assigned["users"].texts(logins, "user"),
        assigned_groups=assigned["groups"].texts([EVERYONE, *groups], "group"),
    )


def _refresh_tokens(entry: Entry) -> RefreshTokens:
    members = entry.mapping(["rotation_type", "leeway"])
    return RefreshTokens(members["rotation_type"].choice(Rotation), members["leeway"].number(*LEEWAY_SECONDS))


def _app_groups_claim(entry: Entry) -> GroupsClaim:
    members = entry.mapping(["filter", "value"])
    return GroupsClaim(_filter(members), _filter_value(members), kind="id_token", scopes=("groups",))


def _server(entry: Entry, client_ids: list[str]) -> AuthorizationServer:
    members = entry.mapping(["id", "audience", "scopes"], ["groups_claims", "policies"])
    scopes = (*(Scope(name) for name in USER_SCOPES), *(_scope(item) for item in members["scopes"].items()))
    names = [scope.name for scope in scopes]
    for item in members["scopes"].items():
        name = item.mapping(["name"], ["default", "published"])["name"]
        if names.count(name.text()) > 1:
            raise name.error("Okta has this scope already, or it is listed twice")
    return AuthorizationServer(
        id=_server_id(members["id"]),
        audience=members["audience"].text(),
        scopes=scopes,
        groups_claims=tuple(_groups_claim(item, names) for item in _optional_items(members, "groups_claims")),
        policies=tuple(_policy(item, client_ids, names) for item in _optional_items(members, "policies")),
    )


def _optional_items(members: dict[str, Entry], name: str) -> list[Entry]:
    return members[name].items() if name in members else []


def _server_id(entry: Entry) -> str:
    server_id = entry.text()
    if server_id == ORG_SERVER_ID or not re.fullmatch("[A-Za-z0-9]{3,}", server_id):
        raise entry.error(f"letters and digits are expected, at least three of them, and not {ORG_SERVER_ID!r}")
    return server_id


def _scope(entry: Entry) -> Scope:
    members = entry.mapping(["name"], ["default", "published"])
    return Scope(
        name=members["name"].text(),
        default="default" in members and members["default"].flag(),
        published="published" not in members or members["published"].flag(),
    )


def _groups_claim(entry: Entry, scopes: list[str]) -> GroupsClaim:
    members = entry.mapping(["token", "filter", "value"], ["name", "scopes"])
    return GroupsClaim(
        filter_type=_filter(members),
        value=_filter_value(members),
        name=members["name"].text() if "name" in members else "groups",
        kind=members["token"].choice(TOKEN_KINDS),
        scopes=members["scopes"].texts(scopes, "scope") if "scopes" in members else (),
    )


def _filter(members: dict[str, Entry]) -> FilterType:
    return members["filter"].choice(FilterType)


def _filter_value(members: dict[str, Entry]) -> str:
    value = members["value"].text()
    if _filter(members) is FilterType.REGEX:
        try:
            re.compile(value)
        except re.error as error:
            raise members["value"].error(f"not a regular expression: {error}") from error
    return value


def _policy(entry: Entry, client_ids: list[str], scopes: list[str]) -> Policy:
    members = entry.mapping(["name", "clients", "rules"])
    return Policy(
        name=members["name"].text(),
        clients=members["clients"].texts([ALL_CLIENTS, *client_ids], "client"),
        rules=tuple(_rule(item, scopes) for item in members["rules"].items()),
    )


def _rule(entry: Entry, scopes: list[str]) -> Rule:
    members = entry.mapping(
        ["name", "grant_types", "scopes", "access_token_minutes"], ["refresh_token_minutes", "refresh_window_minutes"]
    )
    rule = Rule(
        name=members["name"].text(),
        grant_types=members["grant_types"].texts(GRANT_TYPES, "grant type"),
        scopes=members["scopes"].texts([ANY_SCOPE, *scopes], "scope"),
        access_token_minutes=members["access_token_minutes"].number(*ACCESS_TOKEN_MINUTES),
    )
    if "refresh_token_minutes" in members:
        rule = replace(rule, refresh_token_minutes=members["refresh_token_minutes"].number(*REFRESH_TOKEN_MINUTES))
    if "refresh_window_minutes" in members:
        rule = replace(rule, refresh_window_minutes=members["refresh_window_minutes"].number(*REFRESH_WINDOW_MINUTES))
    return rule
