"""One line a decision: what it says, that CloudWatch reads it as metrics, and what never gets into it."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okta_gateway import errors
from okta_gateway.access.decision import Authorizer, Decision, Limits
from okta_gateway.access.decision_log import MAX_DETAIL_LENGTH, DecisionLog
from okta_gateway.access.rules import fixed_rules
from okta_gateway.access.scopes import validate_rules
from okta_gateway.errors import AlgorithmRefused, KeysUnavailable, OktaGatewayError, UnexpectedFailure
from okta_gateway.tokens.verifier import Verifier
from tests import tokens
from tests.tokens import NOW, FakeClock, machine_token, okta_token
from tests.unit.access.rights import STAGE_ARN, place

# The shape that CloudWatch demands (AWS, "Specification: Embedded metric format", section "Metric datum object"; a
# metric's name and unit, a dimension set's size and a namespace's length are from the same page).
EMBEDDED_METRIC_FORMAT = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["Namespace", "Dimensions", "Metrics"],
                        "properties": {
                            "Namespace": {"type": "string", "minLength": 1, "maxLength": 1024},
                            "Dimensions": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "array",
                                    "maxItems": 30,
                                    "items": {"type": "string", "minLength": 1, "maxLength": 250},
                                },
                            },
                            "Metrics": {
                                "type": "array",
                                "maxItems": 100,
                                "items": {
                                    "type": "object",
                                    "required": ["Name"],
                                    "properties": {
                                        "Name": {"type": "string", "minLength": 1, "maxLength": 1024},
                                        "Unit": {"enum": ["Seconds", "Milliseconds", "Bytes", "Count", "None"]},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}


class Lines:
    """Takes what a log writes."""

    def __init__(self, *, show_group_names: bool = False) -> None:
        self.written: list[str] = []
        self.log = DecisionLog(
            "token-authorizer",
            "okta-gateway",
            show_group_names=show_group_names,
            write=self.written.append,
            clock=FakeClock(),
        )

    @property
    def text(self) -> str:
        (line,) = self.written
        return line

    @property
    def record(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self.text)
        return record


def decision_for(token: str) -> Decision:
    rules = validate_rules({"groups": {"registry-admins": ["admin"]}, "permissions": {"admin": ["ANY /*"]}}, place)
    verifier = Verifier([tokens.okta_profile()], clock=FakeClock())
    authorizer = Authorizer(
        verifier, fixed_rules(rules), None, Limits(8192, allow_encoded_slash=False), clock=FakeClock()
    )
    return authorizer.decide(token, STAGE_ARN)[0]


@pytest.fixture
def lines() -> Lines:
    return Lines()


def test_an_allowed_decision_says_who_from_where_and_how_many(lines: Lines) -> None:
    lines.log.decided(decision_for(okta_token(groups=["registry-admins", "x"])), "req-1", 1.23456, remembered=False)
    record = lines.record
    del record["_aws"]
    assert record == {
        "level": "INFO",
        "service": "token-authorizer",
        "request_id": "req-1",
        "outcome": "allowed",
        "code": "none",
        "principal": "00u1234567890abcdef",
        "client_id": tokens.USER_CLIENT_ID,
        "token_type": "user",
        "auth_method": "okta",
        "jti": "AT.aUserToken",
        "groups_source": "token",
        "groups": 2,
        "unknown_groups": 1,
        "scopes": 1,
        "remembered": False,
        "Decisions": 1,
        "DurationMs": 1.235,
    }


def test_a_remembered_decision_has_the_requests_own_id(lines: Lines) -> None:
    decision = decision_for(okta_token(groups=["registry-admins"]))
    for request_id in ("req-1", "req-2"):
        lines.log.decided(decision, request_id, 0.5, remembered=True)
    assert [json.loads(line)["request_id"] for line in lines.written] == ["req-1", "req-2"]


def test_a_failure_has_the_requests_id(lines: Lines) -> None:
    lines.log.failed(KeysUnavailable("no answer"), "req-1", 0.5)
    assert lines.record["request_id"] == "req-1"


def test_who_has_no_client_and_no_token_id_has_null(lines: Lines) -> None:
    decision = decision_for(okta_token())
    anonymous = Decision(
        principal=decision.principal._replace(client_id=None, token_id=None),
        groups=decision.groups,
        scopes=decision.scopes,
        policy=decision.policy,
        refusal=None,
        good_until=0,
    )
    lines.log.decided(anonymous, "req-1", 0.5, remembered=False)
    assert (lines.record["client_id"], lines.record["jti"]) == (None, None)


def test_group_names_are_hidden_unless_somebody_asks_for_them() -> None:
    written: list[str] = []
    log = DecisionLog("s", "n", write=written.append)
    log.decided(decision_for(okta_token(groups=["secret-project"])), "r", 1, remembered=False)
    assert "secret-project" not in written[0]


@pytest.mark.parametrize(
    ("error", "outcome", "level"),
    [
        (AlgorithmRefused("alg is 'none'"), "refused", "WARNING"),
        (KeysUnavailable("no answer"), "failed", "ERROR"),
        (UnexpectedFailure("ValueError at x.py:1"), "failed", "ERROR"),
    ],
    ids=str,
)
def test_what_could_not_be_allowed_says_why_and_what_to_do(
    lines: Lines, error: OktaGatewayError, outcome: str, level: str
) -> None:
    lines.log.failed(error, "req-1", 0.5)
    record = lines.record
    assert (record["outcome"], record["code"], record["level"]) == (outcome, error.code, level)
    assert (record["detail"], record["advice"]) == (error.detail, error.advice)


def test_a_decision_without_rights_has_its_own_outcome(lines: Lines) -> None:
    lines.log.decided(decision_for(machine_token()), "req-1", 0.5, remembered=True)
    record = lines.record
    assert (record["outcome"], record["code"], record["level"]) == ("no_rights", "client_not_registered", "WARNING")
    assert record["advice"] == errors.ClientNotRegistered.advice
    assert record["remembered"] is True


def assert_is_a_metric_record(text: str) -> None:
    record = json.loads(text)
    jsonschema.validate(record, EMBEDDED_METRIC_FORMAT)
    assert record["_aws"]["Timestamp"] == NOW * 1000
    for directive in record["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            assert all(isinstance(record[name], str) and 0 < len(record[name]) <= 1024 for name in names)
        for metric in directive["Metrics"]:
            assert type(record[metric["Name"]]) in (int, float)


@pytest.mark.parametrize("error", [AlgorithmRefused("x"), KeysUnavailable("")], ids=lambda error: error.code)
def test_a_failure_is_a_metric_record(lines: Lines, error: OktaGatewayError) -> None:
    lines.log.failed(error, "", 12.3)
    assert_is_a_metric_record(lines.text)


def test_a_decision_is_a_metric_record(lines: Lines) -> None:
    lines.log.decided(decision_for(okta_token()), "r", 0.0, remembered=False)
    assert_is_a_metric_record(lines.text)
    dimensions = lines.record["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    assert dimensions == [["service", "outcome"], ["service", "code"]]


def test_the_token_is_in_no_line(lines: Lines) -> None:
    token = okta_token()
    lines.log.decided(decision_for(token), "r", 1, remembered=False)
    assert not any(part in lines.text for part in token.split("."))


def test_group_names_are_shown_only_when_asked_for(lines: Lines) -> None:
    decision = decision_for(okta_token(groups=["registry-admins", "secret-project"]))
    lines.log.decided(decision, "r", 1, remembered=False)
    assert "secret-project" not in lines.text
    verbose = Lines(show_group_names=True)
    verbose.log.decided(decision, "r", 1, remembered=False)
    assert verbose.record["group_names"] == ["registry-admins", "secret-project"]


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).map(lambda text: f'"\r\n{text}\u2028\x1b[31m\x00')
)
def test_hostile_claims_stay_escaped_on_one_line(text: str) -> None:
    lines = Lines(show_group_names=True)
    decision = decision_for(okta_token(sub=text, uid=text, cid=text, jti=text, groups=[text]))
    lines.log.decided(decision, text, 1, remembered=False)
    assert lines.text.endswith("\n")
    assert lines.text[:-1].isascii()
    assert not any(ord(character) < 32 for character in lines.text[:-1])
    record = lines.record
    assert record["principal"] == record["client_id"] == record["jti"] == record["request_id"] == text
    assert record["outcome"] == "no_rights"
    assert record["service"] == "token-authorizer"


def test_a_detail_is_bounded(lines: Lines) -> None:
    lines.log.failed(AlgorithmRefused(f"alg is {'x' * 9_000!r}"), "r", 1)
    assert len(lines.record["detail"]) == MAX_DETAIL_LENGTH


def test_lines_go_to_standard_output_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    DecisionLog("s", "n").failed(KeysUnavailable("x"), "r", 1)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out)["code"] == "keys_unavailable"


def test_an_unexpected_failure_tells_where_and_not_what() -> None:
    try:
        int("eyJhbGciOiJSUzI1NiJ9.a.token")
    except ValueError as error:
        failure = UnexpectedFailure.of(error)
    assert failure.detail.startswith("ValueError at ")
    assert "test_decision_log.py:" in failure.detail
    assert "token" not in failure.detail.removeprefix("ValueError at ").rpartition("/")[2]
