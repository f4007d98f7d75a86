"""The client of Okta's OAuth endpoints against the local Okta, over real sockets."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from okta_gateway.okta import oauth
from okta_gateway.okta.errors import OktaRefused, OktaUnavailable
from okta_gateway.okta.oauth import OktaOAuth, TokenAnswer
from tests.contract.conftest import Clock
from tests.contract.okta.web_application import gateway
from tests.contract.okta_standin.browser import ADA, CALLBACK, VERIFIER, Browser, change_app, change_user, deviate
from tests.contract.okta_standin.standin_client import CUSTOM, Standin, claims_of

SERVERS = pytest.mark.parametrize("server", ["org", CUSTOM])


def signed_in(person: Browser, server: str = CUSTOM) -> TokenAnswer:
    return gateway(person.okta.address, server).exchange_code(person.code(ADA, server), VERIFIER, CALLBACK)


def new_code(person: Browser) -> str:
    """The code of a sign-in, also of somebody who has signed in before."""
    person.http.cookies.clear()
    return person.code()


def refused(okta: OktaOAuth, code: str, verifier: str = VERIFIER, redirect_uri: str = CALLBACK) -> OktaRefused:
    with pytest.raises(OktaRefused) as refusal:
        okta.exchange_code(code, verifier, redirect_uri)
    return refusal.value


def fault(okta: Standin, path: str, kind: str | None, seconds: float = 0) -> None:
    response = okta.http.post("/_standin/faults", json={"path": path, "fault": kind, "seconds": seconds})
    assert response.status_code == 200, response.text


@SERVERS
def test_a_code_gets_the_tokens_of_the_person_who_signed_in(person: Browser, server: str) -> None:
    answer = signed_in(person, server)
    assert answer.id_token is not None
    assert claims_of(answer.id_token)["email"] == ADA
    assert claims_of(answer.access_token)["iss"] == person.okta.issuer(server)
    assert (answer.expires_in, answer.scope) == (3600.0, "openid profile email offline_access")
    assert answer.refresh_token


@SERVERS
def test_a_refresh_gets_new_tokens_of_the_same_person(own_person: Browser, server: str, clock: Clock) -> None:
    first = signed_in(own_person, server)
    clock.now += 3000
    second = gateway(own_person.okta.address, server).refresh(first.refresh_token or "")
    assert claims_of(second.id_token or "")["sub"] == claims_of(first.id_token or "")["sub"]
    assert claims_of(second.access_token)["exp"] == claims_of(first.access_token)["exp"] + 3000
    assert second.refresh_token not in (None, first.refresh_token)


def test_without_offline_access_there_is_no_refresh_token(person: Browser) -> None:
    code = person.code(scope="openid profile email")
    assert gateway(person.okta.address).exchange_code(code, VERIFIER, CALLBACK).refresh_token is None


def test_a_code_is_good_for_one_use(person: Browser) -> None:
    okta, code = gateway(person.okta.address), person.code()
    okta.exchange_code(code, VERIFIER, CALLBACK)
    refusal = refused(okta, code)
    assert (refusal.error, refusal.description) == (
        "invalid_grant",
        "The authorization code is invalid or has expired.",
    )


def test_a_verifier_or_redirect_of_another_attempt_is_refused(person: Browser) -> None:
    okta = gateway(person.okta.address)
    assert refused(okta, new_code(person), verifier="v" * 43).description == "PKCE verification failed."
    assert refused(okta, new_code(person), redirect_uri=f"{CALLBACK}/other").error == "invalid_grant"


def test_a_wrong_client_secret_is_refused(person: Browser) -> None:
    refusal = refused(gateway(person.okta.address, secret="another-secret"), person.code())
    assert (refusal.error, refusal.description) == (
        "invalid_client",
        "The client secret supplied for a confidential client is invalid.",
    )
    assert "another-secret" not in str(refusal)


def test_a_rotated_refresh_token_is_refused_once_the_leeway_is_over(own_person: Browser, clock: Clock) -> None:
    okta = gateway(own_person.okta.address)
    first = signed_in(own_person).refresh_token or ""
    second = okta.refresh(first).refresh_token
    assert okta.refresh(first).refresh_token == second
    clock.now += 31
    with pytest.raises(OktaRefused) as refusal:
        okta.refresh(first)
    assert refusal.value.error == "invalid_grant"


def test_a_static_refresh_token_stays(own_person: Browser) -> None:
    change_app(own_person.okta, refresh_token={"rotation_type": "STATIC"})
    first = signed_in(own_person).refresh_token or ""
    assert gateway(own_person.okta.address).refresh(first).refresh_token == first


def test_a_person_who_was_deactivated_is_refused(own_person: Browser) -> None:
    refresh_token = signed_in(own_person).refresh_token or ""
    change_user(own_person.okta, ADA, active=False)
    with pytest.raises(OktaRefused, match="invalid_grant"):
        gateway(own_person.okta.address).refresh(refresh_token)


@SERVERS
def test_a_revoked_refresh_token_is_refused_and_revoking_it_again_is_no_error(person: Browser, server: str) -> None:
    okta = gateway(person.okta.address, server)
    refresh_token = signed_in(person, server).refresh_token or ""
    okta.revoke(refresh_token)
    okta.revoke(refresh_token)
    with pytest.raises(OktaRefused, match="invalid_grant"):
        okta.refresh(refresh_token)


def test_what_okta_refuses_by_policy_is_told_as_okta_says_it(own_person: Browser) -> None:
    description = "The groups claim matched too many groups and must be configured to match fewer groups"
    code = own_person.code()
    deviate(own_person.okta, refusal={"path": "token", "error": "invalid_request", "error_description": description})
    refusal = refused(gateway(own_person.okta.address), code)
    assert (refusal.error, refusal.description) == ("invalid_request", description)


def test_a_server_that_okta_does_not_have_is_a_failed_check(okta: Standin) -> None:
    with pytest.raises(OktaUnavailable, match=r"answered 404 \(E0000007\): compare OKTA_DOMAIN"):
        gateway(okta.address, "ausunknown").refresh("a-refresh-token")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("outage", r"answered 503 \(E0000181\)$"),
        ("rate_limit", r"answered 429 \(E0000047\): the org's rate limit is used up$"),
        ("html", "gave no tokens: it is not application/json$"),
    ],
)
def test_an_okta_that_is_ill_is_a_failed_check_and_the_refresh_token_lives_on(
    own_person: Browser, kind: str, told: str
) -> None:
    okta, refresh_token = gateway(own_person.okta.address), signed_in(own_person).refresh_token or ""
    fault(own_person.okta, "token", kind)
    with pytest.raises(OktaUnavailable, match=told):
        okta.refresh(refresh_token)
    fault(own_person.okta, "token", None)
    assert okta.refresh(refresh_token).access_token


def test_an_okta_that_is_slow_is_given_up_on(own_person: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth, "READ_SECONDS", 0.1)
    okta = gateway(own_person.okta.address)
    fault(own_person.okta, "token", "slow", seconds=0.4)
    with pytest.raises(OktaUnavailable, match=r"/v1/token gave no answer: ReadTimeout$"):
        okta.refresh("a-refresh-token")


def test_requests_at_once_do_not_get_in_each_others_way(person: Browser) -> None:
    okta = gateway(person.okta.address)
    codes = [new_code(person) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda code: okta.exchange_code(code, VERIFIER, CALLBACK), codes))
    assert len({answer.access_token for answer in answers}) == 6
