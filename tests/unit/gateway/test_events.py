"""The event of a function behind a proxy integration, member by member."""

from dataclasses import replace
from typing import Any

import pytest

from devkit.gateway.authorizer_answer import Answer
from devkit.gateway.events import proxy_event
from devkit.gateway.openapi import Integration, Method
from devkit.gateway.request import Request
from devkit.gateway.routes import Match

REQUEST = Request(
    method="GET",
    path="/oauth2/callback/okta",
    query="",
    headers=(("host", "attacker.example"), ("user-agent", "curl/8")),
    body=b"",
    client_ip="192.0.2.7",
    request_id="4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
)
MATCH = Match(
    Method("/oauth2/{proxy+}", "ANY", None, Integration(function="OauthCallback")), {"proxy": "callback/okta"}
)


def event(match: Match = MATCH, answer: Answer | None = None, types: tuple[str, ...] = ("*/*",), **changes: Any) -> Any:
    return proxy_event(replace(REQUEST, **changes), match, answer, types)


def test_the_members_are_those_of_format_version_1() -> None:
    """Recorded on AWS by LocalStack, test_lambda_aws_proxy_integration."""
    assert sorted(event()) == [
        *("body", "headers", "httpMethod", "isBase64Encoded", "multiValueHeaders", "multiValueQueryStringParameters"),
        *("path", "pathParameters", "queryStringParameters", "requestContext", "resource", "stageVariables"),
    ]


def test_what_there_is_none_of_is_null() -> None:
    bare = event(Match(replace(MATCH.method, resource="/oauth2"), {}))
    nulls = ("body", "queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables")
    assert [bare[name] for name in nulls] == [None] * len(nulls)
    assert bare["isBase64Encoded"] is False


def test_the_context_says_where_the_request_came_in_and_never_by_a_header() -> None:
    context = event()["requestContext"]
    expected = {
        "accountId": "123456789012",
        "apiId": "local",
        "domainName": "local.execute-api.us-east-1.amazonaws.com",
        "domainPrefix": "local",
        "stage": "local",
        "path": "/local/oauth2/callback/okta",
        "resourcePath": "/oauth2/{proxy+}",
        "httpMethod": "GET",
        "protocol": "HTTP/1.1",
        "requestId": REQUEST.request_id,
    }
    assert context.items() >= expected.items()
    assert (context["identity"]["sourceIp"], context["identity"]["userAgent"]) == ("192.0.2.7", "curl/8")
    assert context["identity"]["userArn"] is None
    assert "authorizer" not in context


def test_an_authorizers_context_is_in_the_requests() -> None:
    answer = Answer("00u1", {}, {"sub": "00u1", "principalId": "smuggled"})
    assert event(answer=answer)["requestContext"]["authorizer"] == {"sub": "00u1", "principalId": "00u1"}


@pytest.mark.parametrize(
    ("query", "values"),
    [
        pytest.param("email=test%2Balias@gmail.com", {"email": ["test+alias@gmail.com"]}, id="decoded"),
        pytest.param("plus=test+alias", {"plus": ["test alias"]}, id="plus is a space"),
        pytest.param("url=https%3A%2F%2Fx%2F&a=", {"url": ["https://x/"], "a": [""]}, id="empty ones stay"),
        pytest.param("state=1&state=2", {"state": ["1", "2"]}, id="repeated"),
        pytest.param("a[]=1&b;c=2", {"a[]": ["1"], "b;c": ["2"]}, id="odd names"),
    ],
)
def test_query_values_are_decoded_and_the_last_one_is_the_single_one(query: str, values: dict[str, list[str]]) -> None:
    """Recorded on AWS by LocalStack, test_lambda_aws_proxy_integration."""
    got = event(query=query)
    assert got["multiValueQueryStringParameters"] == values
    assert got["queryStringParameters"] == {name: each[-1] for name, each in values.items()}


def test_path_and_parameters_are_as_the_client_encoded_them() -> None:
    got = event(replace(MATCH, parameters={"proxy": "a%2Bb/c+d"}), path="/oauth2/a%2Bb/c+d/")
    assert (got["path"], got["pathParameters"]) == ("/oauth2/a%2Bb/c+d/", {"proxy": "a%2Bb/c+d"})


def test_headers_come_with_their_repeats_and_the_way_they_took() -> None:
    sent = (("cookie", "a=1"), ("cookie", "b=2"), ("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https"))
    got = event(headers=sent)
    assert got["headers"]["cookie"] == "b=2"
    assert got["multiValueHeaders"]["cookie"] == ["a=1", "b=2"]
    assert got["multiValueHeaders"]["X-Forwarded-For"] == ["203.0.113.9, 192.0.2.7"]
    assert [got["headers"][name] for name in got["headers"] if name.lower() == "x-forwarded-proto"] == ["http"]


@pytest.mark.parametrize("name", ["connection", "content-length", "transfer-encoding", "te", "upgrade"])
def test_headers_of_the_connection_stay_behind(name: str) -> None:
    assert name not in event(headers=((name, "x"),))["headers"]


@pytest.mark.parametrize(
    ("types", "content_type", "expected"),
    [
        pytest.param(("*/*",), "application/json", ("YT0x/w==", True), id="everything is binary"),
        pytest.param(("image/*",), "image/PNG; q=1", ("YT0x/w==", True), id="a family"),
        pytest.param(("application/json",), "", ("YT0x/w==", True), id="none, which is JSON"),
        pytest.param(("image/*",), "application/json", ("a=1\ufffd", False), id="text, and what is no text is lost"),
    ],
)
def test_a_body_is_base64_when_its_type_is_binary(
    types: tuple[str, ...], content_type: str, expected: tuple[str, bool]
) -> None:
    got = event(types=types, body=b"a=1\xff", headers=(("content-type", content_type),))
    assert (got["body"], got["isBase64Encoded"]) == expected
