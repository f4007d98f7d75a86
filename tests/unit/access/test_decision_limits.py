"""What a decision hands on as it was set, and tokens that no encoding can hold."""

import pytest

from devkit.gateway.iam_policy import is_allowed
from okta_gateway.access.decision import Authorizer, Limits
from okta_gateway.access.groups import ClientGroups
from okta_gateway.access.rules import fixed_rules
from okta_gateway.access.scopes import validate_rules
from okta_gateway.errors import TokenMalformed
from okta_gateway.tokens.verifier import Verifier
from tests.tokens import MACHINE_CLIENT_ID, FakeClock, machine_token, okta_profile, okta_token
from tests.unit.access.rights import STAGE_ARN, place, request_arn

RULES = fixed_rules(validate_rules({"groups": {"readers": ["read"]}, "permissions": {"read": ["GET /a/*"]}}, place))


def authorizer(
    clock: FakeClock, *, encoded_slash: bool = False, client_groups: ClientGroups | None = None
) -> Authorizer:
    verifier = Verifier([okta_profile()], clock=clock)
    return Authorizer(verifier, RULES, client_groups, Limits(8192, allow_encoded_slash=encoded_slash), clock=clock)


@pytest.mark.parametrize("encoded_slash", [True, False])
def test_the_setting_for_encoded_slashes_reaches_the_policy(clock: FakeClock, encoded_slash: bool) -> None:
    gate = authorizer(clock, encoded_slash=encoded_slash)
    decision, _ = gate.decide(okta_token(groups=["readers"]), STAGE_ARN)
    assert is_allowed(decision.policy, request_arn("GET", "/a/b%2fc")) is encoded_slash


@pytest.mark.parametrize("token", ["\ud800", f"{okta_token()}\udfff", "a.\ud800.b"], ids=["alone", "behind", "inside"])
def test_half_a_surrogate_pair_is_a_bad_token_and_no_defect(clock: FakeClock, token: str) -> None:
    with pytest.raises(TokenMalformed):
        authorizer(clock).decide(token, STAGE_ARN)


@pytest.mark.parametrize(
    ("has_store", "said"),
    [(True, "no enabled client of this id in the store"), (False, "no document store is configured")],
)
def test_why_a_machine_has_no_groups_depends_on_whether_there_is_a_store(
    clock: FakeClock, has_store: bool, said: str
) -> None:
    client_groups = ClientGroups({MACHINE_CLIENT_ID: None}.__getitem__, clock=clock) if has_store else None
    decision, _ = authorizer(clock, client_groups=client_groups).decide(machine_token(), STAGE_ARN)
    assert decision.refusal
    assert decision.refusal.detail == f"no groups in the token, and {said}"
