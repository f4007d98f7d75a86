"""For any rules, groups and request, IAM's evaluation of the policy is the direct evaluation of the permissions."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from devkit.gateway.iam_policy import is_allowed
from okta_gateway.access.policy import Policy, build_policy
from okta_gateway.access.scopes import validate_rules
from tests.unit.access import rights
from tests.unit.access.rights import Case, Rules

FEW = settings(max_examples=200, deadline=None)
MANY = settings(max_examples=600, deadline=None)


def policy_for(rules: Rules, groups: tuple[str, ...], *, allow_encoded_slash: bool = False) -> Policy:
    """The policy as the authorizer makes it, without a limit of size."""
    validated = validate_rules(rules, rights.place)
    return build_policy(
        validated,
        validated.scopes_of(groups).names,
        rights.STAGE_ARN,
        max_bytes=10**9,
        allow_encoded_slash=allow_encoded_slash,
    )


@MANY
@given(rights.cases())
def test_the_policy_allows_exactly_what_the_permissions_open(case: Case) -> None:
    policy = policy_for(case.rules, case.groups)
    assert is_allowed(policy, rights.request_arn(case.method, case.path)) is rights.may(*case)


@MANY
@given(rights.cases(slashes=("/", "%2f", "%2F")))
def test_with_encoded_slashes_the_policy_never_allows_more_than_the_permissions(case: Case) -> None:
    policy = policy_for(case.rules, case.groups, allow_encoded_slash=True)
    if is_allowed(policy, rights.request_arn(case.method, case.path)):
        assert rights.may(*case, allow_encoded_slash=True)


@FEW
@given(rights.cases())
def test_the_setting_for_encoded_slashes_changes_nothing_for_other_paths(case: Case) -> None:
    arn = rights.request_arn(case.method, case.path)
    if "%2f" not in case.path.lower():
        lax = policy_for(case.rules, case.groups, allow_encoded_slash=True)
        assert is_allowed(lax, arn) is rights.may(*case)


@FEW
@given(rights.cases(), st.sampled_from(["*", "?", "${aws:username}", "${*}"]))
def test_wildcards_of_a_request_are_plain_text(case: Case, wildcard: str) -> None:
    policy = policy_for(case.rules, case.groups)
    path = case.path + wildcard
    expected = rights.may(case.rules, case.groups, case.method, path)
    assert is_allowed(policy, rights.request_arn(case.method, path)) is expected


@FEW
@given(rights.rules(), rights.groups())
def test_resources_have_no_wildcard_but_the_star_of_the_rules(rules: Rules, groups: tuple[str, ...]) -> None:
    for text in rights.resources(policy_for(rules, groups), "Allow"):
        route = text.removeprefix(rights.STAGE_ARN)
        assert route == "/*/*" or not set("*?$").intersection(route.removesuffix("/*"))


@FEW
@given(rights.nested_permissions())
def test_wider_permissions_swallow_narrower_ones_without_a_change_of_meaning(permissions: list[str]) -> None:
    """Every route that a permission names, and its neighbours."""
    rules = {"groups": {"g": ["s"]}, "permissions": {"s": permissions}}
    policy = policy_for(rules, ("g",))
    named = {text.split(" ")[1].removesuffix("*") for text in permissions}
    for method, path in product(
        ("GET", "PUT", "POST", "TRACE"), named | {f"{path}a" for path in named if path[-1] == "/"}
    ):
        expected = rights.may(rules, ("g",), method, path)
        assert is_allowed(policy, rights.request_arn(method, path)) is expected, (method, path)


@FEW
@given(rights.nested_permissions())
def test_no_resource_covers_another(permissions: list[str]) -> None:
    rules = {"groups": {"g": ["s"]}, "permissions": {"s": permissions}}
    allowed = rights.resources(policy_for(rules, ("g",)), "Allow")
    assert len(set(allowed)) == len(allowed)
    for wide, narrow in product(allowed, allowed):
        alone = {"Statement": [{"Action": "*", "Effect": "Allow", "Resource": [wide]}]}
        assert wide == narrow or not is_allowed(alone, narrow.removesuffix("*"))
