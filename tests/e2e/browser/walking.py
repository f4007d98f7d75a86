"""What a person does in a browser, step by step, and what a page's script can do there."""

import json
import re
from typing import Any, NamedTuple

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser.gateway_site import Site

ADA, PAT, SAM, UMA = "ada@example.com", "pat@example.com", "sam@example.com", "uma@example.com"
PASSWORD = "local-password-not-for-production"
MOST_TABS = 30
_FETCH = """async ([address, options]) => {
  try { const answer = await fetch(address, options); return [answer.status, await answer.text()]; }
  catch (error) { return [0, String(error)]; }
}"""


class Answer(NamedTuple):
    """What a script got; status 0 stands for nothing that it may read."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def sign_in(page: Page, site: Site, login: str = ADA) -> None:
    """From the gateway's page to Okta and back."""
    page.goto(site.link("/oauth2/"))
    begin(page)
    choose(page, login)
    expect(heading(page)).to_have_text("You are signed in")


def begin(page: Page) -> None:
    page.get_by_role("link", name="Sign in with Okta").click()


def choose(page: Page, login: str) -> None:
    """Say at Okta who it is."""
    expect(heading(page)).to_have_text("Sign in")
    page.get_by_role("button", name=login).click()


def sign_out(page: Page) -> None:
    """From the signed-in page to Okta and back; without scripts, Okta's part needs a click."""
    page.get_by_role("link", name="Sign out").click()
    expect(heading(page)).to_have_text("Sign out?")
    page.get_by_role("button", name="Sign out").click()


def call_api(page: Page) -> Answer:
    """Press the laptop page's button; what the page shows then."""
    shown = page.get_by_role("status")
    page.evaluate("document.getElementById('answer').textContent = ''")
    page.get_by_role("button", name="GET").click()
    expect(shown).to_have_text(re.compile(r"^\d{3} "))
    status, _, text = shown.inner_text().partition(" ")
    return Answer(int(status), text)


def ask(page: Page, address: str, **options: object) -> Answer:
    """What a script of this page gets from an address."""
    status, text = page.evaluate(_FETCH, [address, options])
    return Answer(status, text)


def ask_token(page: Page, site: Site) -> Answer:
    """The token route, asked as the README tells pages to."""
    return ask(
        page,
        site.link("/oauth2/session/token"),
        method="POST",
        credentials="include",
        headers={"Content-Type": "application/json"},
    )


def ask_api(page: Page, site: Site, token: str) -> Answer:
    return ask(page, site.link("/api/servers"), headers={"Authorization": f"Bearer {token}"})


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def fact(page: Page, name: str) -> str:
    """What a page says below a term of its list."""
    return page.locator(f"dt:text-is('{name}') + dd").inner_text()


def tab_to(page: Page, wanted: Locator) -> None:
    """Move the focus by the keyboard alone."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_TABS} tabs do not lead to {wanted}")


def token_requests(okta: str) -> int:
    """How often anybody asked Okta for tokens."""
    counts = httpx.get(f"{okta}/_standin/requests").json()
    return sum(count for path, count in counts.items() if path.endswith("/v1/token"))
