"""The callback: which parameters pass, in which order the steps come, and what no attack gets."""

from typing import Any, NamedTuple

import pytest

from okta_gateway.errors import KeysUnavailable, StoreUnavailable
from okta_gateway.login.authorization_request import AuthorizationRequests, Begun
from okta_gateway.login.callback import MAX_PARAMETER_LENGTH, Callback, CallbackParameters, Parameters, SignedIn
from okta_gateway.login.cookies import digest
from okta_gateway.login.errors import IdTokenInvalid, IssuerMixedUp, ParameterInvalid, StateUnknown, TokenMixedUp
from okta_gateway.login.session import BrowserSessions
from okta_gateway.okta.errors import OktaRefused, OktaUnavailable
from tests.tokens import DOMAIN, ISSUER, SERVER_ID, STRANGER_KEY, USER_CLIENT_ID, FakeClock, okta_token, signing_key
from tests.unit.login.signing_in import (
    DOWN,
    GATEWAY,
    SERVER,
    PendingInMemory,
    ScriptedOkta,
    SessionsInMemory,
    TransparentSealer,
    id_token,
    id_tokens,
    okta_api_tokens,
    token_answer,
)

TARGET = "https://gateway.example.com/prod/api/servers"
LONGEST = "x" * MAX_PARAMETER_LENGTH


class Rig(NamedTuple):
    """A callback and everything that it touches."""

    requests: AuthorizationRequests
    pending: PendingInMemory
    okta: ScriptedOkta
    store: SessionsInMemory
    sessions: BrowserSessions
    callback: Callback

    def begin(self) -> Begun:
        """A new attempt, whose nonce will be in Okta's answer."""
        begun = self.requests.begin(TARGET, GATEWAY)
        nonce = self.pending.rows[digest(begun.state)].nonce
        self.okta.answer = token_answer(id_token=id_token(nonce=nonce))
        return begun

    def end(self, begun: Begun, secret: str | None = "", **parameters: Any) -> SignedIn:
        """The answer comes back; `secret` is that of the attempt's own browser unless a test says otherwise."""
        seen = CallbackParameters(begun.state, "the-code", None, "")._replace(**parameters)
        return self.callback.handle(seen, begun.browser_secret if secret == "" else secret, GATEWAY)

    def assert_nothing_happened(self) -> None:
        assert self.okta.exchanged == []
        assert self.store.rows == {}


@pytest.fixture
def rig(clock: FakeClock) -> Rig:
    pending, okta, store = PendingInMemory(), ScriptedOkta(), SessionsInMemory(clock)
    sessions = BrowserSessions(store, TransparentSealer(), max_seconds=28800, idle_seconds=3600, clock=clock)
    callback = Callback(SERVER, pending, okta, id_tokens(clock), okta_api_tokens(clock), sessions)
    requests = AuthorizationRequests(SERVER, USER_CLIENT_ID, "openid", pending, clock=clock)
    return Rig(requests, pending, okta, store, sessions, callback)


GOOD: list[tuple[Parameters, tuple[str, str | None, str | None, str]]] = [
    ({"state": ["s"], "code": ["c"]}, ("s", "c", None, "")),
    ({"state": ["s"], "code": ["c"], "iss": [ISSUER]}, ("s", "c", None, "")),
    ({"state": ["s"], "code": ["c"], "unknown": ["1", "2"]}, ("s", "c", None, "")),
    ({"state": ["s"], "error": ["access_denied"]}, ("s", None, "access_denied", "")),
    (
        {"state": ["s"], "error": ["e"], "error_description": ["No, <b>never</b>."]},
        ("s", None, "e", "No, <b>never</b>."),
    ),
    ({"state": ["s"], "error": ["e"], "error_description": [""]}, ("s", None, "e", "")),
    ({"state": [LONGEST], "code": [LONGEST]}, (LONGEST, LONGEST, None, "")),
]


@pytest.mark.parametrize(("parameters", "parsed"), GOOD, ids=range(len(GOOD)))
def test_an_answer_of_okta_is_parsed(rig: Rig, parameters: Parameters, parsed: tuple[object, ...]) -> None:
    assert rig.callback.parse(parameters) == parsed


