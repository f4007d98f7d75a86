"""Pages of other origins: one that ALLOWED_ORIGINS names may use the session, any other may not."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from devkit.serving import serve
from tests.e2e.browser.complaints import Complaints
from tests.e2e.browser.gateway_site import Plan, Site, running_site
from tests.e2e.browser.walking import ADA, ask, ask_token, choose, heading, sign_in

FORM = """<form method="post" action="{action}"><button>Win a prize</button></form>"""
NO_CORS = "blocked by CORS policy"


class Neighbourhood(NamedTuple):
    """A gateway and pages of other origins; localhost is the gateway's own site, 127.0.0.1 is another one."""

    site: Site
    allowed: str
    stranger: str
    allowed_on_another_site: str


async def _page(request: Request) -> HTMLResponse:
    return HTMLResponse("<!doctype html><title>A page</title><h1>A page of another origin</h1>")


@pytest.fixture(scope="module")
def neighbourhood(browser: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    pages = Starlette(routes=[Route("/{path:path}", _page)])
    with serve(pages) as one, serve(pages) as other:
        allowed, stranger = (address.replace("127.0.0.1", "localhost") for address in (one, other))
        settings = {"ALLOWED_ORIGINS": f"{allowed},{one}", "LOGIN_REDIRECTS": f"{allowed}/app"}
        with running_site(tmp_path_factory.mktemp("site"), Plan(settings=settings)) as site:
            yield Neighbourhood(site, allowed, stranger, one)


def test_an_allowed_page_signs_its_person_in_and_uses_the_session(page: Page, neighbourhood: Neighbourhood) -> None:
    site, app = neighbourhood.site, f"{neighbourhood.allowed}/app"
    page.goto(site.link(f"/oauth2/login/okta?redirect_uri={app}"))
    choose(page, ADA)
    expect(page).to_have_url(app)
    assert ask_token(page, site).json["token_type"] == "Bearer"
    session = ask(page, site.link("/oauth2/session"), credentials="include")
    assert session.json["username"] == ADA


def test_an_allowed_page_reads_why_there_is_no_session(
    page: Page, neighbourhood: Neighbourhood, complaints: Complaints
) -> None:
    page.goto(neighbourhood.allowed)
    assert ask_token(page, neighbourhood.site).json["error"] == "session_missing"
    complaints.expect("status of 401")


def test_a_page_of_another_origin_gets_neither_session_nor_token(
    page: Page, neighbourhood: Neighbourhood, complaints: Complaints
) -> None:
    sign_in(page, neighbourhood.site)
    page.goto(neighbourhood.stranger)
    assert ask_token(page, neighbourhood.site).status == 0
    session = ask(page, neighbourhood.site.link("/oauth2/session"), credentials="include")
    assert session.status == 0
    complaints.expect(NO_CORS)
    complaints.expect("net::ERR_FAILED")


def test_a_request_that_needs_no_preflight_is_refused_by_its_origin(
    page: Page, neighbourhood: Neighbourhood, complaints: Complaints
) -> None:
    """Form types need none; the answer would be hidden, but renewing would not."""
    sign_in(page, neighbourhood.site)
    page.goto(neighbourhood.stranger)
    address = neighbourhood.site.link("/oauth2/session/token")
    with page.expect_response(address) as answered:
        ask(
            page,
            address,
            method="POST",
            mode="no-cors",
            credentials="include",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    assert answered.value.status == 403
    complaints.expect("status of 403")


def test_a_page_of_another_site_does_not_even_send_the_cookie(
    page: Page, neighbourhood: Neighbourhood, complaints: Complaints
) -> None:
    sign_in(page, neighbourhood.site)
    page.goto(neighbourhood.allowed_on_another_site)
    assert ask_token(page, neighbourhood.site).status == 403
    session = ask(page, neighbourhood.site.link("/oauth2/session"), credentials="include")
    assert session.json["error"] == "session_missing"
    complaints.expect("status of 403", "status of 401")


@pytest.mark.parametrize("neighbour", ["stranger", "allowed_on_another_site"])
def test_no_other_page_can_sign_anybody_out_by_a_form(
    page: Page, neighbourhood: Neighbourhood, complaints: Complaints, neighbour: str
) -> None:
    site = neighbourhood.site
    sign_in(page, site)
    page.goto(getattr(neighbourhood, neighbour))
    page.set_content(FORM.format(action=site.link("/oauth2/logout/okta")))
    page.get_by_role("button").click()
    expect(heading(page)).to_have_text("This did not work")
    complaints.expect("status of 403")
    page.goto(site.link("/oauth2/"))
    expect(heading(page)).to_have_text("You are signed in")


def test_no_other_page_can_hold_the_sign_out_page_in_a_frame(
    page: Page, neighbourhood: Neighbourhood, complaints: Complaints
) -> None:
    sign_in(page, neighbourhood.site)
    page.goto(neighbourhood.stranger)
    page.set_content(f'<iframe src="{neighbourhood.site.link("/oauth2/logout/okta")}"></iframe>')
    expect(page.frame_locator("iframe").get_by_role("button", name="Sign out")).to_have_count(0)
    page.wait_for_function("performance.getEntriesByType('resource').some(entry => entry.name.includes('/logout/'))")
    complaints.expect("frame-ancestors")
