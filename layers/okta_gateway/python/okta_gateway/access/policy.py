"""Permissions -> one IAM policy, complete for the principal: API Gateway caches it and applies it to every route.

Resources are built from the access rules and the API's own ARN only, never from a request's path or a token's text.
`*` and `?` cross slashes in IAM, and a path is matched as it was sent, before any backend normalises it: hence the
explicit denies (facts in docs/adr/0003-policy.md).
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from okta_gateway.access.scopes import AccessRules, Permission
from okta_gateway.errors import PolicyTooLarge

MAX_RESOURCE_LENGTH = 512
"""Characters; API Gateway refuses longer ones (AWS: "Output from an API Gateway Lambda authorizer")."""
WHOAMI = Permission(("GET",), "/api/iam/whoami", below=False)
"""Open to every verified principal: to ask who they are."""

# What follows a route prefix in a path that some backend may take for another path.
_DENIED_ANYWHERE = ("/./*", "/../*", "/..;*", "/..%3b*", "/..%3B*", "//*", "\\*")
_DENIED_AT_THE_END = ("/.", "/..")
_DENIED_ENCODED = ("%2e", "%2E", "%5c", "%5C", "%25", "%00")
_ENCODED_SLASH = ("%2f", "%2F")
# Where encoded slashes pass, a backend that decodes them must still find no dot segment, on either side of one.
_DOTS_AT_ENCODED_SLASH = (
    *(f"{slash}{dots}{end}" for slash in _ENCODED_SLASH for dots in (".", "..") for end in ("", "/*", "%2f*", "%2F*")),
    *(f"/{dots}{slash}*" for slash in _ENCODED_SLASH for dots in (".", "..")),
    *(f"{slash}..{end}*" for slash in _ENCODED_SLASH for end in (";", "%3b", "%3B")),
)

type Policy = dict[str, Any]


@lru_cache(maxsize=256)
def build_policy(
    rules: AccessRules, scopes: tuple[str, ...], stage_arn: str, *, max_bytes: int, allow_encoded_slash: bool
) -> Policy:
    """The policy for a holder of `scopes` at the stage `stage_arn` (arn:aws:execute-api:region:account:api/stage).

    Raises PolicyTooLarge; nothing is ever left out to make it fit. The result is shared: do not change it.
    """
    wanted = _wanted_routes(rules.permissions_of(scopes) | {WHOAMI})
    routes = _without_covered(wanted)
    allowed = [f"{stage_arn}/{method}{path}" for method, path in routes]
    statements = [_statement("Allow", allowed)]
    if any(path.endswith("*") for _, path in routes):
        ends = _denied_ends(allow_encoded_slash=allow_encoded_slash)
        denied = [f"{stage_arn}/{method}{path}" for method, path in _bare_prefixes(routes, wanted)]
        statements.append(_statement("Deny", [f"{stage_arn}/*{end}" for end in ends] + denied))
    policy = {"Version": "2012-10-17", "Statement": statements}
    _refuse_too_large(policy, max_bytes)
    return policy


def _statement(effect: str, resources: list[str]) -> dict[str, Any]:
    return {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resources}


def _wanted_routes(permissions: Iterable[Permission]) -> set[tuple[str, str]]:
    """Method and path pattern of each permission."""
    return {
        (method, permission.path + "*" if permission.below else permission.path)
        for permission in permissions
        for method in permission.methods
    }


def _without_covered(wanted: set[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(route for route in wanted if not any(cover in wanted for cover in _covers(*route)))


def _covers(method: str, path: str) -> Iterable[tuple[str, str]]:
    """The wider routes that would make this one superfluous: `GET /a/*` for `GET /a/b` and for `GET /a/b/*`."""
    if (method, path) != ("*", "/*"):
        yield "*", "/*"
    inner = path.removesuffix("*").removesuffix("/") if path.endswith("/*") else path
    while inner:
        inner = inner.rpartition("/")[0]
        if f"{inner}/*" != path:
            yield method, f"{inner}/*"


def _bare_prefixes(routes: Iterable[tuple[str, str]], wanted: set[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """`GET /a/` for `GET /a/*`, where neither it nor `GET /a` is wanted for itself.

    IAM counts the bare prefix as below it, and API Gateway drops a slash at the end of a path on its way to the
    backend, which would then answer `/a`.
    """
    for method, path in routes:
        prefix = path.removesuffix("*")
        if path != prefix != "/" and wanted.isdisjoint({(method, prefix), (method, prefix.removesuffix("/"))}):
            yield method, prefix


def _denied_ends(*, allow_encoded_slash: bool) -> Iterable[str]:
    yield from _DENIED_ANYWHERE
    yield from _DENIED_AT_THE_END
    yield from (f"{code}*" for code in _DENIED_ENCODED)
    yield from _DOTS_AT_ENCODED_SLASH if allow_encoded_slash else (f"{code}*" for code in _ENCODED_SLASH)


def _refuse_too_large(policy: Policy, max_bytes: int) -> None:
    longest = max(len(resource) for statement in policy["Statement"] for resource in statement["Resource"])
    if longest > MAX_RESOURCE_LENGTH:
        raise PolicyTooLarge(f"a resource of {longest} characters, at most {MAX_RESOURCE_LENGTH} are possible")
    size = len(json.dumps(policy, separators=(",", ":")))
    if size > max_bytes:
        raise PolicyTooLarge(f"a policy of {size} bytes, at most {max_bytes} are possible (POLICY_MAX_BYTES)")
