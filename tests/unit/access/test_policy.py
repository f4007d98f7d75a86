"""The policy: what it opens and refuses, how small it is, and where it stops."""

import json

import pytest

from devkit.gateway.iam_policy import Decision, evaluate, is_allowed
from okta_gateway.access.policy import MAX_RESOURCE_LENGTH, Policy, build_policy
from okta_gateway.access.scopes import SHIPPED_PERMISSIONS, AccessRules, validate_rules
from okta_gateway.errors import PolicyTooLarge
from okta_gateway.setting_rows import DEFAULTS
from tests.unit.access.rights import STAGE_ARN, place, request_arn, resources

WHOAMI = f"{STAGE_ARN}/GET/api/iam/whoami"


def rules_of(*permissions: str) -> AccessRules:
    return validate_rules({"groups": {}, "permissions": {"s": list(permissions)}}, place)


DEFAULT_MAX_POLICY_BYTES = int(DEFAULTS["POLICY_MAX_BYTES"])


def policy_of(
    *permissions: str, max_bytes: int = DEFAULT_MAX_POLICY_BYTES, allow_encoded_slash: bool = False
) -> Policy:
    return build_policy(
        rules_of(*permissions), ("s",), STAGE_ARN, max_bytes=max_bytes, allow_encoded_slash=allow_encoded_slash
    )


def test_the_policy_has_the_shape_that_aws_asks_for() -> None:
    policy = policy_of("GET /api/*")
    assert policy["Version"] == "2012-10-17"
    assert [statement["Effect"] for statement in policy["Statement"]] == ["Allow", "Deny"]
    assert all(statement.keys() == {"Action", "Effect", "Resource"} for statement in policy["Statement"])
    assert {statement["Action"] for statement in policy["Statement"]} == {"execute-api:Invoke"}


def test_without_scopes_only_whoami_is_open() -> None:
    policy = build_policy(rules_of("ANY /*"), (), STAGE_ARN, max_bytes=8192, allow_encoded_slash=False)
    assert resources(policy, "Allow") == [WHOAMI]
    assert is_allowed(policy, WHOAMI)
    assert not is_allowed(policy, request_arn("GET", "/api/servers"))
    assert not is_allowed(policy, request_arn("POST", "/api/iam/whoami"))
    assert not is_allowed(policy, f"{WHOAMI}/")


