"""What an explanation holds beside the verdict, and what it never holds."""

import json
from typing import Any

import pytest

from devkit.explain import Disagreement, Explanation, Outcome, authorization_of
from devkit.explain.access_checks import ACCESS_CHECKS
from devkit.explain.explainer import Explainer
from devkit.explain.token_checks import TOKEN_CHECKS
from okta_gateway.access.decision import Limits
from okta_gateway.errors import KeysUnavailable, SignatureInvalid, StoreUnavailable
from tests.tokens import ABSENT, NOW, STRANGER_KEY, machine_token, okta_profile, okta_token, signing_key
from tests.unit.cli.explaining import STAGE, explain, failed_step, outcomes, parts


def test_an_allowed_token_passes_every_step() -> None:
    explanation = explain(okta_token())
    assert explanation.verdict.outcome == "allowed"
    assert set(outcomes(explanation).values()) == {Outcome.PASSED}
    names = [check.name for check in TOKEN_CHECKS] + [check.name for check in ACCESS_CHECKS]
    assert [step.name for step in explanation.steps] == names


def test_groups_scopes_and_routes_are_told_with_where_they_come_from() -> None:
    explanation = explain(machine_token())
    assert explanation.groups_source == "documentdb"
    assert [group._asdict() for group in explanation.groups] == [
        {"name": "readers", "scopes": ("list", "read"), "known": True}
    ]
    assert [tuple(route) for route in explanation.routes] == [
        ("GET /api/servers", ("list",), ("readers",)),
        ("GET /api/servers/*", ("read",), ("readers",)),
        ("GET /api/iam/whoami", (), ()),
    ]
    assert explanation.context
    assert explanation.context["groups"] == "readers"
    assert explanation.policy
    assert explanation.policy["Statement"][0]["Effect"] == "Allow"


def test_a_group_that_the_rules_do_not_know_is_told() -> None:
    explanation = explain(okta_token(groups=["readers", "Readers"]))
    assert [(group.name, group.known) for group in explanation.groups] == [("readers", True), ("Readers", False)]
    assert explanation.verdict.outcome == "allowed"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (okta_token(groups=[]), "no_groups"),
        (okta_token(groups=["Readers"]), "groups_without_scopes"),
        (okta_token(groups=["idle"]), "groups_without_scopes"),
        (machine_token(cid="0oa-stranger", sub="0oa-stranger"), "client_not_registered"),
        (machine_token(cid="0oa-empty", sub="0oa-empty"), "client_without_groups"),
    ],
)
def test_who_has_no_rights_fails_at_the_last_step_and_may_ask_who_they_are(token: str, code: str) -> None:
    explanation = explain(token)
    assert (explanation.verdict.outcome, explanation.verdict.status) == ("no_rights", 403)
    assert failed_step(explanation) == ("rights", code)
    assert [route.route for route in explanation.routes] == ["GET /api/iam/whoami"]


def test_after_the_first_failure_it_is_told_which_claims_are_wrong_too() -> None:
    explanation = explain(okta_token(aud="api://other", exp=NOW - 3600, iat=NOW - 7200, cid=ABSENT))
    assert failed_step(explanation) == ("audience", "audience_mismatch")
    found = outcomes(explanation)
    assert (found["times"], found["client"]) == (Outcome.ALSO_FAILED, Outcome.ALSO_FAILED)
    assert (found["subject"], found["principal"], found["rights"]) == (Outcome.NOT_REACHED,) * 3


@pytest.mark.parametrize("token", ["", "not a token", "a.b.c", "a.b.c.d.e", "x" * 20_000])
def test_nothing_is_said_about_the_claims_of_what_is_no_token(token: str) -> None:
    first, *others = explain(token).steps
    assert (first.name, first.outcome) == ("shape", Outcome.FAILED)
    assert {step.outcome for step in others} == {Outcome.NOT_REACHED}


def test_what_a_refused_token_says_of_itself_is_no_answer() -> None:
    explanation = explain(okta_token(key=signing_key(STRANGER_KEY)))
    assert failed_step(explanation) == ("signature", "signature_invalid")
    assert (explanation.principal, explanation.groups, explanation.routes) == (None, (), ())
    assert (explanation.policy, explanation.context) == (None, None)


