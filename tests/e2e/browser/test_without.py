"""Sign-in and sign-out without a mouse, and without scripts."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browser.complaints import Complaints
from tests.e2e.browser.conftest import PATIENCE, Sites
from tests.e2e.browser.gateway_site import Plan, Site
from tests.e2e.browser.walking import ADA, PASSWORD, heading, sign_in, sign_out, tab_to

CANVAS = """() => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = "Canvas";
  return getComputedStyle(probe).color;
}"""


@pytest.fixture(params=[False, True], ids=["custom server", "org server"])
def site(request: pytest.FixtureRequest, sites: Sites) -> Site:
    return sites(Plan(org_server=request.param))


def test_the_keyboard_alone_signs_in_calls_the_api_and_signs_out(page: Page, site: Site) -> None:
    page.goto(site.link("/oauth2/"))
    tab_to(page, page.get_by_role("link", name="Sign in with Okta"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type(ADA)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("You are signed in")
    tab_to(page, page.get_by_label("Path"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("200")
    page.evaluate("document.activeElement.blur()")
    tab_to(page, page.get_by_role("link", name="Sign out"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_focused()
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Not signed in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_the_focus_is_can_be_seen(page: Page, sites: Sites, scheme: Literal["light", "dark"]) -> None:
    """WCAG 2.2, 1.4.11: what shows the focus differs from what is beside it by 3:1."""
    page.emulate_media(color_scheme=scheme)
    page.goto(sites(Plan()).link("/oauth2/"))
    tab_to(page, page.get_by_role("link", name="Sign in with Okta"))
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineColor")
    assert contrast(ring, page.evaluate(CANVAS)) >= 3


def contrast(colour: str, background: str) -> float:
    """The contrast ratio of a computed colour on an opaque one, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    *channels, alpha = [*map(float, re.findall(r"[\d.]+", colour)), 1.0][:4]
    below = list(map(float, re.findall(r"[\d.]+", background)))
    seen = [alpha * channel + (1 - alpha) * under for channel, under in zip(channels, below, strict=True)]
    dark, light = sorted((_luminance(seen), _luminance(below)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(channels: list[float]) -> float:
    parts = [channel / 255 for channel in channels]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(
    ("colour", "background", "ratio"),
    [
        ("rgb(0, 0, 0)", "rgb(255, 255, 255)", 21),
        ("rgb(255, 255, 255)", "rgb(255, 255, 255)", 1),
        ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)", 1),
        ("rgb(119, 119, 119)", "rgb(255, 255, 255)", 4.48),
    ],
)
def test_contrast_is_measured_as_wcag_says(colour: str, background: str, ratio: float) -> None:
    assert contrast(colour, background) == pytest.approx(ratio, abs=0.01)


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    context = browser.new_context(java_script_enabled="no_scripts" not in request.fixturenames)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def no_scripts() -> None:
    """Named by a test, it switches scripts off in the browser."""


def test_without_scripts_sign_in_works_and_sign_out_takes_one_click_more(
    page: Page, site: Site, complaints: Complaints, no_scripts: None
) -> None:
    sign_in(page, site)
    sign_out(page)
    expect(heading(page)).to_have_text("You are signed out here")
    page.get_by_role("button", name="Sign out of Okta too").click()
    expect(heading(page)).to_have_text("Not signed in")
    page.get_by_role("link", name="Sign in with Okta").click()
    expect(heading(page)).to_have_text("Sign in")
    assert page.url.startswith(site.okta)
