"""What access rules mean, said a second time without policies: the direct evaluation that policies are held to.

Nothing here is taken from okta_gateway, so that a mistake there cannot be repeated here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

STAGE_ARN = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod"
ANY_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")

type Rules = Mapping[str, Mapping[str, Sequence[str]]]


def request_arn(method: str, path: str) -> str:
    """The ARN that API Gateway makes of a request: the path as the client wrote it."""
    return f"{STAGE_ARN}/{method}{path}"


def may(rules: Rules, groups: Iterable[str], method: str, path: str, *, allow_encoded_slash: bool = False) -> bool:
    """Whether a verified holder of `groups` may call the route."""
    if is_ambiguous(path, allow_encoded_slash=allow_encoded_slash):
        return False
    if (method, path) == ("GET", "/api/iam/whoami"):
        return True
    scopes = {scope for group in groups for scope in rules["groups"].get(group, ())}
    texts = {text for scope in scopes for text in rules["permissions"].get(scope, ())}
    return any(opens(text, method, path) and not escapes(texts, text, method, path) for text in texts)


def escapes(texts: Iterable[str], permission: str, method: str, path: str) -> bool:
    """Whether it covers the path only by a slash that API Gateway drops: `GET /a/*` and a request for /a/."""
    wanted_path = permission.split(" ")[1]
    if permission == "ANY /*" or wanted_path in {"/*", path} or wanted_path != f"{path}*":
        return False
    wanted = {path, path.removesuffix("/")}
    return not any(text.split(" ")[1] in wanted and opens(text, method, text.split(" ")[1]) for text in texts)


def opens(permission: str, method: str, path: str) -> bool:
    """Whether one permission, as people write it, covers the route."""
    wanted_method, wanted_path = permission.split(" ")
    if permission == "ANY /*":
        return True
    if method not in (ANY_METHODS if wanted_method == "ANY" else [wanted_method]):
        return False
    return path.startswith(wanted_path[:-1]) if wanted_path.endswith("*") else path == wanted_path


def is_ambiguous(path: str, *, allow_encoded_slash: bool = False) -> bool:
    """Whether a backend might take the path for another one (DESIGN 3.7 and ADR 3)."""
    if "//" in path or "\\" in path:
        return True
    # Who lets encoded slashes through has a backend that takes them for slashes, or for characters of a name.
    segments = re.split("/|%2f" if allow_encoded_slash else "/", path, flags=re.IGNORECASE)
    if any(segment in (".", "..") or segment.lower().startswith(("..;", "..%3b")) for segment in segments):
        return True
    encoded = "2e|5c|25|00" if allow_encoded_slash else "2e|5c|25|00|2f"
    return re.search(f"%(?:{encoded})", path, re.IGNORECASE) is not None


GROUPS = ("registry-admins", "readers", "writers", "Readers", "a group, with commas", "*", "${aws:username}")
SCOPES = ("registry:admin:full", "mcp:read", "*")

_names = st.sampled_from(["api", "a"]) | st.sampled_from(
    ["servers", "iam", "whoami", "a..b", "..hidden", ".x", "...", "a:b", "a;b", "%20"]
)
_good_paths = st.lists(_names, max_size=3).map(lambda names: "/" + "/".join(names))
_patterns = st.one_of(
    _good_paths,
    _good_paths.filter(lambda path: path != "/").map(lambda path: path + "/"),
    _good_paths.map(lambda path: f"{path.removesuffix('/')}/*"),
)
_written = st.builds("{} {}".format, st.sampled_from([*ANY_METHODS, "ANY", "ANY", "GET"]), _patterns)
_permissions = st.one_of(st.just("ANY /*"), *[_written] * 5)


def rules() -> st.SearchStrategy[Rules]:
    """The content of any valid scopes.yml over a few names, so that rules and requests often meet."""
    scopes = st.lists(st.sampled_from(SCOPES), unique=True, min_size=1)
    opened = st.lists(_permissions, unique=True, max_size=5)
    return st.fixed_dictionaries(
        {
            "groups": st.dictionaries(st.sampled_from(GROUPS), scopes, min_size=1, max_size=4),
            "permissions": st.dictionaries(st.sampled_from(SCOPES), opened, min_size=1),
        }
    )


def nested_permissions() -> st.SearchStrategy[list[str]]:
    """Permissions of few methods on few paths, most of which lie within one another."""
    paths = st.lists(st.sampled_from(["a", "b"]), max_size=3).map(lambda names: "".join(f"/{name}" for name in names))
    ends = st.sampled_from(["/*", "/*", "/", ""])
    text = st.builds("{} {}{}".format, st.sampled_from(["GET", "PUT", "ANY"]), paths, ends)
    return st.lists(text.filter(lambda text: not text.endswith(" ")), unique=True, min_size=2, max_size=8)


def groups() -> st.SearchStrategy[tuple[str, ...]]:
    """Groups that a token may carry, known to the rules or not."""
    return st.lists(st.sampled_from([*GROUPS, "unknown", ""]), unique=True, max_size=4).map(tuple)


_hostile = st.sampled_from(
    [
        *["*", "?", "**", "${aws:username}", "${*}", "{proxy+}", "$", ":", "a:b", "arn:aws:execute-api:*", "GET", "~"],
        *["", ".", "..", "...", ".;", "..;", "..;x", "..%3b", "..%3Bx", "%3b", "\\", "..\\", "a\\b"],
        *["%2e", "%2E%2e", "%2f", "%2F", "%5c", "%5C", "%25", "%252e", "%00", "%2B", "caf\u00e9", "\n", " ", "x\x00"],
    ]
)


_dots = st.sampled_from([".", "..", "..;", "..;x", "..%3b", "..%3B", "...", "..x", "", "%2e", "%2E", "\\"])


class Case(NamedTuple):
    """A holder of groups, and a request: its method, and its path as the client wrote it."""

    rules: Rules
    groups: tuple[str, ...]
    method: str
    path: str


@st.composite
def cases(draw: st.DrawFn, slashes: Sequence[str] = ("/",)) -> Case:
    """Requests legitimate, hostile and mixed; many start where a permission of the rules does."""
    drawn = draw(rules())
    held = draw(st.one_of(groups(), *[st.just(tuple(drawn["groups"]))] * 3))
    texts = sorted({text for texts in drawn["permissions"].values() for text in texts})
    method, start = draw(st.sampled_from(ANY_METHODS)), ""
    starts_at_permission = draw(st.booleans())
    if texts and starts_at_permission:
        wanted, _, start = draw(st.sampled_from(texts)).partition(" ")
        method = method if wanted == "ANY" else wanted
    segments = st.one_of(_names, _hostile, _dots, st.text(max_size=5))
    rest = "".join(draw(st.sampled_from(slashes)) + name for name in draw(st.lists(segments, max_size=4)))
    path = start.removesuffix("*").removesuffix("/") + rest
    odd_method = draw(st.sampled_from([method, method, method, "TRACE", "get", "*"]))
    return Case(drawn, held, odd_method, path if path.startswith("/") else f"/{path}")


def place(keys: tuple[str, ...]) -> str:
    """For `validate_rules`: where a problem is."""
    return "/".join(keys)


def resources(policy: Mapping[str, Any], effect: str) -> list[str]:
    """All resources of the policy's statements with the effect."""
    return [
        text for statement in policy["Statement"] if statement["Effect"] == effect for text in statement["Resource"]
    ]
