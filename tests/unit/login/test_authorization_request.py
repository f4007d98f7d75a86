"""The authorization request: what goes to Okta, what stays here, and what ties the two to one browser."""

from itertools import count
from urllib.parse import parse_qs, urlsplit

import pytest

from okta_gateway.apigateway.gateway_address import GatewayAddress
from okta_gateway.errors import StoreUnavailable
from okta_gateway.login.authorization_request import AuthorizationRequests, Begun, code_challenge
from okta_gateway.login.cookies import ATTEMPT_SECONDS, digest
from okta_gateway.store.pending_logins import PendingLogin
from okta_gateway.tokens.issuer import AuthorizationServer, authorization_server
from tests.tokens import DOMAIN, NOW, SERVER_ID, USER_CLIENT_ID, FakeClock
from tests.unit.login.signing_in import DOWN, GATEWAY, SERVER, PendingInMemory

TARGET = "https://gateway.example.com/prod/api/servers"
SCOPES = "openid profile email offline_access"


@pytest.fixture
def pending() -> PendingInMemory:
    return PendingInMemory()


@pytest.fixture
def requests(pending: PendingInMemory, clock: FakeClock) -> AuthorizationRequests:
    return AuthorizationRequests(SERVER, USER_CLIENT_ID, SCOPES, pending, clock=clock)


def parameters(begun: Begun) -> dict[str, str]:
    query = parse_qs(urlsplit(begun.location).query, strict_parsing=True)
    assert all(len(values) == 1 for values in query.values())
    return {name: values[0] for name, values in query.items()}


def only(pending: PendingInMemory) -> PendingLogin:
    (row,) = pending.rows.values()
    return row


def test_the_challenge_is_that_of_rfc_7636_appendix_b() -> None:
    verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert code_challenge(verifier) == challenge


def test_every_parameter_of_the_request(requests: AuthorizationRequests, pending: PendingInMemory) -> None:
    begun = requests.begin(TARGET, GATEWAY)
    remembered = only(pending)
    assert parameters(begun) == {
        "client_id": USER_CLIENT_ID,
        "response_type": "code",
        "scope": SCOPES,
        "redirect_uri": "https://gateway.example.com/prod/oauth2/callback/okta",
        "state": begun.state,
        "nonce": remembered.nonce,
        "code_challenge": code_challenge(remembered.code_verifier),
        "code_challenge_method": "S256",
    }


@pytest.mark.parametrize(
    ("server", "endpoint"),
    [
        (authorization_server(f"https://{DOMAIN}", SERVER_ID), f"https://{DOMAIN}/oauth2/{SERVER_ID}/v1/authorize"),
        (authorization_server(f"https://{DOMAIN}", None), f"https://{DOMAIN}/oauth2/v1/authorize"),
    ],
    ids=["custom", "org"],
)
def test_it_goes_to_the_configured_server(server: AuthorizationServer, endpoint: str, pending: PendingInMemory) -> None:
    begun = AuthorizationRequests(server, USER_CLIENT_ID, SCOPES, pending).begin(TARGET, GATEWAY)
    assert begun.location.partition("?")[0] == endpoint


@pytest.mark.parametrize(
    "gateway", [GatewayAddress("https://gw.example.com", ""), GatewayAddress("http://localhost:8888", "/a/b")]
)
def test_okta_sends_the_browser_back_to_where_it_came_from(
    requests: AuthorizationRequests, gateway: GatewayAddress
) -> None:
    redirect_uri = parameters(requests.begin(TARGET, gateway))["redirect_uri"]
    assert redirect_uri == f"{gateway.origin}{gateway.prefix}/oauth2/callback/okta"


def test_the_store_gets_hashes_of_what_only_the_browser_may_have(
    requests: AuthorizationRequests, pending: PendingInMemory
) -> None:
    begun = requests.begin(TARGET, GATEWAY)
    remembered = only(pending)
    assert remembered.state_hash == digest(begun.state)
    assert remembered.browser_hash == digest(begun.browser_secret)
    assert remembered.target == TARGET
    assert remembered.expires_at == NOW + ATTEMPT_SECONDS
    assert begun.state not in remembered
    assert begun.browser_secret not in remembered


def test_the_browser_secret_the_verifier_and_the_target_do_not_go_to_okta(
    requests: AuthorizationRequests, pending: PendingInMemory
) -> None:
    begun = requests.begin(TARGET, GATEWAY)
    assert begun.browser_secret not in begun.location
    assert only(pending).code_verifier not in begun.location
    assert "api/servers" not in begun.location


def test_nothing_is_ever_used_twice(requests: AuthorizationRequests, pending: PendingInMemory) -> None:
    begun = [requests.begin(TARGET, GATEWAY) for _ in range(10)]
    secrets = [secret for one in begun for secret in (one.state, one.browser_secret)]
    secrets += [secret for row in pending.rows.values() for secret in (row.nonce, row.code_verifier)]
    assert len(set(secrets)) == 40
    assert min(map(len, secrets)) >= 43


def test_without_the_store_nobody_is_sent_to_okta(requests: AuthorizationRequests, pending: PendingInMemory) -> None:
    pending.broken = DOWN
    with pytest.raises(StoreUnavailable):
        requests.begin(TARGET, GATEWAY)


def test_values_are_encoded(pending: PendingInMemory, clock: FakeClock) -> None:
    numbers = count()
    requests = AuthorizationRequests(
        SERVER, "0oa&client_id=x#y", "openid a+b&c", pending, clock=clock, new_secret=lambda: f"&{next(numbers)}=+ %"
    )
    sent = parameters(requests.begin(TARGET, GATEWAY))
    assert (sent["client_id"], sent["scope"], sent["state"]) == ("0oa&client_id=x#y", "openid a+b&c", "&0=+ %")


def test_what_was_begun_hides_its_secrets(requests: AuthorizationRequests, pending: PendingInMemory) -> None:
    begun = requests.begin(TARGET, GATEWAY)
    shown = repr(begun) + repr(only(pending))
    assert not any(
        secret in shown
        for secret in (begun.state, begun.browser_secret, only(pending).nonce, only(pending).code_verifier)
    )
