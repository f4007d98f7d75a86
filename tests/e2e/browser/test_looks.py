"""Every page on a phone, in the dark and on paper's white: it fits, and a person can look at it.

With SCREENSHOTS=FOLDER in the environment each page is kept there as a picture.
"""

import itertools
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.complaints import Complaints
from tests.e2e.browser.gateway_site import Site
from tests.e2e.browser.walking import ADA, UMA, begin, call_api, choose, heading, sign_in, sign_out

WIDTHS = {"phone": 320, "desktop": 1280}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def not_signed_in(page: Page, site: Site) -> None:
    page.goto(site.link("/oauth2/"))


def signed_in(page: Page, site: Site) -> None:
    sign_in(page, site)


def api_called(page: Page, site: Site) -> None:
    sign_in(page, site)
    call_api(page)


def asked_to_sign_out(page: Page, site: Site) -> None:
    sign_in(page, site)
    page.get_by_role("link", name="Sign out").click()
    expect(heading(page)).to_have_text("Sign out?")


def between_gateway_and_okta(page: Page, site: Site) -> None:
    """The page whose form sends itself, stopped on its way."""
    sign_in(page, site)
    page.route("**/v1/logout", lambda route: route.fulfill(status=204))
    sign_out(page)
    expect(heading(page)).to_have_text("You are signed out here")


def not_assigned(page: Page, site: Site) -> None:
    not_signed_in(page, site)
    begin(page)
    choose(page, UMA)
    expect(heading(page)).to_have_text("You may not use this application")


def used_twice(page: Page, site: Site) -> None:
    sign_in(page, site)
    page.go_back()
    expect(heading(page)).to_have_text("This did not work")


def at_okta(page: Page, site: Site) -> None:
    not_signed_in(page, site)
    begin(page)
    expect(heading(page)).to_have_text("Sign in")


def focused(page: Page, site: Site) -> None:
    sign_in(page, site, ADA)
    page.keyboard.press("Tab")


PAGES = [
    not_signed_in,
    signed_in,
    api_called,
    asked_to_sign_out,
    between_gateway_and_okta,
    not_assigned,
    used_twice,
    at_okta,
    focused,
]


@pytest.mark.parametrize("reach", PAGES, ids=[reach.__name__ for reach in PAGES])
def test_a_page_fits_and_follows_the_colour_scheme(
    page: Page, site: Site, complaints: Complaints, reach: Callable[[Page, Site], None]
) -> None:
    reach(page, site)
    for (device, width), scheme in itertools.product(WIDTHS.items(), SCHEMES):
        page.set_viewport_size({"width": width, "height": 640})
        page.emulate_media(color_scheme=scheme)
        _keep(page, f"{reach.__name__}-{device}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert _brightness_of_text(page) == pytest.approx(255 if scheme == "dark" else 0, abs=64)
    if reach in {not_assigned, used_twice}:
        complaints.expect("status of 40")


def _keep(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def _brightness_of_text(page: Page) -> float:
    """From 0, black, to 255, white."""
    colour = str(page.evaluate("getComputedStyle(document.body).color"))
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3
