"""One browser and one gateway of each kind for all walks; each test has a browser profile of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.browser.chromium import running_chromium
from tests.e2e.browser.complaints import Complaints
from tests.e2e.browser.gateway_site import Plan, Site, running_site

PATIENCE = 10_000  # milliseconds

type Sites = Callable[[Plan], Site]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ended with the module: while it runs, Playwright keeps an event loop running in the main thread."""
    with running_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def sites(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Gateways by plan, each started when the first test needs it."""
    running: dict[Plan, Site] = {}
    with ExitStack() as parts:

        def of(plan: Plan) -> Site:
            if plan not in running:
                running[plan] = parts.enter_context(running_site(tmp_path_factory.mktemp("site"), plan))
            return running[plan]

        yield of


@pytest.fixture
def site(sites: Sites) -> Site:
    return sites(Plan())


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(ignore_https_errors=True)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[Complaints]:
    complaints = Complaints(context)
    yield complaints
    for page in context.pages:
        page.evaluate("0")  # what the browser has said by now has been heard after this
    assert complaints.open == []


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Page:
    return context.new_page()
