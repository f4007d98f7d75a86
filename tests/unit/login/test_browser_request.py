"""What sign-in reads of a proxy event: headers, parameters, cookies, however often and in whatever case they come."""

from collections.abc import Mapping

import pytest

from okta_gateway.apigateway.gateway_address import GatewayAddress
from okta_gateway.login.browser_request import BrowserRequest
from okta_gateway.login.errors import ParameterInvalid
from tests.unit.login.signing_in import proxy_event

EXECUTE_API = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"


def request(
    headers: Mapping[str, list[str]] | None = None,
    query: Mapping[str, list[str]] | None = None,
    gateway_url: str | None = "https://gateway.example.com/prod",
) -> BrowserRequest:
    return BrowserRequest(proxy_event(headers=headers, query=query), gateway_url)


def test_path_id_and_address() -> None:
    seen = request()
    assert (seen.path, seen.id) == ("/oauth2/session", "the-request-id")
    assert seen.gateway == GatewayAddress("https://gateway.example.com", "/prod")
    assert request(gateway_url=None).gateway == GatewayAddress(EXECUTE_API, "/prod")


@pytest.mark.parametrize("prefix", ["/registry", "/corp/registry", "/oauth2"])
@pytest.mark.parametrize("gateway_url", [None, "https://api.example.com"])
def test_the_base_path_of_a_custom_domain_is_no_part_of_the_route(gateway_url: str | None, prefix: str) -> None:
    """There AWS puts it in front of `path` too (serverless-express issue 216, `strip_prefixes` of powertools)."""
    event = proxy_event(
        "/oauth2/session",
        requestContext={"domainName": "api.example.com", "path": f"{prefix}/oauth2/session", "requestId": "1"},
    )
    event["path"] = f"{prefix}/oauth2/session"
    seen = BrowserRequest(event, gateway_url and gateway_url + prefix)
    assert seen.path == "/oauth2/session"
    assert seen.gateway == GatewayAddress("https://api.example.com", prefix)


def test_a_request_without_headers_query_and_context_id_is_read() -> None:
    event = proxy_event(headers=None, query=None)
    del event["requestContext"]["requestId"], event["multiValueHeaders"], event["multiValueQueryStringParameters"]
    for seen in (BrowserRequest(event, None), request()):
        assert seen.headers == {}
        assert seen.parameters == {}
        assert seen.parameter("redirect_uri") is None
        assert seen.session_id is None
        assert seen.attempt_secret("state") is None
        assert not seen.wants_json


@pytest.mark.parametrize(
    ("headers", "read"),
    [
        ({"Origin": ["a"]}, {"origin": "a"}),
        ({"ORIGIN": ["a"], "content-TYPE": ["b"]}, {"origin": "a", "content-type": "b"}),
        ({"Origin": ["a", "a"]}, {"origin": "a, a"}),
        ({"Origin": ["a", "b"], "Accept": ["c"]}, {"origin": "a, b", "accept": "c"}),
        ({"Origin": ["a"], "origin": ["b"]}, {"origin": "a, b"}),
        ({"Origin": []}, {"origin": ""}),
        ({"Origin": [""]}, {"origin": ""}),
    ],
)
def test_headers_are_read_in_any_case_and_joined_when_they_came_twice(
    headers: dict[str, list[str]], read: dict[str, str]
) -> None:
    assert request(headers).headers == read


def test_the_single_value_maps_of_the_event_are_not_read() -> None:
    event = proxy_event()
    event["headers"] = {"Origin": "https://evil.example", "Cookie": "__Host-okta-gateway-session=x"}
    event["queryStringParameters"] = {"state": "x"}
    seen = BrowserRequest(event, "https://gateway.example.com")
    assert (seen.headers, seen.session_id, seen.parameter("state")) == ({}, None, None)


@pytest.mark.parametrize(
    ("accept", "json"),
    [
        ([], False),
        (["*/*"], False),
        (["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], False),
        (["application/json"], True),
        (["application/json;q=0.9, */*;q=0.1"], True),
        (["text/plain, application/json"], True),
        (["text/html, application/json"], False),
        (["Application/JSON"], True),
        (["application/json, TEXT/HTML"], False),
        (["application/jwt"], False),
    ],
)
def test_json_is_for_who_asks_for_it_and_for_no_page(accept: list[str], json: bool) -> None:
    """Media types are compared without regard to case (RFC 9110, section 8.3.1)."""
    assert request({"Accept": accept}).wants_json is json


@pytest.mark.parametrize(
    ("query", "value"),
    [({}, None), ({"redirect_uri": []}, None), ({"redirect_uri": [""]}, ""), ({"redirect_uri": ["/a"]}, "/a"),
     ({"Redirect_Uri": ["/a"]}, None)],
)  # fmt: skip
def test_a_parameter_that_is_there_once_or_not(query: dict[str, list[str]], value: str | None) -> None:
    assert request(query=query).parameter("redirect_uri") == value


@pytest.mark.parametrize("values", [["/a", "/a"], ["/a", "//evil.example"], ["", ""]])
def test_a_parameter_that_is_there_twice_is_refused(values: list[str]) -> None:
    with pytest.raises(ParameterInvalid, match="redirect_uri is there more than once"):
        request(query={"redirect_uri": values}).parameter("redirect_uri")


@pytest.mark.parametrize("name", ["Cookie", "cookie"])
def test_cookies_are_read_from_all_headers(name: str) -> None:
    seen = request({name: ["theme=dark; a=b", "__Host-okta-gateway-session=the-id"]})
    assert seen.session_id == "the-id"


def test_cookies_are_those_of_the_scheme() -> None:
    both = {"Cookie": ["__Host-okta-gateway-session=https; okta-gateway-session=http"]}
    assert request(both).session_id == "https"
    assert request(both, gateway_url=None).session_id == "https"
    assert request(both, gateway_url="http://localhost:8888").session_id == "http"


def test_the_secret_of_an_attempt_is_found_by_its_state() -> None:
    cookies = request().cookies
    sent = [cookies.set_attempt(state, f"{state}-secret").split(";")[0] for state in ("one", "two")]
    seen = request({"Cookie": ["; ".join(sent)]})
    assert seen.attempt_secret("two") == "two-secret"
    assert seen.attempt_secret("three") is None
