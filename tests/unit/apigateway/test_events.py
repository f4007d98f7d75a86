"""Authorizer events of every shape: those of API Gateway are understood, all others are an error of ours."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from okta_gateway.apigateway.events import parse_authorizer_event, parse_bearer, parse_stage_arn
from okta_gateway.errors import (
    AuthorizationMissing,
    AuthorizationRepeated,
    EventMalformed,
    OktaGatewayError,
    SchemeUnsupported,
)

STAGE = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod"
ARN = f"{STAGE}/GET/api/servers"


def token_event(**changes: Any) -> dict[str, Any]:
    """AWS, "Input to an API Gateway Lambda authorizer", TOKEN."""
    return {"type": "TOKEN", "authorizationToken": "Bearer abc", "methodArn": ARN} | changes


def request_event(**changes: Any) -> dict[str, Any]:
    """AWS, "Input to an API Gateway Lambda authorizer", REQUEST."""
    event = {
        "type": "REQUEST",
        "methodArn": ARN,
        "resource": "/{proxy+}",
        "path": "/api/servers",
        "httpMethod": "GET",
        "headers": {"Authorization": "Bearer abc", "Host": "example.com"},
        "multiValueHeaders": {"Authorization": ["Bearer abc"], "Host": ["example.com"]},
        "requestContext": {"path": "/prod/api/servers", "stage": "prod", "httpMethod": "GET"},
    }
    return event | changes


def http_api_event(**changes: Any) -> dict[str, Any]:
    """AWS, "Control access to HTTP APIs with AWS Lambda authorizers", payload format 2.0."""
    event = {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": ARN,
        "identitySource": ["Bearer abc"],
        "routeKey": "$default",
        "rawPath": "/api/servers",
        "headers": {"authorization": "Bearer abc", "host": "example.com"},
        "requestContext": {"stage": "prod"},
    }
    return event | changes


def http_api_1_event(**changes: Any) -> dict[str, Any]:
    """The same page, payload format 1.0."""
    event = {
        "version": "1.0",
        "type": "REQUEST",
        "methodArn": ARN,
        "identitySource": "Bearer abc",
        "authorizationToken": "Bearer abc",
        "resource": "/api/servers",
        "headers": {"Authorization": "Bearer abc"},
    }
    return event | changes


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(token_event(), id="REST TOKEN"),
        pytest.param(request_event(), id="REST REQUEST"),
        pytest.param(request_event(multiValueHeaders=None), id="REST REQUEST without lists"),
        pytest.param(request_event(headers=None), id="REST REQUEST with lists only"),
        pytest.param(http_api_event(), id="HTTP API 2.0"),
        pytest.param(http_api_1_event(), id="HTTP API 1.0, which is like REST REQUEST"),
        pytest.param(token_event(authorizationToken="bearer abc"), id="scheme in lower case"),
        pytest.param(token_event(authorizationToken="BEARER   abc"), id="scheme in upper case, more spaces"),
        pytest.param(token_event(authorizationToken="  Bearer abc  "), id="spaces around"),
        pytest.param(
            request_event(headers={"aUTHORIZATION": "Bearer abc"}, multiValueHeaders=None), id="header in any case"
        ),
    ],
)
def test_an_event_of_api_gateway_names_token_and_stage(event: dict[str, Any]) -> None:
    request = parse_authorizer_event(event)
    assert request.token == "abc"
    assert request.stage_arn.text == STAGE
    assert request.stage_arn[1:] == ("aws", "us-east-1", "a1b2c3d4e5", "prod")


@pytest.mark.parametrize(
    ("arn", "stage"),
    [
        pytest.param(f"{STAGE}/GET/", STAGE, id="empty path"),
        pytest.param(f"{STAGE}/", STAGE, id="nothing behind the stage"),
        pytest.param(f"{STAGE}/GET/a:b:c/d", STAGE, id="colons in the path"),
        pytest.param(f"{STAGE}/GET/*/?/${{aws:username}}", STAGE, id="wildcards in the path"),
        pytest.param(f"{STAGE}/GET/a//b/../c\n", STAGE, id="an odd path"),
        pytest.param(f"{STAGE}/$connect", STAGE, id="WebSocket $connect"),
        pytest.param(
            "arn:aws-cn:execute-api:cn-north-1:123456789012:a1/prod/GET/",
            "arn:aws-cn:execute-api:cn-north-1:123456789012:a1/prod",
            id="China",
        ),
        pytest.param(
            "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a1/prod/GET/",
            "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a1/prod",
            id="GovCloud",
        ),
        pytest.param(
            "arn:aws:execute-api:us-east-1:123456789012:a1/$default/GET/x",
            "arn:aws:execute-api:us-east-1:123456789012:a1/$default",
            id="default stage of an HTTP API",
        ),
        pytest.param(
            "arn:aws:execute-api:us-east-1:123456789012:a1/test-invoke-stage/GET/",
            "arn:aws:execute-api:us-east-1:123456789012:a1/test-invoke-stage",
            id="the console's test",
        ),
        pytest.param(
            "arn:aws:execute-api:us-east-1:123456789012:local/local/GET/api/servers",
            "arn:aws:execute-api:us-east-1:123456789012:local/local",
            id="the laptop's gateway",
        ),
    ],
)
def test_the_stage_is_cut_from_the_arn(arn: str, stage: str) -> None:
    assert parse_stage_arn(arn).text == stage


@pytest.mark.parametrize(
    "arn",
    [
        *[None, 7, [], {}, True, "", "arn", "*", STAGE, ARN.replace("execute-api", "s3"), f" {ARN}", ARN.upper()],
        ARN.replace("/prod/", "/*/"),
        ARN.replace("/prod/", "/pr?d/"),
        ARN.replace("/prod/", "/${aws:username}/"),
        ARN.replace("/prod/", "/$latest/"),
        ARN.replace("/prod/", "//"),
        ARN.replace("a1b2c3d4e5", "*"),
        ARN.replace("a1b2c3d4e5", ""),
        ARN.replace("a1b2c3d4e5", "a" * 65),
        ARN.replace("123456789012", "*"),
        ARN.replace("123456789012", "12345678901"),
        ARN.replace("123456789012", "\u0661" * 12),
        ARN.replace("us-east-1", "*"),
        ARN.replace("us-east-1", ""),
        ARN.replace("us-east-1", "us_east"),
        ARN.replace("arn:aws:", "arn:*:"),
        ARN.replace("arn:aws:", "arn:aw:"),
        ARN.replace("arn:aws:", "arn:aws\n:"),
    ],
    ids=repr,
)
def test_what_is_no_arn_of_a_method_is_refused(arn: object) -> None:
    with pytest.raises(EventMalformed):
        parse_stage_arn(arn)


@pytest.mark.parametrize(
    "event",
    [
        *[None, [], "TOKEN", 7, {}, {"type": None}, {"type": []}, {"type": "token"}, {"Type": "TOKEN"}],
        pytest.param({"type": "HTTP"} | token_event(type="HTTP"), id="another type"),
        pytest.param(token_event(methodArn=None), id="no ARN"),
        pytest.param(token_event(methodArn=["x"]), id="an ARN in a list"),
        pytest.param(token_event(authorizationToken=None), id="null for the token"),
        pytest.param(token_event(authorizationToken=["Bearer abc"]), id="a list for the token"),
        pytest.param({"type": "TOKEN", "methodArn": ARN}, id="no token at all"),
        pytest.param(http_api_event(routeArn=None, methodArn=ARN), id="2.0 with methodArn"),
        pytest.param(request_event(methodArn=None, routeArn=ARN), id="REST with routeArn"),
        pytest.param(http_api_event(version="3.0", methodArn=ARN), id="a version that nobody knows"),
        pytest.param(http_api_event(version=2.0, methodArn=ARN), id="a version that is a number"),
        pytest.param(request_event(headers=["Authorization"]), id="headers in a list"),
        pytest.param(request_event(headers="Authorization: Bearer abc"), id="headers in a string"),
        pytest.param(request_event(multiValueHeaders=[1]), id="lists in a list"),
        pytest.param(request_event(headers={"Authorization": 7}, multiValueHeaders=None), id="a number in the header"),
        pytest.param(request_event(headers={"Authorization": None}, multiValueHeaders=None), id="null in the header"),
        pytest.param(request_event(headers={"Authorization": ["Bearer abc"]}, multiValueHeaders=None), id="a list"),
        pytest.param(request_event(headers={"Authorization": {"a": 1}}, multiValueHeaders=None), id="an object"),
        pytest.param(request_event(headers=None, multiValueHeaders={"authorization": [[]]}), id="a list in the list"),
        pytest.param(request_event(headers=None, multiValueHeaders={"authorization": [7]}), id="a number in the list"),
    ],
    ids=repr,
)
def test_any_other_shape_is_malformed(event: object) -> None:
    with pytest.raises(EventMalformed):
        parse_authorizer_event(event)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(token_event(authorizationToken=""), id="empty"),
        pytest.param(token_event(authorizationToken="   "), id="spaces"),
        pytest.param(token_event(authorizationToken="Bearer"), id="a scheme alone"),
        pytest.param(token_event(authorizationToken="Bearer "), id="a scheme and a space"),
        pytest.param(request_event(headers={}, multiValueHeaders={}), id="no header"),
        pytest.param(request_event(headers=None, multiValueHeaders=None), id="no headers"),
        pytest.param(
            request_event(headers={"X-Authorization": "Bearer abc"}, multiValueHeaders=None), id="another header"
        ),
        pytest.param(request_event(headers=None, multiValueHeaders={"Authorization": []}), id="an empty list"),
        pytest.param(http_api_event(headers={}), id="only the identity source"),
        pytest.param(http_api_event(headers={"cookie": "Authorization=Bearer abc"}), id="a cookie"),
    ],
)
def test_no_credentials_are_missing_credentials(event: dict[str, Any]) -> None:
    with pytest.raises(AuthorizationMissing):
        parse_authorizer_event(event)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(token_event(authorizationToken="Bearer abc,Bearer def"), id="joined by a comma"),
        pytest.param(token_event(authorizationToken="Bearer abc, Bearer abc"), id="the same one twice"),
        pytest.param(http_api_event(headers={"authorization": "Bearer abc,Basic ZDpk"}), id="HTTP API joins repeats"),
        pytest.param(
            request_event(headers={"Authorization": "Bearer abc", "authorization": "Bearer def"}), id="two cases"
        ),
        pytest.param(
            request_event(headers={"Authorization": "Bearer abc", "AUTHORIZATION": "Bearer abc"}), id="two cases, equal"
        ),
        pytest.param(request_event(multiValueHeaders={"Authorization": ["Bearer abc", "Bearer def"]}), id="two values"),
        pytest.param(request_event(multiValueHeaders={"Authorization": ["Bearer abc"] * 2}), id="two equal values"),
        pytest.param(
            request_event(multiValueHeaders={"Authorization": ["Bearer abc"], "authorization": ["Bearer abc"]}),
            id="two cases in the lists",
        ),
        pytest.param(request_event(multiValueHeaders={"Authorization": ["Bearer def"]}), id="header and list differ"),
        pytest.param(request_event(headers={"Authorization": "Bearer def"}), id="list and header differ"),
    ],
)
def test_several_credentials_are_refused(event: dict[str, Any]) -> None:
    with pytest.raises(AuthorizationRepeated):
        parse_authorizer_event(event)


@pytest.mark.parametrize(
    "authorization",
    [
        "abc",
        "Basic dXNlcjpwYXNz",
        "DPoP abc",
        "Token abc",
        "Bearerabc",
        "Bearer\tabc",
        "Bearer\u00a0abc",
        "\tBearer abc",
    ],
    ids=repr,
)
def test_another_scheme_is_refused(authorization: str) -> None:
    with pytest.raises(SchemeUnsupported):
        parse_bearer(authorization)


@pytest.mark.parametrize("token", ["abc", "a.b.c", "=", "a b", "\u00e9", "Bearer"], ids=repr)
def test_the_token_is_handed_on_as_it_came(token: str) -> None:
    assert parse_bearer(f"Bearer {token}") == token


@pytest.mark.parametrize("authorization", ["Bearer eyJ.secret,x", "Basic eyJ.secret", "eyJ.secret"])
def test_a_refusal_never_quotes_the_credentials(authorization: str) -> None:
    with pytest.raises(OktaGatewayError) as refused:
        parse_bearer(authorization)
    assert "secret" not in str(refused.value)


def test_a_request_does_not_show_its_token() -> None:
    assert "abc" not in repr(parse_authorizer_event(token_event()))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([*request_event(), *token_event(), *http_api_event()])
HEADERS = st.dictionaries(st.sampled_from(["Authorization", "authorization", "x"]), JSON, max_size=3)
EVENTS = st.sampled_from([token_event(), request_event(), http_api_event(), {}])


def changed(event: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return event | changes


@settings(max_examples=300, deadline=None)
@given(JSON | st.builds(changed, EVENTS, st.dictionaries(NAMES, JSON | HEADERS, max_size=4)))
@example({"type": "REQUEST", "methodArn": ARN, "headers": {"authorization": []}})
@example({"type": "REQUEST", "methodArn": ARN, "multiValueHeaders": {"authorization": [{}]}})
def test_no_json_raises_anything_but_our_errors(event: object) -> None:
    try:
        request = parse_authorizer_event(event)
    except OktaGatewayError:
        return
    assert request.token
    assert not set("*?").intersection(request.stage_arn.text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_no_path_changes_the_stage(path: str) -> None:
    events = [token_event(methodArn=f"{STAGE}/{path}"), http_api_event(routeArn=f"{STAGE}/GET/{path}")]
    assert {parse_authorizer_event(event).stage_arn.text for event in events} == {STAGE}