BAD: dict[str, Parameters] = {
    "nothing": {},
    "no state": {"code": ["c"]},
    "no state, an error": {"error": ["access_denied"]},
    "an empty state": {"state": [""], "code": ["c"]},
    "neither code nor error": {"state": ["s"]},
    "an empty code": {"state": ["s"], "code": [""]},
    "both code and error": {"state": ["s"], "code": ["c"], "error": ["e"]},
    "two states": {"state": ["s", "s"], "code": ["c"]},
    "two codes": {"state": ["s"], "code": ["c", "d"]},
    "two errors": {"state": ["s"], "error": ["e", "e"]},
    "two descriptions": {"state": ["s"], "error": ["e"], "error_description": ["a", "b"]},
    "two issuers": {"state": ["s"], "code": ["c"], "iss": [ISSUER, ISSUER]},
    "two issuers, one foreign": {"state": ["s"], "code": ["c"], "iss": [ISSUER, "https://evil.example"]},
    "a state too long": {"state": [f"{LONGEST}x"], "code": ["c"]},
    "a code too long": {"state": ["s"], "code": [f"{LONGEST}x"]},
    "an error too long": {"state": ["s"], "error": [f"{LONGEST}x"]},
    "a description too long": {"state": ["s"], "error": ["e"], "error_description": [f"{LONGEST}x"]},
    "an issuer too long": {"state": ["s"], "code": ["c"], "iss": [f"{ISSUER}{LONGEST}"]},
    "a line break": {"state": ["s"], "error": ["e"], "error_description": ["a\r\nb"]},
    "a NUL": {"state": ["s\x00"], "code": ["c"]},
    "half a surrogate pair": {"state": ["s\ud800"], "code": ["c"]},
    "an override of direction": {"state": ["s"], "error": ["e"], "error_description": ["\u202e"]},
}


@pytest.mark.parametrize("parameters", BAD.values(), ids=BAD.keys())
def test_an_answer_that_okta_does_not_give_is_refused_without_any_effect(rig: Rig, parameters: Parameters) -> None:
    rig.begin()
    with pytest.raises(ParameterInvalid) as failure:
        rig.callback.parse(parameters)
    assert len(failure.value.detail) < 100
    assert len(rig.pending.rows) == 1
    rig.assert_nothing_happened()


@pytest.mark.parametrize(
    "parameters",
    [{"state": ["s"], "error": [""]}, {"state": ["s"], "error": [""], "error_description": ["d"]}],
    ids=["alone", "described"],
)
def test_an_error_without_a_value_is_no_error(rig: Rig, parameters: Parameters) -> None:
    """RFC 6749, section 3.1: parameters sent without a value are treated as if they were omitted."""
    with pytest.raises(ParameterInvalid):
        rig.callback.parse(parameters)


@pytest.mark.parametrize(
    "issuer",
    [
        "https://evil.example",
        f"https://{DOMAIN}",
        f"{ISSUER}/",
        ISSUER.upper(),
        f"{ISSUER}x",
        ISSUER[:-1],
        f" {ISSUER}",
    ],
)
def test_another_issuer_is_a_mix_up(rig: Rig, issuer: str) -> None:
    """RFC 9207, section 2.4: an exact comparison; it comes before anything else is looked at."""
    for answer in ({"code": ["c"]}, {"error": ["access_denied"]}, {}):
        with pytest.raises(IssuerMixedUp):
            rig.callback.parse({"state": ["s"], "iss": [issuer], **answer})


def test_a_sign_in_gives_one_session_and_the_remembered_target(rig: Rig) -> None:
    begun = rig.begin()
    verifier = rig.pending.rows[digest(begun.state)].code_verifier
    signed_in = rig.end(begun)
    assert signed_in.target == TARGET
    assert rig.okta.exchanged == [("the-code", verifier, "https://gateway.example.com/prod/oauth2/callback/okta")]
    assert list(rig.store.rows) == [digest(signed_in.session_id)]
    assert rig.sessions.open(rig.sessions.read(signed_in.session_id)).refresh_token == "the-second-refresh-token"
    assert signed_in.session_id not in repr(signed_in)


def test_a_replayed_callback_is_refused_and_changes_nothing(rig: Rig) -> None:
    begun = rig.begin()
    rig.end(begun)
    for _ in range(3):
        with pytest.raises(StateUnknown):
            rig.end(begun)
    assert len(rig.store.rows) == len(rig.okta.exchanged) == 1


@pytest.mark.parametrize("secret", [None, "of another browser", "x"])
def test_another_browser_cannot_end_the_attempt_and_does_not_end_it(rig: Rig, secret: str | None) -> None:
    """RFC 6749, section 10.12; RFC 9700, section 4.7: the victim's browser has no cookie of the attacker's attempt."""
    begun = rig.begin()
    with pytest.raises(StateUnknown):
        rig.end(begun, secret)
    rig.assert_nothing_happened()
    assert rig.end(begun).target == TARGET


def test_the_cookie_of_one_attempt_does_not_fit_another(rig: Rig) -> None:
    first, second = rig.begin(), rig.begin()
    with pytest.raises(StateUnknown):
        rig.end(first, second.browser_secret)
    rig.assert_nothing_happened()


