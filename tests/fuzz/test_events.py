"""Events and ARNs: whatever API Gateway might send, the handler gives a policy, 401, or 500 with a code of ours."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import event as note
from hypothesis import given
from hypothesis import strategies as st

from okta_gateway.apigateway.events import parse_authorizer_event, parse_bearer, parse_stage_arn
from okta_gateway.errors import (
    AuthorizationMissing,
    AuthorizationRepeated,
    EventMalformed,
    SchemeUnsupported,
    TokenRefused,
)
from tests.fuzz.hostile_text import JSON, TEXT, edited
from tests.fuzz.rounds import fuzzed
from tests.integration.authorizer.invocation import STAGE_ARN, http_api_event, request_event, token_event
from tests.vectors.consumers import Handler, ask_event, load_authorizer, serving_keys
from tests.vectors.published_keys import published
from tests.vectors.rows import ACCESS_TOKENS

TOKEN = ACCESS_TOKENS.token()
EVENTS = [token_event(TOKEN), request_event(TOKEN), http_api_event(TOKEN)]
ARNS = [f"{STAGE_ARN}/GET/api/servers", f"{STAGE_ARN}/", STAGE_ARN, f"{STAGE_ARN.replace('/prod', '/$default')}/GET/"]
AUTHORIZATIONS = [f"Bearer {TOKEN}", "Bearer", "Basic eDp5", "bearer  x", "DPoP x", f"Bearer {TOKEN}, Bearer {TOKEN}"]
IN_AN_ARN = st.sampled_from(["*", "?", "$", "$default", "{x}", "/", ":", " ", "\n", "\u0661", "-", "_", "aws-cn", "0"])
_handlers: list[Handler] = []


@pytest.fixture(scope="module", autouse=True)
def _handler() -> Iterator[None]:
    with serving_keys(published()) as okta:
        _handlers[:] = [load_authorizer(okta)]
        yield


def members(event: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The event with some members, or headers, changed or left out."""
    values = JSON | edited(st.sampled_from(ARNS)) | edited(st.sampled_from(AUTHORIZATIONS))
    headers = st.dictionaries(st.sampled_from(["Authorization", "authorization", "AUTHORIZATION", "X"]) | TEXT, values)
    changes = st.dictionaries(
        st.sampled_from([*event, "version", "type", "methodArn", "routeArn", "identitySource"]), values, max_size=2
    )
    return st.builds(
        lambda changed, more, left_out: {
            name: value for name, value in (event | more | changed).items() if name not in left_out
        },
        changes,
        st.fixed_dictionaries({}, optional={"headers": headers, "multiValueHeaders": headers}),
        st.sets(st.sampled_from([*event]), max_size=1),
    )


@fuzzed
@given(st.sampled_from(EVENTS).flatmap(members) | JSON)
def test_any_event_gets_an_answer_that_the_gateway_understands(event: Any) -> None:
    code = ask_event(_handlers[0], event)
    note(code)
    assert code != "unexpected_failure"


@fuzzed
@given(st.sampled_from(EVENTS).flatmap(members) | JSON)
def test_any_event_is_a_request_or_an_error_of_ours(event: Any) -> None:
    try:
        request = parse_authorizer_event(event)
    except (EventMalformed, TokenRefused):
        return
    assert request.token
    assert request.token in str(event)
    assert request.token not in repr(request)


@fuzzed
@given(edited(st.sampled_from(ARNS), IN_AN_ARN) | edited(st.sampled_from(ARNS)) | JSON)
def test_a_stage_arn_holds_no_wildcard_and_nothing_of_the_path(arn: Any) -> None:
    try:
        stage = parse_stage_arn(arn)
    except EventMalformed:
        return
    assert arn.startswith(f"{stage.text}/")
    assert stage.text.count("/") == 1
    assert stage.text.count(":") == 5
    assert stage.text.isascii()
    assert not set("*?${} \n").intersection(stage.text.removesuffix("$default"))
    assert (
        stage.text
        == f"arn:{stage.partition}:execute-api:{stage.region}:{stage.text.split(':')[4]}:{stage.api}/{stage.stage}"
    )


@fuzzed
@given(edited(st.sampled_from(AUTHORIZATIONS)) | TEXT)
def test_a_bearer_token_is_what_stands_behind_the_scheme(authorization: str) -> None:
    try:
        token = parse_bearer(authorization)
    except (AuthorizationMissing, AuthorizationRepeated, SchemeUnsupported):
        return
    assert authorization.strip(" ")[:7].lower() == "bearer "
    assert authorization.rstrip(" ").endswith(token)
    assert "," not in token
    assert token == token.strip(" ") != ""
