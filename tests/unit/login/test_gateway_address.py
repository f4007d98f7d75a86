"""Where the gateway is: as configured, else as API Gateway says, never as the client says."""

from typing import Any

import pytest

from okta_gateway.apigateway.gateway_address import GatewayAddress, gateway_address

EXECUTE_API = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
LIES = {
    "Host": ["evil.example"],
    "host": ["evil.example"],
    "X-Forwarded-Host": ["evil.example"],
    "X-Forwarded-Proto": ["http"],
    "X-Forwarded-Prefix": ["/evil"],
    "Forwarded": ["host=evil.example;proto=http"],
    "X-Original-URL": ["https://evil.example/"],
}


def event(resource: str, context_path: str, *, domain: str = EXECUTE_API, proxy: str | None = None) -> dict[str, Any]:
    """What a proxy event says about its address, and headers that lie."""
    return {
        "resource": resource,
        "path": "/not/looked/at",
        "headers": {name: values[0] for name, values in LIES.items()},
        "multiValueHeaders": LIES,
        "pathParameters": None if proxy is None else {"proxy": proxy},
        "requestContext": {"domainName": domain, "path": context_path, "stage": "prod"},
    }


@pytest.mark.parametrize(
    ("url", "origin", "prefix"),
    [
        ("https://gateway.example.com", "https://gateway.example.com", ""),
        ("https://gateway.example.com/prod", "https://gateway.example.com", "/prod"),
        ("https://gateway.example.com:8443/a/b", "https://gateway.example.com:8443", "/a/b"),
        ("http://localhost:8888", "http://localhost:8888", ""),
        ("http://127.0.0.1:8888/local", "http://127.0.0.1:8888", "/local"),
    ],
)
def test_the_configured_url_counts_and_the_event_does_not(url: str, origin: str, prefix: str) -> None:
    for seen in ({}, event("/oauth2", "/other/oauth2")):
        gateway = gateway_address(url, seen)
        assert gateway == GatewayAddress(origin, prefix)
        assert gateway.url == url
        assert gateway.link("/oauth2/") == f"{url}/oauth2/"
        assert gateway.is_plain_http is url.startswith("http://")


PLACES = {
    "execute-api with its stage": (EXECUTE_API, "/prod"),
    "custom domain, one base path": ("api.example.com", "/registry"),
    "custom domain, several levels": ("api.example.com", "/corp/registry"),
    "custom domain, no base path": ("api.example.com", ""),
    "the stage $default": (EXECUTE_API, ""),
    "a base path called as the route": ("api.example.com", "/oauth2"),
}
ROUTES = {
    "home": ("/oauth2", None, "/oauth2"),
    "home with a slash": ("/oauth2", None, "/oauth2/"),
    "home as a resource with a slash": ("/oauth2/", None, "/oauth2/"),
    "greedy": ("/oauth2/{proxy+}", "login/okta", "/oauth2/login/okta"),
    "greedy with a slash": ("/oauth2/{proxy+}", "login/okta", "/oauth2/login/okta/"),
    "greedy with a slash in the parameter": ("/oauth2/{proxy+}", "login/okta/", "/oauth2/login/okta/"),
    "greedy, encoded": ("/oauth2/{proxy+}", "a%20b", "/oauth2/a%20b"),
    "one route": ("/.well-known/jwks.json", None, "/.well-known/jwks.json"),
}


@pytest.mark.parametrize(("domain", "prefix"), PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize(("resource", "proxy", "path"), ROUTES.values(), ids=ROUTES.keys())
@pytest.mark.parametrize("unset", [None, ""])
def test_without_a_url_domain_and_prefix_are_those_of_the_request_context(
    unset: str | None, resource: str, proxy: str | None, path: str, domain: str, prefix: str
) -> None:
    gateway = gateway_address(unset, event(resource, prefix + path, domain=domain, proxy=proxy))
    assert gateway == GatewayAddress(f"https://{domain}", prefix)
    assert not gateway.is_plain_http


def test_a_path_that_repeats_the_stage_loses_it_once() -> None:
    seen = event("/oauth2/{proxy+}", "/prod/oauth2/prod/oauth2/x", proxy="prod/oauth2/x")
    assert gateway_address(None, seen).prefix == "/prod"
