"""Client credentials: what is granted, and each refusal with the status and text that Okta uses."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from devkit.okta_standin import create_app, load_org
from devkit.okta_standin.servers import Scope
from devkit.serving import serve
from tests.contract.okta_standin.openapi import EXAMPLES, RECORDED, require_okta_error, require_schema
from tests.contract.okta_standin.standin_client import (
    AGENT,
    AGENT_SECRET,
    CUSTOM,
    KEY_AGENT,
    MACHINE_FORM,
    WEB_APP,
    WEB_SECRET,
    Standin,
    claims_of,
    verified,
)

BASIC = (AGENT, AGENT_SECRET)
POST = {"client_id": AGENT, "client_secret": AGENT_SECRET}


@pytest.mark.parametrize(
    ("form", "options"),
    [(MACHINE_FORM, {"auth": BASIC}), (MACHINE_FORM | POST, {})],
    ids=["client_secret_basic", "client_secret_post"],
)
def test_a_client_secret_gets_a_token_of_a_custom_server(
    okta: Standin, form: dict[str, str], options: dict[str, Any]
) -> None:
    response = okta.request_token(form, **options)
    body = response.json()
    require_schema(body, "TokenResponseCustomAs")
    assert response.status_code == 200
    claims = verified(body.pop("access_token"), okta.key_set(), "api://ai-registry", okta.issuer())
    assert body == {"token_type": "Bearer", "expires_in": 3600, "scope": "gateway.access"}
    assert claims["sub"] == claims["cid"] == AGENT
    assert claims["scp"] == ["gateway.access"]
    assert "uid" not in claims
    assert "groups" not in claims


@pytest.mark.parametrize(
    ("server", "scope"),
    [(CUSTOM, "gateway.access"), ("org", "okta.users.read okta.groups.read")],
    ids=["custom", "org"],
)
def test_a_private_key_gets_a_token(okta: Standin, server: str, scope: str) -> None:
    form = okta.assertion_form(okta.assertion(okta.endpoint(server, "token")), scope)
    response = okta.request_token(form, server)
    require_schema(response.json(), "TokenResponseCustomAs" if server == CUSTOM else "TokenResponseOrgAs")
    assert response.status_code == 200
    assert response.json()["scope"] == scope
    assert claims_of(response.json()["access_token"])["sub"] == KEY_AGENT


def test_a_token_response_has_the_members_and_headers_of_recorded_ones(okta: Standin) -> None:
    recorded = next(group for group in RECORDED if (group["template"], group["status"]) == ("/oauth2/v1/token", 200))
    sample = recorded["samples"][0]
    response = okta.request_token(MACHINE_FORM, auth=BASIC)
    assert list(response.json()) == list(sample["body"])
    for name in ("cache-control", "pragma", "expires", "content-type"):
        assert response.headers[name] == sample["headers"][name]


def test_the_policy_rule_decides_how_long_a_token_lives(okta: Standin) -> None:
    body = okta.request_token(MACHINE_FORM, "default", auth=BASIC).json()
    claims = claims_of(body["access_token"])
    assert body["expires_in"] == claims["exp"] - claims["iat"] == 300


def test_scopes_that_were_not_granted_are_left_out_at_the_org_server(okta: Standin) -> None:
    form = okta.assertion_form(okta.assertion(okta.endpoint("org", "token")), "okta.users.read okta.logs.read")
    assert okta.request_token(form, "org").json()["scope"] == "okta.users.read"


def test_default_scopes_are_granted_when_none_is_requested(key_folder: Path) -> None:
    org = load_org()
    org.custom_servers = (replace(org.custom_servers[0], scopes=(Scope("gateway.access", default=True),)),)
    with serve(create_app(org, key_folder=key_folder)) as address:
        url = f"{address}/oauth2/{CUSTOM}/v1/token"
        response = httpx.post(url, data={"grant_type": "client_credentials"}, auth=BASIC)
    assert response.json()["scope"] == "gateway.access"


@dataclass(frozen=True)
class Refusal:
    """A request, and what Okta answers."""

    status: int
    error: str
    description: str
    form: dict[str, str]
    auth: tuple[str, str] | None = BASIC
    server: str = CUSTOM


NO_CREDENTIALS = EXAMPLES["OAuthError401InvalidClient_NoCreds"]["error_description"]
UNKNOWN_CLIENT = EXAMPLES["OAuthError401InvalidClient_InvalidClientId"]["error_description"]
BOTH_CREDENTIALS = EXAMPLES["OAuthError400InvalidRequest_MultipleClientCreds"]["error_description"]
ASSERTION_TYPE = EXAMPLES["OAuthError400InvalidRequest_AssertionTypeInvalid"]["error_description"]
UNSUPPORTED_GRANT = EXAMPLES["OAuthError400UnsupportedGrantType"]["error_description"]
WRONG_SECRET = "The client secret supplied for a confidential client is invalid."
WRONG_METHOD = "Client authentication failed. Either the client or the client credentials are invalid."
NO_SCOPE = "The authorization server resource does not have any configured default scopes, 'scope' must be provided."
UNKNOWN_SCOPE = "One or more scopes are not configured for the authorization server resource."
NO_POLICY = "Policy evaluation failed for this request, please check the policy configurations."
KEY_ONLY = (
    "Client Credentials requests to the Org Authorization Server must use the private_key_jwt "
    "token_endpoint_auth_method."
)
WRONG_GRANT = (
    "The client is not authorized to use the provided grant type. "
    "Configured grant types: [authorization_code, refresh_token]."
)


def scope(name: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", "scope": name}


REFUSALS = {
    "no credentials": Refusal(401, "invalid_client", NO_CREDENTIALS, MACHINE_FORM, None),
    "a client id alone": Refusal(401, "invalid_client", NO_CREDENTIALS, MACHINE_FORM | {"client_id": AGENT}, None),
    "unknown client": Refusal(401, "invalid_client", UNKNOWN_CLIENT, MACHINE_FORM, ("0oaNobody", AGENT_SECRET)),
    "wrong secret": Refusal(401, "invalid_client", WRONG_SECRET, MACHINE_FORM, (AGENT, "wrong")),
    "empty secret": Refusal(401, "invalid_client", WRONG_SECRET, MACHINE_FORM, (AGENT, "")),
    "secret that is not ASCII": Refusal(401, "invalid_client", WRONG_SECRET, MACHINE_FORM, (AGENT, "gehéim")),
    "secret of a key app": Refusal(401, "invalid_client", WRONG_METHOD, MACHINE_FORM, (KEY_AGENT, "any")),
    "header and body credentials": Refusal(400, "invalid_request", BOTH_CREDENTIALS, MACHINE_FORM | POST),
    "header and assertion": Refusal(
        400, "invalid_request", BOTH_CREDENTIALS, MACHINE_FORM | {"client_assertion": "x.y.z"}
    ),
    "assertion type": Refusal(
        400, "invalid_request", ASSERTION_TYPE, MACHINE_FORM | {"client_assertion": "x.y.z"}, None
    ),
    "no grant type": Refusal(
        400, "invalid_request", "The `grant_type` parameter is required.", {"scope": "gateway.access"}
    ),
    "unknown grant type": Refusal(400, "unsupported_grant_type", UNSUPPORTED_GRANT, {"grant_type": "magic"}),
    "grant type of other apps": Refusal(400, "unauthorized_client", WRONG_GRANT, MACHINE_FORM, (WEB_APP, WEB_SECRET)),
    "secret at the org server": Refusal(401, "invalid_client", KEY_ONLY, scope("openid"), server="org"),
    "wrong secret at the org server": Refusal(
        401, "invalid_client", WRONG_SECRET, MACHINE_FORM, (AGENT, "wrong"), server="org"
    ),
    "no scope": Refusal(400, "invalid_scope", NO_SCOPE, {"grant_type": "client_credentials"}, server="default"),
    "openid": Refusal(
        400, "invalid_scope", "Cannot request 'openid' scopes using client credentials.", scope("openid")
    ),
    "profile beside a custom scope": Refusal(
        400,
        "invalid_scope",
        "Cannot request 'profile' scopes using client credentials.",
        scope("gateway.access profile"),
    ),
    "unknown scope": Refusal(400, "invalid_scope", UNKNOWN_SCOPE, scope("gateway.access nothing")),
    "okta scope at a custom server": Refusal(400, "invalid_scope", UNKNOWN_SCOPE, scope("okta.users.read")),
    "scope outside of every rule": Refusal(
        400, "access_denied", NO_POLICY, scope("gateway.access reports.read"), server="default"
    ),
    "no policy for the scope": Refusal(400, "access_denied", NO_POLICY, scope("groups")),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_request_is_refused_as_okta_refuses_it(okta: Standin, name: str) -> None:
    refusal = REFUSALS[name]
    options = {"auth": refusal.auth} if refusal.auth else {}
    response = okta.request_token(refusal.form, refusal.server, **options)
    require_schema(response.json(), "OAuthError")
    assert response.json() == {"error": refusal.error, "error_description": refusal.description}
    assert response.status_code == refusal.status
    assert response.headers["cache-control"] == "no-cache, no-store"


def test_a_client_without_a_policy_is_refused(key_folder: Path) -> None:
    org = load_org()
    org.custom_servers = (replace(org.custom_servers[0], policies=()),)
    with serve(create_app(org, key_folder=key_folder)) as address:
        response = httpx.post(f"{address}/oauth2/{CUSTOM}/v1/token", data=MACHINE_FORM, auth=BASIC)
    assert (response.status_code, response.json()["error_description"]) == (400, NO_POLICY)


@pytest.mark.parametrize(
    ("scopes", "error", "description"),
    [
        ("okta.logs.read", "consent_required", "You are not allowed any of the requested scopes."),
        ("gateway.access", "invalid_scope", UNKNOWN_SCOPE),
    ],
    ids=["not granted", "not of the org server"],
)
def test_the_org_server_refuses_scopes_that_it_cannot_give(
    okta: Standin, scopes: str, error: str, description: str
) -> None:
    form = okta.assertion_form(okta.assertion(okta.endpoint("org", "token")), scopes)
    response = okta.request_token(form, "org")
    assert response.json() == {"error": error, "error_description": description}
    assert response.status_code == 400


def test_a_json_body_is_refused_in_oktas_own_shape(okta: Standin) -> None:
    response = okta.http.post(okta.endpoint(CUSTOM, "token"), json=MACHINE_FORM, auth=BASIC)
    require_okta_error(response.json())
    assert (response.status_code, response.json()["errorCode"]) == (400, "E0000021")


def test_a_repeated_parameter_is_refused(okta: Standin) -> None:
    response = okta.http.post(
        okta.endpoint(CUSTOM, "token"),
        content="grant_type=client_credentials&scope=gateway.access&scope=openid",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        auth=BASIC,
    )
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("value", ["Basic", "Basic ???", "Basic bm9jb2xvbg==", "Bearer abc"])
def test_an_authorization_header_without_credentials_counts_as_none(okta: Standin, value: str) -> None:
    response = okta.request_token(MACHINE_FORM, headers={"Authorization": value})
    assert (response.status_code, response.json()["error_description"]) == (401, NO_CREDENTIALS)
