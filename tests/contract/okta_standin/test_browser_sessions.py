"""The stand-in's session with a browser: when a sign-in is silent, and when it is asked for again."""

import re

import pytest

from tests.contract.conftest import Clock
from tests.contract.okta_standin.browser import (
    ADA,
    PASSWORD,
    PAT,
    Browser,
    browser,
    change_user,
    redeem,
    result_of,
)
from tests.contract.okta_standin.standin_client import CUSTOM, claims_of

SERVERS = pytest.mark.parametrize("server", ["org", CUSTOM])
DENIED = ("access_denied", "The resource owner or authorization server denied the request.")


@SERVERS
def test_a_second_sign_in_is_silent_on_every_server(person: Browser, server: str) -> None:
    person.sign_in(ADA)
    assert "code" in result_of(person.authorize(server))
    assert "code" in result_of(person.authorize(server, prompt="none"))


def test_the_session_belongs_to_one_browser(person: Browser) -> None:
    person.sign_in(ADA)
    with browser(person.okta) as other:
        assert not other.is_signed_in()


def test_the_session_cookies_are_out_of_reach_for_scripts_and_one_crosses_sites(person: Browser) -> None:
    cookies = person.sign_in(ADA).headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "Path=/;" in cookie
    assert [re.findall("Secure|SameSite=[a-z]+", cookie) for cookie in cookies] == [
        ["SameSite=none", "Secure"],
        ["SameSite=lax"],
    ]


@pytest.mark.parametrize("cookie", ["idx", "sid"])
def test_each_cookie_alone_carries_the_session(person: Browser, cookie: str) -> None:
    value = person.sign_in(ADA).cookies[cookie]
    with browser(person.okta) as other:
        other.http.cookies.set(cookie, value)
        assert other.is_signed_in()


def test_a_session_ends_when_it_is_not_used(own_person: Browser, clock: Clock) -> None:
    own_person.sign_in(ADA)
    clock.now += 7000
    assert own_person.is_signed_in()
    clock.now += 7000
    assert own_person.is_signed_in()
    clock.now += 7300
    assert not own_person.is_signed_in()


def test_prompt_login_asks_again_and_the_person_may_be_another(person: Browser) -> None:
    person.sign_in(ADA)
    page = person.authorize(prompt="login")
    code = result_of(person.fill_in(page, user=PAT))["code"]
    assert claims_of(redeem(person.okta, code).json()["access_token"])["sub"] == PAT


@pytest.mark.parametrize(
    ("max_age", "age", "silent"),
    [("60", 59, True), ("60", 61, False), ("0", 0, False)],
    ids=["recent", "too old", "zero"],
)
def test_max_age_asks_again_when_the_sign_in_is_older(
    own_person: Browser, clock: Clock, max_age: str, age: int, silent: bool
) -> None:
    own_person.sign_in(ADA)
    clock.now += age
    result = result_of(own_person.authorize(max_age=max_age, prompt="none"))
    assert ("code" in result) == silent
    assert result.get("error") == (None if silent else "login_required")
    if not silent:
        code = result_of(own_person.fill_in(own_person.authorize(max_age=max_age), user=ADA))["code"]
        assert claims_of(redeem(own_person.okta, code).json()["id_token"])["auth_time"] == int(clock.now)


def test_consent_is_asked_for_by_prompt_and_can_be_refused(person: Browser) -> None:
    page = person.sign_in(ADA, prompt="login consent")
    assert page.status_code == 200
    assert "offline_access" in page.text
    assert "code" in result_of(person.fill_in(page, "consent", action="allow"))
    page = person.authorize(prompt="consent")
    result = result_of(person.fill_in(page, "consent", action="cancel"))
    assert (result["error"], result["error_description"]) == DENIED


def test_consent_without_a_session_leads_to_the_sign_in_page(person: Browser) -> None:
    page = person.sign_in(ADA, prompt="consent")
    person.http.cookies.clear()
    again = person.fill_in(page, "consent", action="allow")
    assert "Username" in again.text


def test_a_deactivated_person_cannot_sign_in_any_more(own_person: Browser) -> None:
    own_person.sign_in(ADA)
    change_user(own_person.okta, ADA, active=False)
    assert not own_person.is_signed_in()
    for fields in ({"user": ADA}, {"login": ADA, "password": PASSWORD}):
        assert own_person.fill_in(own_person.authorize(), **fields).status_code == 403
    assert ADA not in own_person.authorize().text
