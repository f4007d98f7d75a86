"""What a signed-in person calls the API with, at a custom authorization server and at the org's."""

from typing import Any

import pytest

from okta_gateway.errors import KeysUnavailable
from okta_gateway.login.api_tokens import GatewayApiTokens, OktaApiTokens, Person
from okta_gateway.login.errors import TokenMixedUp
from okta_gateway.login.gateway_tokens import GatewayTokens
from okta_gateway.tokens.verifier import Verifier
from tests.tokens import NOW, USER_CLIENT_ID, FakeClock, machine_token, okta_profile, okta_token
from tests.unit.login.signing_in import GATEWAY, UID, okta_api_tokens, token_answer

CLAIMS = {"sub": UID, "preferred_username": "ada", "email": "ada@example.com", "groups": ["of-the-id-token"]}


class Issued(GatewayTokens):
    """Issues nothing but remembers what it should."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def issue(self, **claims: Any) -> tuple[str, float]:
        self.asked = claims
        return "a-gateway-token", NOW + 900.0


def test_at_a_custom_server_it_is_oktas_access_token_with_its_groups(clock: FakeClock) -> None:
    made = okta_api_tokens(clock).make(token_answer(), CLAIMS, GATEWAY.url)
    assert (made.token, made.expires_at) == (okta_token(), NOW + 3590)
    assert made.person == Person(UID, "ada@example.com", "ada@example.com", ("registry-admins",))
    assert "eyJ" not in repr(made)


BAD = {
    "of a machine": machine_token(),
    "of another user": okta_token(uid="00uMallory"),
    "expired": okta_token(iat=NOW - 4000, exp=NOW - 400),
    "for another API": okta_token(aud="api://other"),
    "of nobody": okta_token(uid=None),
    "of the org server": okta_token(header={"typ": "application/okta-internal-at+jwt"}),
    "bound to a key": okta_token(cnf={"jkt": "x"}),
    "opaque": "opaque",
}


@pytest.mark.parametrize("access_token", BAD.values(), ids=BAD.keys())
def test_an_access_token_that_the_authorizer_would_refuse_is_refused_here(clock: FakeClock, access_token: str) -> None:
    with pytest.raises(TokenMixedUp) as failure:
        okta_api_tokens(clock).make(token_answer(access_token=access_token, id_token=None), CLAIMS, GATEWAY.url)
    assert access_token not in str(failure.value)


def test_keys_that_are_away_are_no_verdict(clock: FakeClock) -> None:
    def away(kid: str) -> Any:
        raise KeysUnavailable("Okta's key set does not answer")

    with pytest.raises(KeysUnavailable):
        OktaApiTokens(Verifier([okta_profile(key=away)], clock=clock)).make(token_answer(), CLAIMS, GATEWAY.url)


@pytest.mark.parametrize(
    ("claims", "username", "email", "groups"),
    [
        (CLAIMS, "ada", "ada@example.com", ("of-the-id-token",)),
        ({"sub": UID, "email": "ada@example.com"}, "ada@example.com", "ada@example.com", ()),
        ({"sub": UID}, UID, None, ()),
        (CLAIMS | {"groups": "registry-admins"}, "ada", "ada@example.com", ()),
        (CLAIMS | {"groups": ["a", 1]}, "ada", "ada@example.com", ()),
        (CLAIMS | {"email": ["x"]}, "ada", None, ("of-the-id-token",)),
    ],
)
def test_at_the_org_server_the_gateway_issues_one_from_the_id_token(
    claims: dict[str, Any], username: str, email: str | None, groups: tuple[str, ...]
) -> None:
    issued = {GATEWAY.url: Issued()}
    tokens = GatewayApiTokens(issued.__getitem__, USER_CLIENT_ID)
    made = tokens.make(token_answer(access_token="opaque"), claims, GATEWAY.url)
    assert (made.token, made.expires_at) == ("a-gateway-token", NOW + 900)
    assert made.person == Person(UID, username, email, groups)
    wanted = {"subject": UID, "username": username, "email": email, "groups": groups, "client_id": USER_CLIENT_ID}
    assert issued[GATEWAY.url].asked == wanted
