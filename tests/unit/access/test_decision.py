"""One decision from verified token to policy, and how long it is remembered."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from devkit.gateway.iam_policy import is_allowed
from okta_gateway.access.decision import MAX_REMEMBERED, Authorizer, Decision, Limits
from okta_gateway.access.groups import ClientGroups
from okta_gateway.access.rules import CurrentRules, RulesInForce, StoredRules, fixed_rules
from okta_gateway.access.scopes import validate_rules
from okta_gateway.errors import PolicyTooLarge, SignatureInvalid, StoreUnavailable, TokenExpired
from okta_gateway.tokens.verifier import Verifier
from tests import tokens
from tests.tokens import ABSENT, MACHINE_CLIENT_ID, NOW, USER_CLIENT_ID, FakeClock, machine_token, okta_token
from tests.unit.access.rights import STAGE_ARN, place, request_arn
from tests.unit.access.test_groups import FakeStore

RULES = {
    "groups": {"registry-admins": ["admin"], "readers": ["read"], "guests": ["unheard-of"]},
    "permissions": {"admin": ["ANY /*"], "read": ["GET /api/servers/*"]},
}
LIMITS = Limits(policy_max_bytes=8192, allow_encoded_slash=False)


class CountingVerifier(Verifier):
    """The real verifier, which tells how often it was needed."""

    verified = 0

    def verify(self, token: str) -> Any:
        self.verified += 1
        return super().verify(token)


class Gate:
    """An authorizer with all its parts at hand."""

    def __init__(self, clock: FakeClock, *, store: FakeStore | None = None, rules: CurrentRules | None = None) -> None:
        self.clock = clock
        self.verifier = CountingVerifier([tokens.okta_profile(), tokens.gateway_profile()], clock=clock)
        self.authorizer = Authorizer(
            self.verifier,
            rules or fixed_rules(validate_rules(RULES, place)),
            ClientGroups(store, clock=clock) if store else None,
            LIMITS,
            clock=clock,
        )

    def decide(self, token: str, stage_arn: str = STAGE_ARN) -> Decision:
        return self.authorizer.decide(token, stage_arn)[0]

    def remembers(self, token: str, stage_arn: str = STAGE_ARN) -> bool:
        return self.authorizer.decide(token, stage_arn)[1]


@pytest.fixture
def store() -> FakeStore:
    return FakeStore(**{MACHINE_CLIENT_ID: ("readers",), USER_CLIENT_ID: ("registry-admins",)})


@pytest.fixture
def gate(clock: FakeClock, store: FakeStore) -> Gate:
    return Gate(clock, store=store)


def test_a_users_groups_come_from_the_token(gate: Gate, store: FakeStore) -> None:
    decision = gate.decide(okta_token(groups=["registry-admins", "unrelated"]))
    assert decision.groups.names == ("registry-admins", "unrelated")
    assert decision.groups.source == "token"
    assert decision.scopes == (("admin",), 1)
    assert decision.refusal is None
    assert is_allowed(decision.policy, request_arn("DELETE", "/api/servers/1"))
    assert store.asked == []


def test_a_machines_groups_come_from_the_store(gate: Gate, store: FakeStore) -> None:
    decision = gate.decide(machine_token())
    assert (decision.groups.names, decision.groups.source) == (("readers",), "documentdb")
    assert decision.refusal is None
    assert is_allowed(decision.policy, request_arn("GET", "/api/servers/1"))
    assert not is_allowed(decision.policy, request_arn("POST", "/api/servers/1"))
    assert store.asked == [MACHINE_CLIENT_ID]


def test_a_machine_with_groups_in_the_token_is_not_looked_up(gate: Gate, store: FakeStore) -> None:
    assert gate.decide(machine_token(groups=["registry-admins"])).groups.source == "token"
    assert store.asked == []


@pytest.mark.parametrize("groups", [ABSENT, [], "registry-admins", [7], None], ids=str)
def test_a_user_never_gets_the_groups_of_the_application(gate: Gate, store: FakeStore, groups: object) -> None:
    """USER_CLIENT_ID, the token's cid, is registered in this store as an administrator."""
    decision = gate.decide(okta_token(groups=groups))
    assert (decision.groups.names, decision.groups.source) == ((), "none")
    assert not is_allowed(decision.policy, request_arn("GET", "/api/servers/1"))
    assert store.asked == []


