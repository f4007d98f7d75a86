"""Cookies: any header gives our cookie's value as a browser would have sent it, or nothing."""

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from okta_gateway.login.cookies import Cookies, new_secret
from tests.fuzz.hostile_text import TEXT, edited
from tests.fuzz.rounds import fuzzed
from tests.unit.login.routing import SESSION_COOKIE, attempt_cookie

COOKIES = Cookies(plain_http=False)
SECRET = new_secret()
GOOD = f"{SESSION_COOKIE}=the-session"
HEADERS = [
    GOOD,
    f"a=b; {GOOD}; c",
    f"{GOOD}; {GOOD}",
    f"{GOOD}; {SESSION_COOKIE}=another",
    f"{attempt_cookie('s')}=x",
    "",
]
# White space to Python and not to RFC 6265bis, section 5.6, which knows space and tab only.
OTHER_WHITE_SPACE = [
    "\x0b",
    "\x0c",
    "\x1c",
    "\x1d",
    "\x1e",
    "\x1f",
    "\x85",
    "\xa0",
    "\u1680",
    "\u2000",
    "\u2028",
    "\u3000",
]


def values_of(name: str, headers: list[str]) -> set[str]:
    """The values under a name, taken apart as RFC 6265bis says and not as Python strips."""
    pairs = [pair.strip(" \t") for header in headers for pair in header.split(";")]
    return {pair[len(name) + 1 :] for pair in pairs if pair.startswith(f"{name}=")}


@fuzzed
@given(st.lists(edited(st.sampled_from(HEADERS)) | TEXT, max_size=4))
@example([f"{SESSION_COOKIE}=", GOOD])
@example([f"{SESSION_COOKIE}={'x' * 129}"])
@example([f"{SESSION_COOKIE}=\u00fc"])
def test_a_session_id_is_the_one_value_of_the_one_cookie(headers: list[str]) -> None:
    if any(space in header for header in headers for space in [*OTHER_WHITE_SPACE, "\n", "\r"]):
        return  # test_only_a_cookie_of_exactly_our_name_counts has those
    found = COOKIES.session_id(headers)
    event("found" if found else "nothing")
    if found is not None:
        assert {found} == values_of(SESSION_COOKIE, headers)
        assert found.isascii()
        assert 0 < len(found) <= 128


@fuzzed
@given(TEXT.filter(lambda text: text.isprintable()), st.lists(edited(st.sampled_from(HEADERS)), max_size=3))
def test_an_attempt_is_found_by_its_own_state_only(state: str, headers: list[str]) -> None:
    own = COOKIES.set_attempt(state, SECRET).partition(";")[0]
    assert COOKIES.attempt_secret(state, [own]) == SECRET
    found = COOKIES.attempt_secret(state, headers)
    assert found is None or state == "s"


@pytest.mark.parametrize("space", OTHER_WHITE_SPACE, ids=ascii)
def test_only_a_cookie_of_exactly_our_name_counts(space: str) -> None:
    """A neighbour on another subdomain may set such a cookie for us, since to the browser it has no `__Host-` prefix.

    PortSwigger 2025, "Cookie Chaos: How to bypass __Host and __Secure cookie prefixes".
    """
    assert COOKIES.session_id([f"a=b; {space}{SESSION_COOKIE}=of-mallory"]) is None
    assert COOKIES.session_id([f"{space}{SESSION_COOKIE}=of-mallory; {GOOD}"]) == "the-session"
