"""What the answers of Okta's API say by the way: the size of the rate limits, the issuers of a dynamic server."""

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from devkit.doctor import Case
from devkit.doctor.api_checks import check_api_token, check_rate_limits
from devkit.doctor.custom_server_checks import check_issuer_mode
from devkit.doctor.findings import Result
from devkit.doctor.rate_limits import RateLimitsSeen
from tests.tokens import signing_key

SERVER = "aus1234567890abcdef"
OWN, CUSTOM = "dev-123456.okta.com", "login.example.com"


def case(*, domain: str = OWN, answer: httpx.Response, **settings: str) -> Case:
    """A gateway whose org answers so to everything."""
    known = {"OKTA_DOMAIN": domain, "OKTA_AUTH_SERVER_ID": SERVER, "OKTA_API_TOKEN": "a-token"}
    return Case(known | settings, transport=httpx.MockTransport(lambda _: answer))


def issuer(domain: str) -> str:
    return f"https://{domain}/oauth2/{SERVER}"


@pytest.mark.parametrize(
    ("mode", "domain", "shown", "others", "expected"),
    [
        ("DYNAMIC", OWN, OWN, "", Result.OK),
        ("DYNAMIC", OWN, CUSTOM, "", Result.PROBLEM),
        ("DYNAMIC", OWN, CUSTOM, issuer(CUSTOM), Result.OK),
        ("DYNAMIC", CUSTOM, CUSTOM, "", Result.PROBLEM),
        ("DYNAMIC", CUSTOM, CUSTOM, issuer(OWN), Result.OK),
        ("DYNAMIC", CUSTOM, OWN, f"{issuer('b.example.com')}, {issuer(OWN)}", Result.OK),
        ("CUSTOM_URL", CUSTOM, CUSTOM, "", Result.OK),
        ("ORG_URL", OWN, OWN, "", Result.OK),
    ],
    ids=[
        "one domain",
        "a second one shows",
        "the second one is accepted",
        "the org's own is left out",
        "the org's own is accepted",
        "several are accepted",
        "a custom domain alone",
        "the org's domain alone",
    ],
)
def test_a_dynamic_issuer_needs_every_domain_that_shows(
    mode: str, domain: str, shown: str, others: str, expected: Result
) -> None:
    server = {"id": SERVER, "issuerMode": mode, "issuer": issuer(shown)}
    finding = check_issuer_mode(case(domain=domain, answer=httpx.Response(200, json=server), OKTA_ISSUERS=others))
    assert (finding.result, "OKTA_ISSUERS" in finding.fix) == (expected, expected is Result.PROBLEM)


@pytest.mark.parametrize(
    ("limit", "expected", "word"),
    [
        ("9", Result.PROBLEM, "groups 9"),
        ("10", Result.OK, "groups 10"),
        ("600", Result.OK, "groups 600"),
        ("0", Result.NOT_CHECKED, "no rate limit"),
        ("many", Result.NOT_CHECKED, "no rate limit"),
        (None, Result.NOT_CHECKED, "no rate limit"),
    ],
    ids=["less than any org has", "a free org", "a company's", "a concurrency limit", "no number", "no header"],
)
def test_the_size_of_the_rate_limit_is_told(limit: str | None, expected: Result, word: str) -> None:
    headers = {"X-Rate-Limit-Limit": limit} if limit else {}
    examined = case(answer=httpx.Response(200, json=[], headers=headers))
    examined.okta.may_list("groups")
    finding = check_rate_limits(examined)
    assert finding.result is expected
    assert word in finding.seen


def test_only_lists_are_counted_since_one_object_has_a_limit_of_its_own() -> None:
    answer = httpx.Response(200, headers={"X-Rate-Limit-Limit": "50"})
    with httpx.Client(transport=RateLimitsSeen(httpx.MockTransport(lambda _: answer))) as client:
        for path in ("/api/v1/apps/0oa1", "/oauth2/v1/token"):
            client.get(f"https://{OWN}{path}")
        transport = client._transport
        assert isinstance(transport, RateLimitsSeen)
        assert transport.calls_a_minute == {}
        client.get(f"https://{OWN}/api/v1/apps?limit=1")
        assert transport.calls_a_minute == {"apps": 50}


def test_a_token_that_may_not_list_is_accepted_all_the_same() -> None:
    refusal = httpx.Response(403, json={"errorCode": "E0000006", "errorSummary": "No permission."})
    assert check_api_token(case(answer=refusal)).result is Result.OK


@pytest.mark.parametrize(("refused", "expected"), [(True, Result.PROBLEM), (False, Result.OK)])
def test_a_service_application_is_not_told_of_an_age_that_it_does_not_have(refused: bool, expected: Result) -> None:
    key = signing_key("service application").private_key
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    error = {"error": "invalid_client", "error_description": "Invalid client assertion."}
    token = {"access_token": "a-token", "token_type": "Bearer", "expires_in": 3600, "scope": "okta.groups.read"}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/oauth2/v1/token":
            return httpx.Response(200, json=[])
        return httpx.Response(401, json=error) if refused else httpx.Response(200, json=token)

    client = {"OKTA_API_CLIENT_ID": "0oa1234567890abcdef", "OKTA_API_PRIVATE_KEY": pem}
    finding = check_api_token(Case({"OKTA_DOMAIN": OWN} | client, transport=httpx.MockTransport(answer)))
    assert finding.result is expected
    assert "30 days" not in finding.seen + finding.meaning
    assert ("OKTA_API_PRIVATE_KEY" in finding.fix) is refused
