"""Access rules and policies: any data, any permission; a policy opens what the rules say and nothing else."""

import json
from typing import Any

from hypothesis import assume, event, example, given
from hypothesis import strategies as st

from devkit.gateway.iam_policy import is_allowed
from okta_gateway.access.policy import MAX_RESOURCE_LENGTH, build_policy
from okta_gateway.access.scopes import METHODS, AccessRules, parse_permission, validate_rules
from okta_gateway.errors import AccessRulesInvalid, PolicyTooLarge
from tests.fuzz.hostile_text import JSON, TEXT, edited
from tests.fuzz.rounds import fuzzed
from tests.unit.access import rights

WRITTEN = ["ANY /*", "GET /api/servers", "GET /api/servers/*", "POST /", "DELETE /a/b/c/*", "ANY /a;b=c/~x", "PUT /%20"]
SEGMENTS = st.sampled_from(["", ".", "..", "..;", "..%3b", "...", "a", "%2e", "%2F", "%5c", "\\", "%25", "%00"]) | TEXT
permissions = edited(
    st.sampled_from(WRITTEN), st.sampled_from(["/", "*", "%", "2", "f", "F", ".", ";", "~", ":", "A"]) | TEXT
)


def rules_with(texts: list[str]) -> AccessRules:
    return validate_rules({"groups": {"g": ["s"]}, "permissions": {"s": texts}}, rights.place)


@fuzzed
@given(permissions | TEXT)
@example("GET /a\n")
@example("GET /..%3b/x")
@example("ANY  /*")
def test_a_permission_is_a_route_or_a_value_error_that_says_why(text: str) -> None:
    try:
        permission = parse_permission(text)
    except ValueError as error:
        event(str(error))
        return
    assert permission.path.startswith("/")
    assert permission.path.isascii()
    assert not set("*?${}\\ \n\0").intersection(permission.path)
    assert permission.methods == ("*",) or set(permission.methods) <= set(METHODS)
    assert text.endswith(permission.path + ("*" if permission.below else ""))


@fuzzed
@given(
    JSON
    | st.fixed_dictionaries(
        {"groups": st.dictionaries(TEXT, st.lists(TEXT, max_size=3) | JSON, max_size=3) | JSON},
        optional={"permissions": st.dictionaries(TEXT, st.lists(permissions, max_size=3) | JSON, max_size=3) | JSON},
    )
)
def test_any_data_is_rules_or_a_list_of_problems(data: Any) -> None:
    try:
        rules = validate_rules(data, rights.place)
    except AccessRulesInvalid as error:
        event(f"{len(error.detail.splitlines())} problems")
        return
    for group, scopes in data["groups"].items():
        assert rules.scopes_of([group]).names == tuple(sorted(set(scopes)))


@fuzzed
@given(st.lists(permissions, min_size=1, max_size=5), st.integers(100, 9000), st.booleans())
def test_a_policy_fits_or_says_that_it_does_not(texts: list[str], max_bytes: int, allow_encoded_slash: bool) -> None:
    policy = policy_of(texts, max_bytes, allow_encoded_slash=allow_encoded_slash)
    if policy is None:
        return
    assert len(json.dumps(policy, separators=(",", ":"))) <= max_bytes
    for resource in rights.resources(policy, "Allow") + rights.resources(policy, "Deny"):
        assert resource.startswith(f"{rights.STAGE_ARN}/")
        assert len(resource) <= MAX_RESOURCE_LENGTH


@fuzzed
@given(st.lists(permissions, min_size=1, max_size=4, unique=True), st.sampled_from([*METHODS, "TRACE", "*"]), st.data())
def test_a_policy_opens_what_its_permissions_say(texts: list[str], method: str, data: st.DataObject) -> None:
    """The oracle of tests/unit/access says the same of permissions and paths that nobody thought of."""
    policy = policy_of(texts, 100_000, allow_encoded_slash=False)
    assume(policy is not None)
    assert policy
    paths = [text.partition(" ")[2].removesuffix("*") for text in texts]
    path = data.draw(edited(st.sampled_from(paths))) + "/".join(data.draw(st.lists(SEGMENTS, max_size=4)))
    assume(path.startswith("/"))
    event(
        "may" if rights.may({"groups": {"g": ["s"]}, "permissions": {"s": texts}}, ("g",), method, path) else "may not"
    )
    expected = rights.may({"groups": {"g": ["s"]}, "permissions": {"s": texts}}, ("g",), method, path)
    assert is_allowed(policy, rights.request_arn(method, path)) is expected


def policy_of(texts: list[str], max_bytes: int, *, allow_encoded_slash: bool) -> dict[str, Any] | None:
    try:
        rules = rules_with(texts)
        return build_policy(
            rules, ("s",), rights.STAGE_ARN, max_bytes=max_bytes, allow_encoded_slash=allow_encoded_slash
        )
    except (AccessRulesInvalid, PolicyTooLarge) as error:
        event(error.code)
        return None