def test_a_gateway_token_is_never_enriched(gate: Gate, store: FakeStore) -> None:
    decision = gate.decide(tokens.gateway_token(groups=[], sub=MACHINE_CLIENT_ID, client_id=MACHINE_CLIENT_ID))
    assert decision.groups.names == ()
    assert store.asked == []


def test_without_a_store_a_machine_has_no_groups(clock: FakeClock) -> None:
    decision = Gate(clock).decide(machine_token())
    assert (decision.groups.names, decision.groups.source) == ((), "none")


@pytest.mark.parametrize(
    ("token", "code"),
    [
        pytest.param(lambda: okta_token(groups=ABSENT), "no_groups", id="a user without groups"),
        pytest.param(lambda: okta_token(groups=["nobody"]), "groups_without_scopes", id="unknown groups"),
        pytest.param(lambda: okta_token(groups=["Registry-Admins"]), "groups_without_scopes", id="another case"),
        pytest.param(lambda: okta_token(groups=["guests"]), "groups_without_scopes", id="a scope that opens nothing"),
        pytest.param(
            lambda: machine_token(cid="0oa5", sub="0oa5"), "client_not_registered", id="an unregistered machine"
        ),
    ],
)
def test_who_has_no_rights_may_only_ask_who_they_are(gate: Gate, token: Any, code: str) -> None:
    decision = gate.decide(token())
    assert decision.refusal is not None
    assert decision.refusal.code == code
    assert is_allowed(decision.policy, request_arn("GET", "/api/iam/whoami"))
    assert not is_allowed(decision.policy, request_arn("GET", "/api/servers/1"))


def test_an_unregistered_machine_is_looked_up_again_after_5_seconds(gate: Gate, store: FakeStore) -> None:
    token = machine_token(cid="0oa5", sub="0oa5")
    assert gate.decide(token).refusal is not None
    store.rows["0oa5"] = ("readers",)
    gate.clock.advance(4.9)
    assert gate.remembers(token)
    gate.clock.advance(0.1)
    assert gate.decide(token).refusal is None


def test_a_store_that_is_down_is_an_error_and_never_an_empty_list(gate: Gate, store: FakeStore) -> None:
    store.failure = StoreUnavailable("down")
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            gate.decide(machine_token())
    assert gate.decide(okta_token()).refusal is None
    store.failure = None
    assert gate.decide(machine_token()).refusal is None


def test_a_policy_that_does_not_fit_is_an_error_and_not_remembered(clock: FakeClock) -> None:
    many = {"groups": {"registry-admins": ["s"]}, "permissions": {"s": [f"GET /{'a' * n}" for n in range(1, 200)]}}
    gate = Gate(clock, rules=fixed_rules(validate_rules(many, place)))
    for _ in range(2):
        with pytest.raises(PolicyTooLarge):
            gate.decide(okta_token())
    assert gate.verifier.verified == 2


def test_a_seen_token_is_not_verified_again_for_60_seconds(gate: Gate) -> None:
    token = okta_token()
    first = gate.decide(token)
    gate.clock.advance(59.9)
    assert gate.decide(token) is first
    assert gate.verifier.verified == 1
    gate.clock.advance(0.1)
    assert not gate.remembers(token)
    assert gate.verifier.verified == 2


def test_a_decision_ends_with_its_token(gate: Gate) -> None:
    token = okta_token(exp=NOW + 20)
    assert gate.decide(token).good_until == NOW + 20
    gate.clock.advance(19)
    assert gate.remembers(token)
    gate.clock.advance(1)
    assert not gate.remembers(token)  # within the leeway it is verified each time
    assert not gate.remembers(token)
    gate.clock.advance(60)
    with pytest.raises(TokenExpired):
        gate.decide(token)


def test_a_decision_ends_with_the_lookup_that_it_used(gate: Gate) -> None:
    gate.decide(machine_token())
    gate.clock.advance(40)
    another = machine_token(jti="AT.another")
    assert gate.decide(another).good_until == NOW + 60
    gate.clock.advance(20)
    assert not gate.remembers(another)


