"""A new person's walk: sign in, call the API, outlive the token, sign out, be refused; at each kind of gateway."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.complaints import Complaints
from tests.e2e.browser.conftest import Sites
from tests.e2e.browser.gateway_site import Plan, Site
from tests.e2e.browser.walking import (
    ADA,
    ask,
    ask_api,
    ask_token,
    begin,
    call_api,
    choose,
    fact,
    heading,
    sign_in,
    sign_out,
    token_requests,
)

PLANS = [
    pytest.param(Plan(), id="custom server"),
    pytest.param(Plan(org_server=True), id="org server"),
    pytest.param(Plan(stage_in_path=True), id="custom server, stage in path"),
    pytest.param(Plan(org_server=True, stage_in_path=True, https=True), id="org server, stage in path, https"),
]
LONGER_THAN_A_TOKEN = 3600 + 600


@pytest.fixture(params=PLANS)
def site(request: pytest.FixtureRequest, sites: Sites) -> Site:
    return sites(request.param)


def test_a_person_signs_in_and_lands_where_they_wanted_to_go(page: Page, site: Site) -> None:
    page.goto(site.link("/oauth2/login/okta?redirect_uri=/oauth2/?from=walk"))
    choose(page, ADA)
    expect(page).to_have_url(site.link("/oauth2/?from=walk"))
    expect(heading(page)).to_have_text("You are signed in")
    assert fact(page, "Name") == ADA
    assert "registry-admins" in fact(page, "Groups")
    assert "mcp:servers:read" in fact(page, "Scopes")


def test_a_person_who_follows_the_page_comes_back_to_it(page: Page, site: Site) -> None:
    sign_in(page, site)
    expect(page).to_have_url(site.link("/oauth2/"))
    told = ask(page, site.link("/oauth2/session")).json
    assert told["username"] == ADA


def test_a_page_of_the_gateway_calls_the_api_and_outlives_the_token(
    page: Page, site: Site, complaints: Complaints
) -> None:
    sign_in(page, site)
    first = ask_token(page, site).json["access_token"]
    assert ask_api(page, site, first).json["you"]["X-Username"] == ADA
    site.clock.forward(LONGER_THAN_A_TOKEN)
    assert ask_api(page, site, first).status == 401
    complaints.expect("status of 401")
    asked_before = token_requests(site.okta)
    second = ask_token(page, site).json["access_token"]
    assert second != first
    assert ask_api(page, site, second).status == 200
    assert token_requests(site.okta) == asked_before + 1
    assert ask_token(page, site).json["access_token"] == second
    assert token_requests(site.okta) == asked_before + 1


def test_sign_out_ends_the_session_here_and_at_okta(page: Page, site: Site, complaints: Complaints) -> None:
    sign_in(page, site)
    sign_out(page)
    expect(page).to_have_url(re.compile(re.escape(site.link("/oauth2/?state="))))
    expect(heading(page)).to_have_text("Not signed in")
    assert ask(page, site.link("/oauth2/session")).status == 401
    assert ask_token(page, site).json["error"] == "session_missing"
    complaints.expect("status of 401")
    begin(page)
    expect(heading(page)).to_have_text("Sign in")  # at Okta, which asks again
    assert page.url.startswith(site.okta)


def test_a_stolen_cookie_is_worth_nothing_after_sign_out(page: Page, site: Site, complaints: Complaints) -> None:
    sign_in(page, site)
    stolen = [cookie for cookie in page.context.cookies(site.url) if cookie["name"].endswith("okta-gateway-session")]
    assert len(stolen) == 1
    sign_out(page)
    expect(heading(page)).to_have_text("Not signed in")
    name, value = stolen[0]["name"], stolen[0]["value"]
    page.context.add_cookies([{"name": name, "value": value, "url": site.origin}])
    assert value in {cookie["value"] for cookie in page.context.cookies(site.url)}
    assert ask_token(page, site).status == 401
    complaints.expect("status of 401")


def test_the_cookies_are_those_of_the_scheme(page: Page, site: Site) -> None:
    sign_in(page, site)
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies(site.url)}
    name = "__Host-okta-gateway-session" if site.plan.https else "okta-gateway-session"
    ours = {cookie_name for cookie_name in cookies if "okta-gateway" in cookie_name}
    assert ours == {name}  # the attempt's own cookie is gone
    assert (cookies[name]["httpOnly"], cookies[name]["sameSite"]) == (True, "Lax")
    assert cookies[name]["secure"] is site.plan.https
    assert page.evaluate("document.cookie") == ""


@pytest.mark.parametrize("org_server", [False, True], ids=["custom server", "org server"])
def test_the_page_on_a_laptop_calls_the_api_by_a_button(page: Page, sites: Sites, org_server: bool) -> None:
    site = sites(Plan(org_server=org_server))
    sign_in(page, site)
    assert call_api(page).json["you"]["X-Username"] == ADA
    site.clock.forward(LONGER_THAN_A_TOKEN)
    assert call_api(page).status == 200
