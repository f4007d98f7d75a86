"""Access rules: which scopes a group brings, which routes a scope opens; validated strictly, whatever the source."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from okta_gateway.errors import AccessRulesInvalid

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
SHIPPED_PERMISSIONS: Mapping[str, list[str]] = {
    "registry:admin:full": ["ANY /*"],
    "mcp:servers:list": ["GET /api/servers"],
    "mcp:servers:read": ["GET /api/servers/*"],
    "mcp:servers:write": ["POST /api/servers", "PUT /api/servers/*"],
    "mcp:servers:delete": ["DELETE /api/servers/*"],
}
"""What a file in the guide's format gets, which has groups only. The same as in layers/policies/scopes.yml."""

# RFC 6749, section 3.3: scope-token. No space, since scopes are handed on separated by spaces.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+", re.ASCII)
# The characters that RFC 3986, section 3.3 allows in a path, less * and $, which mean something else in a policy.
_PATH = re.compile(r"/(?:[A-Za-z0-9\-._~!&'()+,;=:@/]|%[0-9A-Fa-f]{2})*", re.ASCII)
_NEVER_REACHED = re.compile(r"//|/\.{1,2}(?:/|$)|/\.\.(?:;|%3b)|%(?:2e|2f|5c|25|00)", re.ASCII | re.IGNORECASE)

type Where = Callable[[tuple[str, ...]], str]
"""Names the place of a value, by its path of keys, for a message: `scopes.yml, line 7`."""


class Permission(NamedTuple):
    """A route, or with `below` everything below `path`, which then ends with a slash."""

    methods: tuple[str, ...]
    path: str
    below: bool


class MappedScopes(NamedTuple):
    """The scopes that a principal's groups bring, sorted, and how many of the groups are not known here."""

    names: tuple[str, ...]
    unknown_groups: int


class AccessRules:
    """Validated rules; immutable, compared by identity."""

    def __init__(
        self, groups: Mapping[str, tuple[str, ...]], permissions: Mapping[str, tuple[Permission, ...]]
    ) -> None:
        self._groups = groups
        self._permissions = permissions

    def scopes_of(self, groups: Iterable[str]) -> MappedScopes:
        """Exact names, case included; groups without a rule are counted and bring nothing."""
        known = [self._groups[group] for group in groups if group in self._groups]
        unknown = sum(group not in self._groups for group in groups)
        return MappedScopes(tuple(sorted({scope for scopes in known for scope in scopes})), unknown)

    def permissions_of(self, scopes: Iterable[str]) -> frozenset[Permission]:
        return frozenset(permission for scope in scopes for permission in self._permissions.get(scope, ()))

    def groups_with(self, scope: str) -> list[str]:
        """The groups that bring the scope, sorted."""
        return sorted(group for group, scopes in self._groups.items() if scope in scopes)

    def scopes_without_permissions(self) -> list[str]:
        """Scopes that groups bring and that open nothing here: meant for a backend, or misspelt."""
        return self.undefined(scope for scopes in self._groups.values() for scope in scopes)

    def undefined(self, scopes: Iterable[str]) -> list[str]:
        """Those of the scopes that have no permissions here, sorted."""
        return sorted(set(scopes) - self._permissions.keys())


def validate_rules(data: object, where: Where) -> AccessRules:
    """Validate rules (form: layers/policies/scopes.yml). Raises AccessRulesInvalid with every problem and its place."""
    problems: list[str] = []
    top = _mapping(data, (), where, problems)
    problems += [
        f"{where((key,))}: unknown key {key!r}; the keys are groups and permissions"
        for key in top
        if key not in {"groups", "permissions"}
    ]
    if "groups" not in top:
        problems.append(f"{where(())}: the key 'groups' is missing; it maps each Okta group to its scopes")
    groups = _lists(top.get("groups", {}), "groups", where, problems)
    permissions = _lists(top.get("permissions", SHIPPED_PERMISSIONS), "permissions", where, problems)
    _check_scope_names(groups, permissions, where, problems)
    parsed = {scope: _permissions(scope, texts, where, problems) for scope, texts in permissions.items()}
    if problems:
        raise AccessRulesInvalid("\n".join(problems))
    return AccessRules({group: tuple(scopes) for group, scopes in groups.items()}, parsed)


def parse_permission(text: str) -> Permission:
    """Parse `METHOD /path`, `ANY /path` or `GET /path/*`. Raises ValueError with what is wrong and what to write."""
    method, separator, path = text.partition(" ")
    if not separator or (method != "ANY" and method not in METHODS):
        raise ValueError(f"write a method ({', '.join(METHODS)} or ANY), one space and a path")
    below = path.endswith("/*")
    path = path[:-1] if below else path
    if not _PATH.fullmatch(path):
        raise ValueError("a path starts with / and has * only as its last segment; other * ? $ { } are not allowed")
    if _NEVER_REACHED.search(path):
        raise ValueError("the gateway refuses paths with //, . or .. as a segment, or %2e %2f %5c %25 %00")
    if (method, path, below) == ("ANY", "/", True):
        return Permission(("*",), path, below)
    return Permission(METHODS if method == "ANY" else (method,), path, below)


def _mapping(value: object, path: tuple[str, ...], where: Where, problems: list[str]) -> dict[str, object]:
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return dict(value)
    problems.append(f"{where(path)}: {_name(path)} must be a mapping of names")
    return {}


def _lists(value: object, key: str, where: Where, problems: list[str]) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for name, items in _mapping(value, (key,), where, problems).items():
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            problems.append(f"{where((key, name))}: {key}.{name} must be a list of strings")
            continue
        problems += [
            f"{where((key, name))}: {item!r} stands twice in {key}.{name}"
            for item, count in Counter(items).items()
            if count > 1
        ]
        lists[name] = items
    return lists


def _check_scope_names(
    groups: dict[str, list[str]], permissions: dict[str, list[str]], where: Where, problems: list[str]
) -> None:
    names = [(("groups", group), scope) for group, scopes in groups.items() for scope in scopes]
    names += [(("permissions", scope), scope) for scope in permissions]
    problems += [
        f"{where(path)}: the scope {scope!r} in {_name(path)} has a character that no scope may have, such as a space"
        for path, scope in names
        if not _SCOPE.fullmatch(scope)
    ]


def _permissions(scope: str, texts: list[str], where: Where, problems: list[str]) -> tuple[Permission, ...]:
    parsed = []
    for index, text in enumerate(texts):
        try:
            parsed.append(parse_permission(text))
        except ValueError as error:
            place = where(("permissions", scope, str(index)))
            problems.append(f"{place}: {text!r} in permissions.{scope}: {error}")
    return tuple(parsed)


def _name(path: tuple[str, ...]) -> str:
    return ".".join(path) or "the file"
