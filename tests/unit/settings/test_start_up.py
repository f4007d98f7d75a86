"""The start-up of the authorizer: what it refuses, what it tells, and which tokens its configuration accepts."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from okta_gateway import wiring
from okta_gateway.apigateway.events import parse_stage_arn
from okta_gateway.errors import (
    ClientNotAllowed,
    ConfigurationInvalid,
    IssuerMismatch,
    NoMatchingKey,
    TokenRefused,
    TokenTypeRefused,
)
from okta_gateway.tokens.key_cache import KeyCache
from okta_gateway.tokens.key_fetch import Wait
from tests.tokens import (
    AUDIENCE,
    DOMAIN,
    GATEWAY_KEY,
    GATEWAY_URL,
    KEYS_URL,
    OKTA_KEY,
    SERVER_ID,
    USER_CLIENT_ID,
    FakeFetch,
    gateway_token,
    key_set,
    okta_token,
    signing_key,
)

ARN = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/api/servers"
EXECUTE_API = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"
STAGE = parse_stage_arn(ARN)
GATEWAY_KEYS = key_set(signing_key(GATEWAY_KEY)).decode()
ORG_MODE = {"OKTA_AUTH_SERVER_ID": "", "OKTA_AUDIENCE": ""}


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses whose fetch was begun at the start; the gateway's answers with its own keys, others with Okta's."""
    addresses: list[str] = []
    okta, gateway = FakeFetch(key_set()), FakeFetch(GATEWAY_KEYS.encode())

    def fetch(url: str) -> Wait:
        return (gateway if url.startswith(f"{GATEWAY_URL}/") else okta)(url)

    def start_fetch(url: str) -> Wait:
        addresses.append(url)
        return fetch(url)

    monkeypatch.setattr(wiring, "start_fetch", start_fetch)
    defaults = KeyCache.__init__.__kwdefaults__ or {}
    monkeypatch.setattr(KeyCache.__init__, "__kwdefaults__", defaults | {"fetch": fetch})
    return addresses


@pytest.fixture
def environ(tmp_path: Path, fetched: list[str]) -> dict[str, str]:
    scopes = tmp_path / "scopes.json"
    scopes.write_text(json.dumps({"groups": {"registry-admins": ["registry:admin:full"]}}))
    return {
        "AUTH_PROVIDER": "okta",
        "OKTA_DOMAIN": DOMAIN,
        "OKTA_AUTH_SERVER_ID": SERVER_ID,
        "OKTA_AUDIENCE": AUDIENCE,
        "SCOPES_FILE": str(scopes),
    }


def accepts(environ: dict[str, str], token: str) -> None:
    authorizer = wiring.token_authorizer(environ).at(STAGE)
    assert authorizer.decide(token, STAGE.text)[0].principal.id == "00u1234567890abcdef"


def refuses(environ: dict[str, str], token: str, expected: type[TokenRefused]) -> None:
    authorizer = wiring.token_authorizer(environ).at(STAGE)
    with pytest.raises(TokenRefused) as refusal:
        authorizer.decide(token, STAGE.text)
    assert type(refusal.value) is expected


def okta(**changes: Any) -> str:
    """An Okta token of now: start-up takes no clock."""
    now = int(time.time())
    return okta_token(**{"iat": now, "exp": now + 600} | changes)


def own(header: dict[str, Any] | None = None, key: str = GATEWAY_KEY, url: str = GATEWAY_URL) -> str:
    now = int(time.time())
    return gateway_token(header=header, key=signing_key(key), iat=now, exp=now + 600, iss=url, aud=url)


def test_with_a_custom_server_its_keys_are_fetched_at_once(environ: dict[str, str], fetched: list[str]) -> None:
    accepts(environ, okta())
    assert fetched == [KEYS_URL]


def test_with_a_custom_server_gateway_tokens_are_refused_unless_switched_on(environ: dict[str, str]) -> None:
    gateway = {"GATEWAY_URL": GATEWAY_URL, "GATEWAY_PUBLIC_KEYS": GATEWAY_KEYS}
    refuses(environ | gateway, own(), NoMatchingKey)
    both = environ | gateway | {"GATEWAY_TOKENS": "true"}
    accepts(both, own())
    accepts(both, okta())


def test_with_both_switched_on_no_key_vouches_for_the_other_issuer(environ: dict[str, str]) -> None:
    both = environ | {"GATEWAY_URL": GATEWAY_URL, "GATEWAY_PUBLIC_KEYS": GATEWAY_KEYS, "GATEWAY_TOKENS": "true"}
    refuses(both, own(header={"kid": OKTA_KEY}, key=OKTA_KEY), NoMatchingKey)
    refuses(both, okta(key=signing_key(GATEWAY_KEY), header={"kid": GATEWAY_KEY}), NoMatchingKey)


def test_the_keys_that_the_start_fetches_from_okta_never_count_as_the_gateways(environ: dict[str, str]) -> None:
    both = environ | {"GATEWAY_URL": GATEWAY_URL, "GATEWAY_TOKENS": "true"}
    refuses(both, own(header={"kid": OKTA_KEY}, key=OKTA_KEY), NoMatchingKey)
    accepts(both, own())
    accepts(both, okta())


