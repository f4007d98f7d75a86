"""What is made of an answer that says it has tokens."""

import json
from typing import Any

import httpx
import pytest

from okta_gateway.okta import oauth
from okta_gateway.okta.oauth import OktaOAuth, TokenAnswer
from tests.tokens import ABSENT, FakeClock
from tests.unit.okta.asking import (
    ASKING,
    CODE,
    CUSTOM,
    REDIRECT_URI,
    REFRESH_TOKEN,
    SECRET,
    TOKENS,
    VERIFIER,
    Okta,
    asked,
    body,
    client,
    tokens,
    unavailable,
)


def test_an_answer_with_everything_is_read() -> None:
    assert client(tokens()).exchange_code(CODE, VERIFIER, REDIRECT_URI) == TokenAnswer(
        access_token="an.access.token",
        id_token="an.id.token",
        refresh_token="a-refresh-token",
        expires_in=3600.0,
        scope="openid profile offline_access",
    )


@pytest.mark.parametrize("nothing", [ABSENT, None], ids=["absent", "null"])
def test_what_may_be_missing_may_be_missing(nothing: Any) -> None:
    answer = client(tokens(id_token=nothing, refresh_token=nothing, scope=nothing)).refresh(REFRESH_TOKEN)
    assert (answer.id_token, answer.refresh_token, answer.scope) == (None, None, "")


@pytest.mark.parametrize(
    "answer",
    [
        tokens(token_type="bearer"),
        tokens(token_type="BEARER"),
        tokens(expires_in=3600.0),
        tokens(unknown={"a": 1}),
        body(json.dumps(TOKENS), content_type="application/json;charset=UTF-8"),
        body(json.dumps(TOKENS), content_type="Application/JSON"),
        body(b" \r\n" + json.dumps(TOKENS).encode()),
    ],
    ids=["bearer", "BEARER", "a fraction", "an unknown member", "a charset", "a media type in capitals", "white space"],
)
def test_what_the_rfc_leaves_open_is_accepted(answer: httpx.Response) -> None:
    assert client(answer).refresh(REFRESH_TOKEN).access_token == "an.access.token"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (tokens(access_token=ABSENT), "it has no access_token"),
        (tokens(access_token=None), "it has no access_token"),
        (tokens(access_token=""), "access_token is not a string of printable characters"),
        (tokens(access_token=7), "access_token is not a string of printable characters"),
        (tokens(access_token="a\nb"), "access_token is not a string of printable characters"),
        (tokens(access_token="ä"), "access_token is not a string of printable characters"),
        (tokens(id_token=["x"]), "id_token is not a string of printable characters"),
        (tokens(refresh_token=""), "refresh_token is not a string of printable characters"),
        (tokens(scope=["openid"]), "scope is not a string"),
        (tokens(token_type=ABSENT), "token_type is not Bearer; untick 'Require DPoP'"),
        (tokens(token_type="DPoP"), "token_type is not Bearer; untick 'Require DPoP'"),
        (tokens(token_type="N_A"), "token_type is not Bearer; untick 'Require DPoP'"),
        (tokens(token_type=["Bearer"]), "token_type is not Bearer; untick 'Require DPoP'"),
        (tokens(expires_in=ABSENT), "expires_in is missing or no number of seconds"),
        (tokens(expires_in="3600"), "expires_in is missing or no number of seconds"),
        (tokens(expires_in=True), "expires_in is missing or no number of seconds"),
        (tokens(expires_in=0), "expires_in is missing or no number of seconds"),
        (tokens(expires_in=-1), "expires_in is missing or no number of seconds"),
        (body(json.dumps(TOKENS).replace("3600", "1e999")), "expires_in is missing or no number of seconds"),
        (body(json.dumps(TOKENS).replace("3600", "NaN")), "the answer is not strict JSON"),
        (body(json.dumps(TOKENS)[:-1] + ', "access_token": "another"}'), "the answer is not strict JSON"),
        (body(json.dumps(TOKENS)[:-20]), "the answer is not strict JSON"),
        (body(json.dumps([TOKENS])), "the answer is not a JSON object"),
        (body(b""), "the answer is not strict JSON"),
        (body(b"\xff\xfe"), "the answer is not strict JSON"),
        (body(json.dumps(TOKENS), content_type="text/html"), "it is not application/json"),
        (httpx.Response(200, content=json.dumps(TOKENS)), "it is not application/json"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_success_that_is_none_means_that_okta_is_unavailable(answer: httpx.Response, why: str) -> None:
    told = unavailable(client(answer))
    assert told.startswith(f"{CUSTOM.issuer}/v1/token gave no tokens: {why}")
    assert "an.access.token" not in told


@pytest.mark.parametrize(("size", "fits"), [(oauth.MAX_ANSWER_BYTES, True), (oauth.MAX_ANSWER_BYTES + 1, False)])
def test_an_answer_has_a_largest_size(size: int, fits: bool) -> None:
    okta = client(body(json.dumps(TOKENS).ljust(size)))
    if fits:
        assert okta.refresh(REFRESH_TOKEN).expires_in == 3600
    else:
        assert "gave no answer: more than 262144 bytes" in unavailable(okta)


def test_a_compressed_answer_is_not_unpacked() -> None:
    assert asked(ASKING["refresh"])[0].headers["Accept-Encoding"] == "identity"
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"\x1f\x8b"))
    assert "it is compressed" in unavailable(client(answer))


@pytest.mark.parametrize(("seconds", "in_time"), [(8.0, True), (8.1, False)])
def test_an_answer_has_to_end_in_time(seconds: float, in_time: bool) -> None:
    clock = FakeClock()

    class Slow(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            clock.advance(seconds)
            yield json.dumps(TOKENS).encode()

    answer = httpx.Response(200, headers={"Content-Type": "application/json"}, stream=Slow())
    okta = OktaOAuth(CUSTOM, "0oa1", SECRET, transport=Okta(answer), clock=clock)
    if in_time:
        assert okta.refresh(REFRESH_TOKEN).expires_in == 3600
    else:
        assert "gave no answer: it took longer than 8 s" in unavailable(okta)


def test_revoking_needs_no_body() -> None:
    ASKING["revoke"](client(httpx.Response(200)))
