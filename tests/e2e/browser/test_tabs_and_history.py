"""Two tabs at once, and the back button: every page can be read, and nothing happens twice."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.browser.complaints import Complaints
from tests.e2e.browser.conftest import Sites
from tests.e2e.browser.gateway_site import Plan, Site
from tests.e2e.browser.walking import ADA, PAT, ask, ask_token, begin, choose, fact, heading, sign_in, sign_out


def begin_at(page: Page, site: Site, target: str) -> None:
    page.goto(site.link(f"/oauth2/login/okta?redirect_uri={target}"))
    expect(heading(page)).to_have_text("Sign in")


@pytest.mark.parametrize("last_begun_first", [False, True], ids=["in order", "the other way round"])
@pytest.mark.parametrize("org_server", [False, True], ids=["custom server", "org server"])
def test_two_tabs_with_an_attempt_each_both_end_well(
    context: BrowserContext, complaints: Complaints, sites: Sites, org_server: bool, last_begun_first: bool
) -> None:
    site = sites(Plan(org_server=org_server))
    tabs = {f"/oauth2/?tab={number}": context.new_page() for number in (1, 2)}
    for target, tab in tabs.items():
        begin_at(tab, site, target)
    for target, tab in sorted(tabs.items(), reverse=last_begun_first):
        choose(tab, ADA)
        expect(tab).to_have_url(site.link(target))
        expect(heading(tab)).to_have_text("You are signed in")
    for tab in tabs.values():
        assert ask_token(tab, site).status == 200


def test_the_answers_of_two_attempts_may_arrive_at_the_same_time(
    context: BrowserContext, complaints: Complaints, site: Site
) -> None:
    tabs = [context.new_page(), context.new_page()]
    for number, tab in enumerate(tabs):
        begin_at(tab, site, f"/oauth2/?tab={number}")
    for tab in tabs:
        tab.evaluate("name => document.querySelector(`button[value='${name}']`).click()", ADA)
    for number, tab in enumerate(tabs):
        expect(tab).to_have_url(site.link(f"/oauth2/?tab={number}"))
        assert ask_token(tab, site).status == 200


def test_in_a_second_tab_a_person_may_become_somebody_else(
    context: BrowserContext, complaints: Complaints, site: Site
) -> None:
    first, second = context.new_page(), context.new_page()
    sign_in(first, site, ADA)
    sign_out(first)
    expect(heading(first)).to_have_text("Not signed in")
    sign_in(second, site, PAT)
    first.reload()
    assert fact(first, "Name") == PAT


def test_sign_out_in_one_tab_is_known_in_the_other(context: BrowserContext, complaints: Complaints, site: Site) -> None:
    first, second = context.new_page(), context.new_page()
    sign_in(first, site)
    second.goto(site.link("/oauth2/"))
    sign_out(first)
    expect(heading(first)).to_have_text("Not signed in")
    second.get_by_role("button", name="GET").click()
    expect(second.get_by_role("status")).to_contain_text("401")
    complaints.expect("status of 401")
    second.get_by_role("link", name="Sign out").click()
    second.get_by_role("button", name="Sign out").click()
    expect(heading(second)).to_have_text("Not signed in")


def test_back_after_sign_in_shows_a_readable_page_and_changes_nothing(
    page: Page, site: Site, complaints: Complaints
) -> None:
    sign_in(page, site)
    session = ask(page, site.link("/oauth2/session")).text
    page.go_back()
    expect(heading(page)).to_have_text("This did not work")
    assert "already used" in page.inner_text("main")
    assert fact(page, "Error code") == "state_unknown"
    complaints.expect("status of 400")
    page.goto(site.link("/oauth2/"))
    assert ask(page, site.link("/oauth2/session")).text == session
    assert ask_token(page, site).status == 200


def test_from_the_page_that_back_leads_to_one_click_leads_on(page: Page, site: Site, complaints: Complaints) -> None:
    sign_in(page, site)
    page.go_back()
    complaints.expect("status of 400")
    page.get_by_role("link", name="Start again").click()
    expect(heading(page)).to_have_text("You are signed in")


def test_reloading_the_callback_is_refused_and_changes_nothing(page: Page, site: Site, complaints: Complaints) -> None:
    callbacks: list[str] = []
    page.on("request", lambda request: callbacks.append(request.url) if "/callback/okta" in request.url else None)
    sign_in(page, site)
    page.goto(callbacks[0])
    assert fact(page, "Error code") == "state_unknown"
    complaints.expect("status of 400")
    assert ask_token(page, site).status == 200


def test_back_after_sign_out_shows_nobody(page: Page, site: Site) -> None:
    sign_in(page, site)
    sign_out(page)
    expect(heading(page)).to_have_text("Not signed in")
    page.go_back()
    expect(heading(page)).to_have_text("Sign out?")
    page.go_back()
    expect(heading(page)).to_have_text("Not signed in")
    assert ADA not in page.content()


def test_signing_out_twice_ends_at_the_same_page(page: Page, site: Site) -> None:
    sign_in(page, site)
    sign_out(page)
    expect(heading(page)).to_have_text("Not signed in")
    page.go_back()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(site.link("/oauth2/"))
    begin(page)
    expect(heading(page)).to_have_text("Sign in")