def test_only_allowed_clients_are_accepted_where_there_is_a_list(environ: dict[str, str]) -> None:
    accepts(environ | {"OKTA_ALLOWED_CLIENT_IDS": f"0oa-other,{USER_CLIENT_ID}"}, okta())
    refuses(environ | {"OKTA_ALLOWED_CLIENT_IDS": "0oa-other"}, okta(), ClientNotAllowed)


def test_in_org_mode_oktas_own_tokens_are_refused(environ: dict[str, str], fetched: list[str]) -> None:
    org_mode = environ | ORG_MODE | {"GATEWAY_URL": GATEWAY_URL, "GATEWAY_PUBLIC_KEYS": GATEWAY_KEYS}
    accepts(org_mode, own())
    refuses(org_mode, okta(), TokenTypeRefused)
    for issuer in (f"https://{DOMAIN}", f"https://{DOMAIN}/oauth2/{SERVER_ID}"):
        header = {"typ": "at+jwt", "kid": GATEWAY_KEY}
        refuses(org_mode, okta(header=header, key=signing_key(GATEWAY_KEY), iss=issuer), IssuerMismatch)
    assert fetched == []


def test_in_org_mode_without_keys_of_the_deployment_the_gateways_own_are_fetched(
    environ: dict[str, str], fetched: list[str]
) -> None:
    wiring.token_authorizer(environ | ORG_MODE | {"GATEWAY_URL": GATEWAY_URL})
    assert fetched == [f"{GATEWAY_URL}/.well-known/jwks.json"]


def test_without_gateway_url_the_gateway_is_the_api_that_asks(environ: dict[str, str]) -> None:
    org_mode = environ | ORG_MODE | {"GATEWAY_PUBLIC_KEYS": GATEWAY_KEYS}
    accepts(org_mode, own(url=EXECUTE_API))
    refuses(org_mode, own(), IssuerMismatch)
    refuses(org_mode, own(url=EXECUTE_API.replace("/prod", "/test")), IssuerMismatch)


def test_a_further_issuer_is_accepted_with_the_orgs_keys(environ: dict[str, str], fetched: list[str]) -> None:
    other = f"https://login.example.com/oauth2/{SERVER_ID}"
    accepts(environ | {"OKTA_ISSUERS": other}, okta(iss=other))
    refuses(environ, okta(iss=other), IssuerMismatch)
    assert set(fetched) == {KEYS_URL}


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigurationInvalid) as failure:
        wiring.token_authorizer(environ)
    assert failure.value.code == "configuration_invalid"
    return failure.value.problems


BROKEN_RULES = '{"groups": {"a": "registry:admin:full"}, "extra": 1}'


@pytest.mark.parametrize(
    "source", [{}, {"SCOPES_SOURCE": ""}, {"SCOPES_SOURCE": "file"}], ids=["not-set", "empty", "file"]
)
def test_problems_of_the_rules_file_are_told_with_those_of_the_settings(
    environ: dict[str, str], source: dict[str, str]
) -> None:
    Path(environ["SCOPES_FILE"]).write_text(BROKEN_RULES)
    told = problems(environ | source | {"OKTA_DOMAIN": "{yourOktaDomain}", "LOG_LEVEL": "LOUD"})
    assert [problem.split(":")[0] for problem in told] == ["OKTA_DOMAIN", "LOG_LEVEL", "scopes.json", "scopes.json"]
    assert "unknown key 'extra'" in told[2]
    assert "groups.a must be a list of strings" in told[3]


def test_problems_of_the_rules_file_alone_are_told(environ: dict[str, str]) -> None:
    Path(environ["SCOPES_FILE"]).write_text(BROKEN_RULES)
    assert len(problems(environ)) == 2


def test_a_rules_file_that_is_missing_is_told_with_the_fix(environ: dict[str, str]) -> None:
    missing = environ["SCOPES_FILE"] + "x"
    (problem,) = problems(environ | {"SCOPES_FILE": missing})
    assert missing in problem
    assert "set SCOPES_FILE" in problem


@pytest.mark.parametrize("mode", [ORG_MODE, {"GATEWAY_TOKENS": "true"}], ids=["org-mode", "both"])
@pytest.mark.parametrize("address", [{}, {"GATEWAY_URL": GATEWAY_URL}], ids=["execute-api", "own-address"])
@pytest.mark.parametrize("keys", ['{"keys": []}', '{"keys": [{"kty": "EC", "kid": "1"}]}'], ids=["none", "unfit"])
def test_keys_of_the_gateway_that_cannot_be_used_are_told_at_the_start_and_not_by_the_first_token(
    environ: dict[str, str], mode: dict[str, str], address: dict[str, str], keys: str
) -> None:
    (problem,) = problems(environ | mode | address | {"GATEWAY_PUBLIC_KEYS": keys})
    assert problem.startswith("GATEWAY_PUBLIC_KEYS: ")


def test_warnings_go_to_the_log(environ: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    wiring.token_authorizer(environ | {"OKTA_DOMAIN": "login.example.com"})
    assert any("none of Okta's own domains" in message for message in caplog.messages)
    assert any("no DOCUMENTDB_URI" in message for message in caplog.messages)


def test_with_wrong_settings_nothing_is_fetched(environ: dict[str, str], fetched: list[str]) -> None:
    problems(environ | {"LOG_LEVEL": "LOUD"})
    assert fetched == []
