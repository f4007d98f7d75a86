"""Read an org from its YAML file, strictly: unknown keys, repeated names and dangling references are refused."""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from devkit.okta_standin.clients import PRIVATE_KEY_JWT, App, AppType, ClientSecret, RefreshTokens, Rotation
from devkit.okta_standin.new_server import subject_claim, system_scopes
from devkit.okta_standin.org import ApiToken, Org
from devkit.okta_standin.people import EVERYONE, Group, User, UserStatus
from devkit.okta_standin.seeds import seeded_id
from devkit.okta_standin.servers import (
    ALL_CLIENTS,
    ANY_SCOPE,
    ORG_SERVER_ID,
    AuthorizationServer,
    Claim,
    FilterType,
    Policy,
    Rule,
    Scope,
    TokenKind,
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
PERMISSIONS = tuple(
    f"okta.{kind}.{action}"
    for kind in ("users", "groups", "apps", "appGrants", "clients", "authorizationServers")
    for action in ("read", "manage")
)
"""What an API token can be allowed to do, named like the scopes of OAuth for Okta."""


def load_org(path: Path = SEED) -> Org:
    """The org described by the file at `path`. Raises OrgFileError naming file, line and key."""
    top = read_yaml(path).mapping(["groups", "users", "apps", "authorization_servers"], ["api_tokens"])
    groups = {name: Group(seeded_id("00g", name), name) for name in _group_names(top["groups"])}
    users = tuple(_user(entry, groups) for entry in top["users"].items())
    apps = tuple(_app(entry, tuple(groups), [user.login for user in users]) for entry in top["apps"].items())
    client_ids = [app.client_id for app in apps]
    servers = tuple(_server(entry, client_ids) for entry in top["authorization_servers"].items())
    _require_different(top["users"], [user.login for user in users])
    _require_different(top["users"], [user.id for user in users])
    _require_different(top["apps"], client_ids)
    _require_different(top["authorization_servers"], [server.id for server in servers])
    tokens = tuple(_api_token(entry) for entry in _optional_items(top, "api_tokens"))
    return Org(users, apps, servers, groups.values(), tokens)


def _require_different(entry: Entry, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for item, name in zip(entry.items(), names, strict=True):
        if name in seen:
            raise item.error(f"{name!r} is given to more than one of them")
        seen.add(name)


def _user(entry: Entry, groups: Mapping[str, Group]) -> User:
    members = entry.mapping(["id", "login", "first_name", "last_name", "password", "groups"], ["email", "status"])
    login = members["login"].text()
    return User(
        id=members["id"].text(),
        profile={
            "firstName": members["first_name"].text(),
            "lastName": members["last_name"].text(),
            "login": login,
            "email": members["email"].text() if "email" in members else login,
        },
        password=members["password"].text(),
        groups=tuple(groups[name] for name in _group_names(members["groups"], groups)),
        status=members["status"].choice(UserStatus) if "status" in members else UserStatus.ACTIVE,
    )


def _api_token(entry: Entry) -> ApiToken:
    members = entry.mapping(["name", "value", "permissions"])
    return ApiToken(
        members["name"].text(), members["value"].text(), members["permissions"].texts(PERMISSIONS, "permission")
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
    client_id = members["client_id"].text()
    by_secret = members["client_authentication"].choice(["client_secret", PRIVATE_KEY_JWT]) == "client_secret"
    if by_secret != ("client_secret" in members):
        raise entry.error("client_secret goes with `client_authentication: client_secret`, and only with that")
    app = App(
        client_id=client_id,
        label=members["label"].text(),
        type=members["type"].choice(APP_TYPES),
        grant_types=members["grant_types"].texts(GRANT_TYPES, "grant type"),
        authentication="client_secret_basic" if by_secret else PRIVATE_KEY_JWT,
        secrets=(ClientSecret(f"ocs{client_id[3:]}", members["client_secret"].text()),) if by_secret else (),
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


def _app_groups_claim(entry: Entry) -> Claim:
    members = entry.mapping(["filter", "value"])
    return Claim(_filter_value(members), _filter(members), kind="id_token", scopes=("groups",))


def _server(entry: Entry, client_ids: list[str]) -> AuthorizationServer:
    members = entry.mapping(["id", "audience", "scopes"], ["groups_claims", "policies"])
    server_id = _server_id(members["id"])
    own_scopes = tuple(_scope(item, server_id) for item in members["scopes"].items())
    scopes = (*system_scopes(server_id), *own_scopes)
    names = [scope.name for scope in scopes]
    for item in members["scopes"].items():
        name = item.mapping(["name"], ["default", "published"])["name"]
        if names.count(name.text()) > 1:
            raise name.error("Okta has this scope already, or it is listed twice")
    return AuthorizationServer(
        id=server_id,
        audience=members["audience"].text(),
        scopes=scopes,
        claims=(subject_claim(server_id), *_groups_claims(members, names, server_id)),
        policies=tuple(_policy(item, client_ids, names, server_id) for item in _optional_items(members, "policies")),
        name=server_id,
        description=f"The stand-in's server {server_id}",
    )


def _optional_items(members: dict[str, Entry], name: str) -> list[Entry]:
    return members[name].items() if name in members else []


def _server_id(entry: Entry) -> str:
    server_id = entry.text()
    if server_id == ORG_SERVER_ID or not re.fullmatch("[A-Za-z0-9]{3,}", server_id):
        raise entry.error(f"letters and digits are expected, at least three of them, and not {ORG_SERVER_ID!r}")
    return server_id


def _scope(entry: Entry, server_id: str) -> Scope:
    members = entry.mapping(["name"], ["default", "published"])
    return Scope(
        name=members["name"].text(),
        default="default" in members and members["default"].flag(),
        published="published" not in members or members["published"].flag(),
        id=seeded_id("scp", server_id, members["name"].text()),
    )


def _groups_claims(members: dict[str, Entry], scopes: list[str], server_id: str) -> list[Claim]:
    claims = [_groups_claim(item, scopes) for item in _optional_items(members, "groups_claims")]
    return [replace(claim, id=seeded_id("ocl", server_id, claim.kind, claim.name)) for claim in claims]


def _groups_claim(entry: Entry, scopes: list[str]) -> Claim:
    members = entry.mapping(["token", "filter", "value"], ["name", "scopes"])
    return Claim(
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


def _policy(entry: Entry, client_ids: list[str], scopes: list[str], server_id: str) -> Policy:
    members = entry.mapping(["name", "clients", "rules"])
    name = members["name"].text()
    rules = [_rule(item, scopes) for item in members["rules"].items()]
    return Policy(
        name=name,
        clients=members["clients"].texts([ALL_CLIENTS, *client_ids], "client"),
        rules=tuple(replace(rule, id=seeded_id("0pr", server_id, name, rule.name)) for rule in rules),
        description=name,
        id=seeded_id("00p", server_id, name),
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
