"""The page /api/iam/docs in a browser: it shows the whole API, and asks nobody for anything."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser.chromium import running_chromium
from tests.e2e.browser.complaints import Complaints
from tests.e2e.iam.conftest import Site

PATIENCE = 20_000  # milliseconds


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ended with the module: while it runs, Playwright keeps an event loop running in the main thread."""
    with running_chromium() as chromium:
        yield chromium


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def test_the_page_shows_every_route_without_any_request(site: Site, page: Page) -> None:
    complaints, asked = Complaints(page.context), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.url}/api/iam/docs")
    expect(page.locator(".opblock").first).to_be_visible(timeout=PATIENCE)
    document = site.ask("GET", "/api/iam/openapi.json").json()
    routes = sum(len(operations) for operations in document["paths"].values())
    expect(page.locator(".opblock")).to_have_count(routes, timeout=PATIENCE)
    expect(page.get_by_role("heading", name=document["info"]["title"])).to_be_visible()
    assert page.title() == document["info"]["title"]
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [f"{site.url}/api/iam/docs"]
    page.evaluate("0")  # what the browser has said by now has been heard after this
    assert complaints.open == []


def test_a_route_opens_and_shows_its_answers(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/api/iam/docs")
    page.locator(".opblock-summary", has_text="/api/iam/whoami").click()
    expect(page.locator(".opblock.is-open .responses-table").first).to_contain_text("200")
