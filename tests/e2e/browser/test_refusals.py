"""What a person sees when Okta says no: a page that says what happened and whom to ask, and a way to go on."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from devkit.stack.seeds import WEB_APP
from tests.e2e.browser.complaints import Complaints
from tests.e2e.browser.conftest import Sites
from tests.e2e.browser.gateway_site import Plan, Site
from tests.e2e.browser.walking import ADA, SAM, UMA, ask, ask_token, begin, call_api, choose, fact, heading, sign_in

LONGER_THAN_A_TOKEN = 3600 + 600
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


BOTH_KINDS = pytest.mark.parametrize("org_server", [False, True], ids=["custom server", "org server"])


@pytest.fixture
def org_server() -> bool:
    """Whether it is the org's own authorization server."""
    return False


@pytest.fixture
def site(sites: Sites, org_server: bool) -> Iterator[Site]:
    site = sites(Plan(org_server=org_server))
    yield site
    site.tell_okta("deviations", refusal=None)
    site.tell_okta("faults", path="all", fault=None)


@BOTH_KINDS
def test_a_user_who_is_not_assigned_is_told_whom_to_ask(page: Page, site: Site, complaints: Complaints) -> None:
    page.goto(site.link("/oauth2/"))
    begin(page)
    choose(page, UMA)
    expect(heading(page)).to_have_text("You may not use this application")
    assert "Ask your Okta administrator" in page.inner_text("main")
    assert fact(page, "Error code") == "okta_user_not_assigned"
    assert UUID.fullmatch(fact(page, "Correlation id"))
    assert not [cookie for cookie in page.context.cookies(site.url) if "okta-gateway" in cookie["name"]]
    complaints.expect("status of 403")


@BOTH_KINDS
def test_a_person_who_cancels_at_okta_can_start_again(page: Page, site: Site, complaints: Complaints) -> None:
    page.goto(site.link("/oauth2/"))
    begin(page)
    page.get_by_role("button", name="Cancel").click()
    expect(heading(page)).to_have_text("Sign-in was stopped")
    complaints.expect("status of 403")
    page.get_by_role("link", name="Start again").click()
    choose(page, ADA)
    expect(heading(page)).to_have_text("You are signed in")


@pytest.mark.parametrize(
    ("error", "description", "title"),
    [
        ("access_denied", "Policy evaluation failed for this request.", "Okta's access policy refused this"),
        ("invalid_scope", "One or more scopes are not configured.", "A scope does not exist at Okta"),
        ("temporarily_unavailable", "Later.", "Okta is busy"),
        ("something_new", "<script>alert(1)</script><b>bold</b>", "Okta did not let you in"),
    ],
)
def test_what_okta_refuses_is_explained(
    page: Page, site: Site, complaints: Complaints, error: str, description: str, title: str
) -> None:
    refusal = {"path": "authorize", "error": error, "error_description": description}
    site.tell_okta("deviations", refusal=refusal)
    page.goto(site.link("/oauth2/"))
    begin(page)
    expect(heading(page)).to_have_text(title)
    assert description in fact(page, "Okta said")
    assert page.locator("main b").count() == 0
    complaints.expect("status of")


def test_an_outage_of_okta_says_try_again_and_a_second_try_works(
    page: Page, site: Site, complaints: Complaints
) -> None:
    page.goto(site.link("/oauth2/"))
    begin(page)
    site.tell_okta("faults", path="token", fault="outage")
    choose(page, ADA)
    expect(heading(page)).to_have_text("Please try again")
    assert fact(page, "Error code") == "okta_unavailable"
    complaints.expect("status of 503")
    site.tell_okta("faults", path="token", fault=None)
    page.get_by_role("link", name="Start again").click()
    expect(heading(page)).to_have_text("You are signed in")


@BOTH_KINDS
def test_an_outage_of_okta_does_not_end_a_session(page: Page, site: Site, complaints: Complaints) -> None:
    sign_in(page, site)
    site.clock.forward(LONGER_THAN_A_TOKEN)
    site.tell_okta("faults", path="token", fault="outage")
    assert call_api(page).status == 503
    complaints.expect("status of 503")
    site.tell_okta("faults", path="token", fault=None)
    assert call_api(page).status == 200


@BOTH_KINDS
def test_whom_okta_deactivates_is_out_at_the_next_renewal(page: Page, site: Site, complaints: Complaints) -> None:
    sign_in(page, site, SAM)
    site.tell_okta(f"users/{SAM}", active=False)
    try:
        site.clock.forward(LONGER_THAN_A_TOKEN)
        assert ask_token(page, site).json["error"] == "session_ended"
        assert ask(page, site.link("/oauth2/session")).status == 401
    finally:
        site.tell_okta(f"users/{SAM}", active=True)
    complaints.expect("status of 401")
    page.reload()
    expect(heading(page)).to_have_text("Not signed in")


def test_an_address_that_okta_does_not_know_is_refused_at_okta(page: Page, site: Site, complaints: Complaints) -> None:
    wrong = site.url.replace("localhost", "127.0.0.1")
    page.goto(f"{wrong}/oauth2/login/okta")
    expect(heading(page)).to_have_text("Sign in")  # GATEWAY_URL decides what is sent to Okta, and no Host header
    assert f"client_id={WEB_APP.client_id}" in page.url
    assert "redirect_uri=http%3A%2F%2Flocalhost" in page.url


def test_a_sign_in_that_begins_at_another_host_than_gateway_url_ends_on_a_readable_page(
    page: Page, site: Site, complaints: Complaints
) -> None:
    page.goto(site.url.replace("localhost", "127.0.0.1") + "/oauth2/login/okta")
    choose(page, ADA)
    assert fact(page, "Error code") == "state_unknown"
    complaints.expect("status of 400")


@pytest.mark.parametrize("unreachable", ["/oauth2/session/token", "/api/servers"])
def test_a_call_that_gets_no_answer_is_said_on_the_page(
    page: Page, site: Site, complaints: Complaints, unreachable: str
) -> None:
    sign_in(page, site)
    page.route(site.link(unreachable), lambda route: route.abort())
    page.get_by_role("button", name="GET").click()
    expect(page.get_by_role("status")).to_contain_text("Failed to fetch")
    complaints.expect("net::ERR_FAILED")


def test_a_call_to_another_host_is_stopped_by_the_browser_and_said_on_the_page(
    page: Page, site: Site, complaints: Complaints
) -> None:
    """What a person types into the form must not take the token elsewhere."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, site)
    page.get_by_label("Path").fill(f"//{site.okta.removeprefix('http://')}/oauth2/v1/keys")
    asked.clear()
    page.get_by_role("button", name="GET").click()
    expect(page.get_by_role("status")).to_contain_text("Failed to fetch")
    assert asked == [site.link("/oauth2/session/token")]
    complaints.expect("connect-src", "Refused to connect")