def test_a_decision_ends_with_the_rules_that_it_used(clock: FakeClock) -> None:
    gate = Gate(clock, rules=StoredRules(lambda: RULES, clock=clock))
    gate.decide(okta_token())
    clock.advance(45)
    assert gate.decide(okta_token(jti="AT.another")).good_until == NOW + 60


def test_rules_that_are_over_make_a_decision_that_is_not_remembered(clock: FakeClock) -> None:
    rules = validate_rules(RULES, place)
    gate = Gate(clock, rules=lambda: RulesInForce(rules, NOW))
    assert [gate.remembers(okta_token()) for _ in range(2)] == [False, False]


def test_two_stages_do_not_share_a_decision(gate: Gate) -> None:
    token = okta_token()
    other_stage = STAGE_ARN.replace("/prod", "/dev")
    gate.decide(token)
    assert not gate.remembers(token, other_stage)
    assert not is_allowed(gate.decide(token, other_stage).policy, f"{STAGE_ARN}/GET/x")
    assert is_allowed(gate.decide(token).policy, f"{STAGE_ARN}/GET/x")


def test_a_refused_token_is_not_remembered(gate: Gate) -> None:
    forged = okta_token(key=tokens.signing_key("stranger"))
    for _ in range(2):
        with pytest.raises(SignatureInvalid):
            gate.decide(forged)
    assert gate.verifier.verified == 2
    assert gate.authorizer._remembered == {}


def test_a_good_token_with_one_character_more_is_another_token(gate: Gate) -> None:
    token = okta_token()
    gate.decide(token)
    for changed in (f"{token}=", f"{token}A", f"{token} ", token[:-1]):
        with pytest.raises(Exception, match=r"token_malformed|signature_invalid"):
            gate.decide(changed)


def test_a_clock_that_goes_back_ends_what_is_remembered(gate: Gate) -> None:
    token = okta_token(iat=NOW - 7200)
    gate.decide(token)
    gate.clock.advance(-3600)
    assert not gate.remembers(token)
    assert gate.remembers(token)


def test_a_clock_that_leaps_ahead_ends_what_is_remembered(gate: Gate) -> None:
    token = okta_token()
    gate.decide(token)
    gate.clock.advance(8 * 3600)
    with pytest.raises(TokenExpired):
        gate.decide(token)


def test_memory_holds_no_token_and_is_bounded(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("okta_gateway.access.decision.MAX_REMEMBERED", 3)
    assert MAX_REMEMBERED == 1000
    for number in range(7):
        gate.decide(okta_token(jti=f"AT.{number}"))
        assert 0 < len(gate.authorizer._remembered) <= 3
    assert all(len(digest) == 32 for digest in gate.authorizer._remembered)


WILDCARDS = [
    "*",
    "?",
    "${aws:username}",
    "${*}",
    "arn:aws:execute-api:*:*:*",
    "/*/*",
    "../../*",
    '","Resource":"*',
    "%2a",
]
HOSTILE = st.sampled_from(WILDCARDS) | st.text(min_size=1, max_size=20).filter(str.isprintable)


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_the_text_of_a_token_never_gets_into_a_policy(one: str, two: str, three: str) -> None:
    """Hostile text in every claim that a token's holder may influence leaves the policy as it is."""
    assume(RULES["groups"].keys().isdisjoint({one, two, three}))
    key = tokens.signing_key("okta-active")
    gate = Gate(FakeClock())
    gate.authorizer.verifier = Verifier([tokens.okta_profile(tokens.key_set(key.jwk(kid=one)))], clock=gate.clock)
    hostile: dict[str, Any] = {
        "sub": two,
        "uid": three,
        "cid": one,
        "jti": two,
        "scp": [one],
        "groups": ["readers", one, two, three],
    }
    plain = okta_token(header={"kid": one}, groups=["readers"])
    assert gate.decide(okta_token(header={"kid": one}, **hostile)).policy == gate.decide(plain).policy


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_the_client_id_of_a_machine_never_gets_into_a_policy(client_id: str) -> None:
    gate = Gate(FakeClock(), store=FakeStore(**{client_id: ("readers",), MACHINE_CLIENT_ID: ("readers",)}))
    hostile = gate.decide(machine_token(cid=client_id, sub=client_id, jti=client_id))
    assert hostile.policy == gate.decide(machine_token()).policy
