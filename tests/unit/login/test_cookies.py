"""The cookies of sign-in: what the browser is told, and which of what it sends back counts."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_gateway.login.cookies import ATTEMPT_SECONDS, Cookies, digest, new_secret

HTTPS, HTTP = Cookies(plain_http=False), Cookies(plain_http=True)
SESSION, STATE, SECRET = "okta-gateway-session", "the-state", "the-secret"
ATTEMPT = "okta-gateway-login-" + hashlib.sha256(STATE.encode()).hexdigest()[:12]


def attributes(cookie: str) -> tuple[str, set[str]]:
    pair, *rest = cookie.split("; ")
    assert len(rest) == len(set(rest))
    return pair, set(rest)


@pytest.mark.parametrize(
    ("cookie", "name", "value", "max_age"),
    [
        ("session", SESSION, SECRET, 28800),
        ("no session", SESSION, "", 0),
        ("attempt", ATTEMPT, SECRET, ATTEMPT_SECONDS),
        ("no attempt", ATTEMPT, "", 0),
    ],
)
@pytest.mark.parametrize("plain_http", [False, True], ids=["https", "http"])
def test_a_cookie_is_bound_to_this_host_and_kept_from_scripts(
    cookie: str, name: str, value: str, max_age: int, plain_http: bool
) -> None:
    cookies = Cookies(plain_http=plain_http)
    written = {
        "session": cookies.set_session(SECRET, 28800),
        "no session": cookies.clear_session(),
        "attempt": cookies.set_attempt(STATE, SECRET),
        "no attempt": cookies.clear_attempt(STATE),
    }
    pair, found = attributes(written[cookie])
    assert pair == f"{'' if plain_http else '__Host-'}{name}={value}"
    assert found == {f"Max-Age={max_age}", "Path=/", "HttpOnly", "SameSite=Lax"} | (set() if plain_http else {"Secure"})


@pytest.mark.parametrize("cookies", [HTTPS, HTTP], ids=["https", "http"])
def test_what_was_set_is_what_is_read(cookies: Cookies) -> None:
    headers = [cookie.split(";")[0] for cookie in (cookies.set_session("one", 9), cookies.set_attempt(STATE, "two"))]
    assert (cookies.session_id(headers), cookies.attempt_secret(STATE, headers)) == ("one", "two")


def test_two_attempts_do_not_disturb_each_other() -> None:
    header = "; ".join(HTTPS.set_attempt(state, f"{state}-secret").split(";")[0] for state in ("first", "second"))
    assert HTTPS.attempt_secret("first", [header]) == "first-secret"
    assert HTTPS.attempt_secret("second", [header]) == "second-secret"
    assert HTTPS.attempt_secret("third", [header]) is None
    assert HTTPS.clear_attempt("first").split("=")[0] != HTTPS.clear_attempt("second").split("=")[0]


NAME = f"__Host-{SESSION}"


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ([], None),
        ([""], None),
        ([";;  ;"], None),
        ([NAME], None),
        ([f"{NAME}="], None),
        ([f"{NAME}=x"], "x"),
        ([f"  {NAME}=x  "], "x"),
        ([f"theme=dark; {NAME}=x; _ga=GA1.2; empty"], "x"),
        ([f"theme=dark;{NAME}=x;lang=en"], "x"),
        (["theme=dark", f"{NAME}=x"], "x"),
        ([f"{NAME}=a=b=="], "a=b=="),
        ([f"{NAME}=x; {NAME}=x"], "x"),
        ([f"{NAME}=x; {NAME}=y"], None),
        ([f"{NAME}=x", f"{NAME}=y"], None),
        ([f"{NAME}=x; {NAME}="], None),
        ([f"{SESSION}=planted"], None),
        ([f"{SESSION}=planted; {NAME}=x"], "x"),
        ([f"{NAME.lower()}=planted; {NAME}=x"], "x"),
        ([f"{NAME}2=planted"], None),
        ([f"x{NAME}=planted"], None),
        ([f"theme={NAME}=planted"], None),
        ([f"{NAME}={'x' * 128}"], "x" * 128),
        ([f"{NAME}={'x' * 129}"], None),
        ([f"{NAME}={'x' * 100_000}"], None),
    ],
)
def test_only_one_cookie_of_the_exact_name_and_of_sensible_length_counts(headers: list[str], found: str | None) -> None:
    assert HTTPS.session_id(headers) == found


def test_over_http_the_cookie_of_https_is_not_read() -> None:
    assert HTTP.session_id([f"{NAME}=x"]) is None
    assert HTTP.session_id([f"{SESSION}=x"]) == "x"


def test_half_a_surrogate_pair_is_no_value_of_ours() -> None:
    """JSON can carry it (RFC 8259, section 8.2), UTF-8 cannot: the digest would fail on it."""
    assert HTTPS.session_id([f"{NAME}=\ud800"]) is None


@given(headers=st.lists(st.text(max_size=40), max_size=3), prefix=st.sampled_from(["", f"{NAME}="]))
def test_no_header_breaks_reading(headers: list[str], prefix: str) -> None:
    found = HTTPS.session_id([prefix + header for header in headers])
    assert found is None or digest(found)


def test_a_secret_is_256_random_bits_in_43_characters_that_fit_everywhere() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    for secret in secrets:
        # RFC 7636, section 4.1: 43 to 128 of the unreserved characters.
        assert len(secret) == 43
        assert set(secret) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_the_digest_is_sha_256() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
