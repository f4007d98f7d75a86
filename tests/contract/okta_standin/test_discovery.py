"""Discovery documents, field by field against the examples of Okta's OpenAPI document."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from tests.contract.okta_standin.openapi import (
    ERROR_CODES,
    EXAMPLES,
    recorded_errors,
    require_okta_error,
    require_schema,
)
from tests.contract.okta_standin.standin_client import CUSTOM, Standin

EXAMPLE_ID = "aus59pz16qgMvHvBS0g7"
OPENID = ".well-known/openid-configuration"
OAUTH = ".well-known/oauth-authorization-server"


def example(name: str, address: str, server: str) -> dict[str, Any]:
    text = json.dumps(EXAMPLES[name]).replace("https://{yourOktaDomain}", address).replace(EXAMPLE_ID, server)
    document: dict[str, Any] = json.loads(text)
    return document


@pytest.mark.parametrize(
    ("path", "server", "name", "schema"),
    [
        (f"/{OPENID}", "org", "OrgASOidcMetadata", "OidcMetadata"),
        (f"/oauth2/{CUSTOM}/{OPENID}", CUSTOM, "CustomASOidcMetadata", "OidcMetadata"),
        (f"/oauth2/default/{OPENID}", "default", "CustomASOidcMetadata", "OidcMetadata"),
        (f"/oauth2/{CUSTOM}/{OAUTH}", CUSTOM, "CustomASOAuthMetadata", "OAuthMetadata"),
    ],
    ids=["org", "custom", "default", "custom oauth"],
)
def test_a_discovery_document_is_oktas_example_with_our_addresses(
    okta: Standin, path: str, server: str, name: str, schema: str
) -> None:
    document = okta.http.get(path).json()
    require_schema(document, schema)
    expected = example(name, okta.address, server)
    if server != "org":  # the example org has scopes of its own
        del document["scopes_supported"], expected["scopes_supported"]
    assert document == expected


def test_the_org_server_has_an_oauth_document_too(okta: Standin) -> None:
    document = okta.http.get(f"/{OAUTH}").json()
    require_schema(document, "OAuthMetadata")
    expected = example("CustomASOAuthMetadata", okta.address, "custom")
    assert document.keys() == expected.keys()
    assert document["issuer"] == okta.address
    assert document["token_endpoint"] == f"{okta.address}/oauth2/v1/token"


@pytest.mark.parametrize("prefix", ["", f"/oauth2/{CUSTOM}"], ids=["org", "custom"])
def test_client_credentials_are_named_by_the_oauth_document_only(okta: Standin, prefix: str) -> None:
    named = {path: okta.http.get(f"{prefix}/{path}").json()["grant_types_supported"] for path in (OPENID, OAUTH)}
    assert "client_credentials" not in named[OPENID]
    assert "client_credentials" in named[OAUTH]


def test_only_published_scopes_are_named(okta: Standin) -> None:
    scopes = okta.http.get(f"/oauth2/default/{OAUTH}").json()["scopes_supported"]
    assert "gateway.access" in scopes
    assert "openid" in scopes
    assert "reports.read" not in scopes


@pytest.mark.parametrize(
    "method_and_path",
    [
        ("GET", OPENID),
        ("GET", OAUTH),
        ("GET", "v1/keys"),
        ("POST", "v1/token"),
        ("POST", "v1/introspect"),
        ("GET", "v1/authorize"),
        ("POST", "v1/revoke"),
        ("GET", "v1/userinfo"),
        ("GET", "v1/logout"),
    ],
    ids=lambda value: value[1],
)
@pytest.mark.parametrize("server", ["ausUnknown", "org"])
def test_an_unknown_server_is_not_found(okta: Standin, server: str, method_and_path: tuple[str, str]) -> None:
    method, path = method_and_path
    response = okta.http.request(method, f"/oauth2/{server}/{path}")
    require_okta_error(response.json())
    assert response.status_code == ERROR_CODES["E0000007"]["statusCode"] == 404
    assert response.json()["errorCode"] == "E0000007"
    assert response.json()["errorSummary"] == f"Not found: Resource not found: {server} (AuthorizationServer)"


def test_recorded_errors_have_the_shape_that_ours_are_checked_for() -> None:
    for body in recorded_errors():
        require_okta_error(body)


def test_an_unknown_client_id_is_refused_in_oktas_own_shape(okta: Standin) -> None:
    response = okta.http.get(f"/{OPENID}", params={"client_id": "0oaUnknown"})
    assert response.status_code == 400
    assert {**response.json(), "errorId": "any"} == {**EXAMPLES["ErrorInvalidClientId"], "errorId": "any"}


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example.com"}, {"X-Forwarded-Proto": "https"}, {"X-Forwarded-Host": "evil.example.com"}],
    ids=["host", "forwarded proto", "forwarded host"],
)
def test_no_header_changes_the_issuer(okta: Standin, headers: dict[str, str]) -> None:
    assert okta.http.get(f"/{OPENID}", headers=headers).json()["issuer"] == okta.address


def test_the_address_can_be_given(key_folder: Path) -> None:
    app = create_app(load_org(), base_url="http://localhost:8889/", key_folder=key_folder)
    with serve(app) as address:
        document = httpx.get(f"{address}/oauth2/default/{OPENID}").json()
    assert document["issuer"] == "http://localhost:8889/oauth2/default"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/api/v2/users", "E0000008"),
        ("GET", "/oauth2/v1/keys/", "E0000008"),
        ("GET", "/oauth2/v1/token", "E0000022"),
        ("DELETE", f"/oauth2/{CUSTOM}/v1/keys", "E0000022"),
        ("GET", "/oauth2/v1/revoke", "E0000022"),
        ("DELETE", f"/oauth2/{CUSTOM}/v1/authorize", "E0000022"),
    ],
    ids=["path", "trailing slash", "GET token", "DELETE keys", "GET revoke", "DELETE authorize"],
)
def test_unknown_paths_and_methods_are_refused_in_oktas_own_shape(
    okta: Standin, method: str, path: str, code: str
) -> None:
    response = okta.http.request(method, path)
    require_okta_error(response.json())
    assert response.json()["errorCode"] == code
    assert response.status_code == ERROR_CODES[code]["statusCode"]
    assert response.json()["errorSummary"] == ERROR_CODES[code]["errorSummary"]