def _raising(error: Exception) -> Any:
    def fail(*_: object) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    ("made_of", "step", "code"),
    [
        (parts(okta_profile(key=_raising(KeysUnavailable("down")))), "key", "keys_unavailable"),
        (parts(find=_raising(StoreUnavailable("down"))), "groups", "store_unavailable"),
        (parts()._replace(rules=_raising(StoreUnavailable("down"))), "rules", "store_unavailable"),
        (parts(limits=Limits(200, allow_encoded_slash=False)), "policy", "policy_too_large"),
        (parts(okta_profile(key=_raising(ValueError("a token?")))), "key", "unexpected_failure"),
    ],
    ids=["keys", "groups", "rules", "policy", "defect"],
)
def test_what_could_not_be_checked_is_told_at_its_step(made_of: Any, step: str, code: str) -> None:
    explanation = explain(machine_token(), made_of)
    assert (explanation.verdict.outcome, explanation.verdict.status) == ("failed", 500)
    assert failed_step(explanation) == (step, code)
    assert explanation.policy is None
    assert "a token?" not in json.dumps(explanation.as_json())


def test_a_context_that_does_not_fit_fails_at_its_step() -> None:
    groups = ["\u20ac" * 10 + str(number) for number in range(95)]
    assert failed_step(explain(okta_token(groups=[*groups, "readers"]))) == ("answer", "context_too_large")


def test_keys_that_come_and_go_do_not_make_steps_and_verdict_disagree() -> None:
    asked: list[str] = []

    def flapping(kid: str) -> Any:
        asked.append(kid)
        if len(asked) == 1:
            raise KeysUnavailable("down at first")
        return okta_profile().key(kid)

    assert explain(okta_token(), parts(okta_profile(key=flapping))).verdict.code == "keys_unavailable"
    assert len(asked) == 1


def test_steps_that_do_not_lead_to_the_verdict_give_no_explanation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devkit.explain.token_checks.verify_signature", _raising(SignatureInvalid("a broken step")))
    with pytest.raises(Disagreement, match=r"authorizer says allowed.*signature_invalid"):
        explain(okta_token())


def test_a_missing_step_gives_no_explanation(monkeypatch: pytest.MonkeyPatch) -> None:
    without = tuple(check for check in TOKEN_CHECKS if check.name != "audience")
    monkeypatch.setattr("devkit.explain.explainer.TOKEN_CHECKS", without)
    with pytest.raises(Disagreement):
        explain(okta_token(aud="api://other"))


@pytest.mark.parametrize(
    ("text", "authorization"),
    [
        ("a.b.c", "Bearer a.b.c"),
        ("  a.b.c\n", "Bearer a.b.c"),
        ("Bearer a.b.c", "Bearer a.b.c"),
        ("Authorization: bearer a.b.c\n", "bearer a.b.c"),
        ("authorization:DPoP a.b.c", "DPoP a.b.c"),
        ("Basic dXNlcjpwYXNz", "Basic dXNlcjpwYXNz"),
    ],
)
def test_a_token_may_be_pasted_with_what_stands_in_front_of_it(text: str, authorization: str) -> None:
    assert authorization_of(text) == authorization


@pytest.mark.parametrize(
    ("authorization", "code"),
    [("Basic dXNlcjpwYXNz", "scheme_unsupported"), ("Bearer a.b.c, Bearer a.b.c", "authorization_repeated")],
)
def test_a_header_that_brings_no_token_fails_at_the_header(authorization: str, code: str) -> None:
    explanation = Explainer(parts(), STAGE, clock=lambda: NOW).explain(authorization)
    assert failed_step(explanation) == ("authorization", code)
    assert set(outcomes(explanation).values()) == {Outcome.FAILED, Outcome.NOT_REACHED}


def everything_in(explanation: Explanation) -> str:
    return json.dumps(explanation.as_json()) + repr(explanation)


@pytest.mark.parametrize(
    "token",
    [okta_token(), okta_token(key=signing_key(STRANGER_KEY)), okta_token(aud="x"), okta_token(header={"kid": "y"})],
    ids=["good", "forged", "audience", "kid"],
)
def test_no_part_of_the_token_is_in_the_explanation(token: str) -> None:
    said = everything_in(explain(token))
    assert not [segment for segment in token.split(".") if segment in said or segment[:20] in said]


def test_the_shape_of_the_json_is_stable() -> None:
    members = explain(okta_token()).as_json()
    assert members.keys() == {
        *("verdict", "steps", "at", "principal", "groups_source", "groups", "scopes", "routes", "policy", "context"),
    }
    assert members["verdict"].keys() == {"outcome", "status", "code", "detail", "advice"}
    assert members["steps"][0].keys() == {"name", "title", "outcome", "detail", "code", "advice"}
    assert json.loads(json.dumps(members))["steps"][0]["outcome"] == "passed"