@pytest.mark.parametrize("code", ["the-code", None])
def test_an_unknown_state_is_refused_whatever_comes_with_it(rig: Rig, code: str | None) -> None:
    begun = rig.begin()._replace(state="unknown")
    with pytest.raises(StateUnknown):
        rig.end(begun, code=code, error=None if code else "access_denied")
    rig.assert_nothing_happened()


def test_a_code_of_another_sign_in_does_not_get_through(rig: Rig) -> None:
    """RFC 9700, section 4.5: an injected code comes with the nonce of the attempt that it was stolen from."""
    begun = rig.begin()
    rig.okta.answer = token_answer(id_token=id_token(nonce="that-of-the-attackers-attempt"))
    with pytest.raises(IdTokenInvalid, match="nonce"):
        rig.end(begun)
    assert rig.store.rows == {}


@pytest.mark.parametrize(
    ("error", "description"),
    [
        ("invalid_request", "x"),
        ("unauthorized_client", "x"),
        ("access_denied", "User is not assigned to the client application."),
        ("unsupported_response_type", "x"),
        ("invalid_scope", "One or more scopes are not configured for the authorization server resource."),
        ("server_error", ""),
        ("temporarily_unavailable", ""),
    ],
)
def test_each_error_of_rfc_6749_4_1_2_1_ends_the_attempt_without_a_session(
    rig: Rig, error: str, description: str
) -> None:
    begun = rig.begin()
    with pytest.raises(OktaRefused) as refusal:
        rig.end(begun, code=None, error=error, error_description=description)
    assert (refusal.value.error, refusal.value.description) == (error, description)
    rig.assert_nothing_happened()
    with pytest.raises(StateUnknown):
        rig.end(begun)


ANSWERS: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "no ID token": ({"id_token": None}, IdTokenInvalid),
    "a stranger's ID token": ({"id_token": id_token(key=signing_key(STRANGER_KEY))}, IdTokenInvalid),
    "an access token of the org server": (
        {"access_token": okta_token(header={"typ": "application/okta-internal-at+jwt"})}, IdTokenInvalid),
    "an access token of another user": ({"access_token": okta_token(uid="00uMallory")}, TokenMixedUp),
    "an access token for another API": ({"access_token": okta_token(aud="api://other")}, TokenMixedUp),
    "an access token of another server": (
        {"access_token": okta_token(iss=ISSUER.replace(SERVER_ID, "default"))}, TokenMixedUp),
    "an access token of a machine": ({"access_token": okta_token(uid=None)}, TokenMixedUp),
    "an opaque access token": ({"access_token": "opaque"}, TokenMixedUp),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "error"), ANSWERS.values(), ids=ANSWERS.keys())
def test_tokens_that_do_not_belong_together_give_no_session(
    rig: Rig, changes: dict[str, Any], error: type[Exception]
) -> None:
    begun = rig.begin()
    nonce = rig.pending.rows[digest(begun.state)].nonce
    if error is TokenMixedUp:
        changes = {"id_token": id_token(nonce=nonce, access_token=changes["access_token"])} | changes
    rig.okta.answer = token_answer(**({"id_token": id_token(nonce=nonce)} | changes))
    with pytest.raises(error) as refusal:
        rig.end(begun)
    assert rig.store.rows == {}
    assert "eyJ" not in str(refusal.value)


@pytest.mark.parametrize(
    "failure", [OktaRefused("invalid_grant", "expired"), OktaUnavailable("429"), KeysUnavailable("no keys")]
)
def test_what_okta_says_at_the_exchange_is_passed_on(rig: Rig, failure: Any) -> None:
    begun = rig.begin()
    rig.okta.answer = failure
    with pytest.raises(type(failure)):
        rig.end(begun)
    assert rig.store.rows == {}


def test_while_the_store_is_down_nothing_is_exchanged(rig: Rig) -> None:
    begun = rig.begin()
    rig.pending.broken = DOWN
    with pytest.raises(StoreUnavailable):
        rig.end(begun)
    rig.assert_nothing_happened()


def test_each_sign_in_has_a_session_id_of_its_own(rig: Rig) -> None:
    """RFC 6265bis; OWASP, session fixation: the id is new at each sign-in, whatever the browser had before."""
    ids = {rig.end(rig.begin()).session_id for _ in range(5)}
    assert len(ids) == 5
    assert all(len(one) >= 43 for one in ids)


def test_parsed_parameters_hide_the_code(rig: Rig) -> None:
    assert "s3cret" not in repr(rig.callback.parse({"state": ["s3cret"], "code": ["s3cret"]}))