def test_exact_routes_need_no_deny_statement() -> None:
    assert resources(policy_of("GET /api/servers", "PUT /a;b"), "Deny") == []


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        pytest.param(["ANY /*"], ["/*/*"], id="everything is one resource"),
        pytest.param(["ANY /*", "GET /a", "ANY /b/*", "PUT /*"], ["/*/*"], id="everything covers all others"),
        pytest.param(["GET /*"], ["/GET/*"], id="a method everywhere covers whoami"),
        pytest.param(["GET /*", "GET /a", "GET /a/*", "GET /"], ["/GET/*"], id="a method everywhere covers its routes"),
        pytest.param(["GET /api/*"], ["/GET/api/*"], id="a branch covers whoami"),
        pytest.param(["GET /api/*", "GET /api/a/b", "GET /api/a/*", "GET /api/"], ["/GET/api/*"], id="a branch"),
        pytest.param(["GET /api/*", "GET /api"], ["/GET/api", "/GET/api/*"], id="a branch is not its root"),
        pytest.param(["GET /api/*", "GET /apis"], ["/GET/api/*", "/GET/apis"], id="a branch is not its neighbour"),
        pytest.param(["GET /api/*", "PUT /api/a"], ["/GET/api/*", "/PUT/api/a"], id="another method stays"),
        pytest.param(["GET /a", "GET /a"][:1], ["/GET/a", "/GET/api/iam/whoami"], id="one route"),
        pytest.param(["ANY /api/iam/*", "ANY /api/*"], [f"/{m}/api/*" for m in sorted(
            ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS"])], id="any method is seven"),
    ],
)  # fmt: skip
def test_the_policy_is_as_small_as_its_meaning(permissions: list[str], allowed: list[str]) -> None:
    assert resources(policy_of(*permissions), "Allow") == [STAGE_ARN + route for route in allowed]


def test_shipped_rules_give_readers_the_routes_of_the_guide() -> None:
    rules = validate_rules({"groups": {}, "permissions": SHIPPED_PERMISSIONS}, place)
    scopes = ("mcp:servers:list", "mcp:servers:read")
    policy = build_policy(rules, scopes, STAGE_ARN, max_bytes=8192, allow_encoded_slash=False)
    assert is_allowed(policy, request_arn("GET", "/api/servers"))
    assert is_allowed(policy, request_arn("GET", "/api/servers/fininfo/tools"))
    assert not is_allowed(policy, request_arn("POST", "/api/servers"))
    assert not is_allowed(policy, request_arn("DELETE", "/api/servers/fininfo"))
    assert not is_allowed(policy, request_arn("GET", "/api/serversx"))


def test_another_stage_and_another_api_stay_closed() -> None:
    policy = policy_of("ANY /*")
    assert is_allowed(policy, f"{STAGE_ARN}/GET/x")
    assert not is_allowed(policy, f"{STAGE_ARN}2/GET/x")
    assert not is_allowed(policy, STAGE_ARN.replace("/prod", "/dev") + "/GET/x")
    assert not is_allowed(policy, STAGE_ARN.replace("a1b2c3d4e5", "zzzzzzzzzz") + "/GET/x")
    assert not is_allowed(policy, STAGE_ARN.replace("123456789012", "210987654321") + "/GET/x")


def test_a_websocket_connection_is_never_opened() -> None:
    assert not is_allowed(policy_of("ANY /*"), f"{STAGE_ARN}/$connect")


DENIED = [
    *["/./x", "/a/./b", "/.", "/a/.", "/../x", "/a/../b", "/..", "/a/..", "/a/b/../../.."],
    *["/..;", "/..;/x", "/a/..;jsessionid=1/b", "/a/..;", "/..%3b", "/a/..%3b/x", "/a/..%3B/x", "/..%3B"],
    *["//", "//x", "/a//b", "/a//", "/a///b", "/proxy/https://example.com"],
    *["/a\\b", "/\\", "/a\\..\\b", "/..\\"],
    *[
        "/%2e%2e/x",
        "/a%2eb",
        "/.%2E/x",
        "/%2e",
        "/a%5cb",
        "/a%5Cb",
        "/%5c",
        "/a%252e",
        "/100%25",
        "/%25",
        "/a%00",
        "/%00b",
    ],
]
ENCODED_SLASHES = ["/a%2fb", "/a%2Fb", "/%2f", "/%2F", "/a..%2Fb", "/a.%2fb", "/a%2fb.c", "/a%2f%2fb"]
NEAR_MISSES = [
    *[
        "/",
        "/a",
        "/a/",
        "/a/b/c/d/e/f",
        "/a:b",
        "/a@b",
        "/~a",
        "/a,b",
        "/a$b",
        "/a|b",
        "/-",
        "/caf%C3%A9",
        "/%e2%80%a6",
    ],
    *["/.well-known/x", "/a/.well-known/y", "/.a", "/.a/b", "/a.", "/a./b", "/a..", "/a../b", "/a..b", "/a/b..c/d"],
    *[
        "/..hidden",
        "/a/..hidden",
        "/...",
        "/a/...",
        "/a/.../b",
        "/.;x",
        "/a;b",
        "/a;v=1/b",
        "/a;..",
        "/x..;y",
        "/a..%3b",
    ],
    *[
        "/a%3bb",
        "/%3b",
        "/..%3c",
        "/%20",
        "/a%20b",
        "/%2B",
        "/%2d",
        "/%2D",
        "/%2c",
        "/%5b",
        "/%5D",
        "/%5f",
        "/%26",
        "/%24",
    ],
    *["/%01", "/%0a", "/%20%30", "/%02e", "/%2", "/a%", "/2e", "/2f", "/5c", "/*", "/?", "/${aws:username}"],
]


@pytest.mark.parametrize("permissions", [["ANY /*"], ["GET /*"]], ids=str)
@pytest.mark.parametrize("path", DENIED + ENCODED_SLASHES)
def test_a_path_that_a_backend_may_take_for_another_is_denied(path: str, permissions: list[str]) -> None:
    assert evaluate(policy_of(*permissions), request_arn("GET", path)) is Decision.EXPLICITLY_DENIED


@pytest.mark.parametrize("path", DENIED)
def test_denied_paths_are_denied_below_a_branch_and_with_encoded_slashes_allowed(path: str) -> None:
    policy = policy_of("GET /branch/*", allow_encoded_slash=True)
    assert evaluate(policy, request_arn("GET", f"/branch{path}")) is Decision.EXPLICITLY_DENIED


@pytest.mark.parametrize("path", NEAR_MISSES)
def test_a_path_that_only_looks_like_it_passes(path: str) -> None:
    assert is_allowed(policy_of("ANY /*"), request_arn("GET", path))
    assert is_allowed(policy_of("GET /branch/*", "GET /branch"), request_arn("GET", f"/branch{path}"))


SLASH_AT_THE_END = [
    (["GET /branch/*"], "/branch/", False),
    (["GET /branch/*"], "/branch/leaf/", True),
    (["GET /branch/*", "GET /branch"], "/branch/", True),
    (["GET /branch/*", "GET /branch/"], "/branch/", True),
    (["GET /branch/*", "POST /branch"], "/branch/", False),
    (["GET /branch/*", "GET /*"], "/branch/", True),
    (["GET /branch/"], "/branch/", True),
    (["GET /*"], "/", True),
    (["ANY /*"], "/branch/", True),
]


@pytest.mark.parametrize(("permissions", "path", "allowed"), SLASH_AT_THE_END)
def test_a_slash_at_the_end_opens_nothing_that_is_closed_without_it(
    permissions: list[str], path: str, allowed: bool
) -> None:
    """API Gateway drops it on the way to the backend, which would answer for the branch itself."""
    assert is_allowed(policy_of(*permissions), request_arn("GET", path)) is allowed


@pytest.mark.parametrize("path", ENCODED_SLASHES)
def test_encoded_slashes_pass_when_the_setting_says_so(path: str) -> None:
    assert is_allowed(policy_of("ANY /*", allow_encoded_slash=True), request_arn("GET", path))


def test_the_setting_for_encoded_slashes_lifts_nothing_else() -> None:
    strict = set(resources(policy_of("ANY /*"), "Deny"))
    lax = set(resources(policy_of("ANY /*", allow_encoded_slash=True), "Deny"))
    assert strict - lax == {f"{STAGE_ARN}/*%2f*", f"{STAGE_ARN}/*%2F*"}


def test_an_allowed_encoded_slash_does_not_hide_a_dot_segment() -> None:
    """A backend that decodes %2f sees the dots between slashes, as in /api/servers/..%2fadmin."""
    slashes = ("/", "%2f", "%2F")
    inside = [f"{before}{dots}{after}x" for before in slashes for dots in (".", "..", "..;") for after in slashes]
    at_the_end = [f"{slash}{dots}" for slash in slashes for dots in (".", "..", "..;")]
    policy = policy_of("GET /api/servers/*", allow_encoded_slash=True)
    opened = [path for path in inside + at_the_end if is_allowed(policy, request_arn("GET", f"/api/servers/a{path}"))]
    assert opened == []


def test_a_resource_may_be_as_long_as_aws_allows() -> None:
    room = MAX_RESOURCE_LENGTH - len(f"{STAGE_ARN}/GET/")
    longest = resources(policy_of(f"GET /{'a' * room}"), "Allow")[0]
    assert len(longest) == 512
    with pytest.raises(PolicyTooLarge, match="a resource of 513 characters, at most 512"):
        policy_of(f"GET /{'a' * (room + 1)}")


def test_a_policy_may_be_as_large_as_the_setting_says_and_is_never_cut_short() -> None:
    permissions = [f"GET /api/servers/number-{number}" for number in range(40)]
    whole = policy_of(*permissions)
    size = len(json.dumps(whole, separators=(",", ":")))
    assert len(resources(whole, "Allow")) == 41
    assert policy_of(*permissions, max_bytes=size) == whole
    with pytest.raises(PolicyTooLarge, match=f"a policy of {size} bytes, at most {size - 1} .*POLICY_MAX_BYTES"):
        policy_of(*permissions, max_bytes=size - 1)


def test_a_resource_outside_its_limit_is_an_error_even_where_the_policy_would_fit() -> None:
    with pytest.raises(PolicyTooLarge, match="resource"):
        policy_of(f"GET /{'a' * 600}", max_bytes=999_999)


def test_the_denies_leave_most_of_the_policy_to_the_rules() -> None:
    for allow_encoded_slash in (False, True):
        policy = policy_of("ANY /*", allow_encoded_slash=allow_encoded_slash)
        assert len(json.dumps(policy, separators=(",", ":"))) < DEFAULT_MAX_POLICY_BYTES / 2
