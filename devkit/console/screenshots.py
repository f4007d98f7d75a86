"""`python -m devkit.console.screenshots` takes the pictures in docs/images/ from the running console."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import httpx
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from devkit.console.beside import CONSOLE
from devkit.stack.config import LaptopConfig
from devkit.stack.decisions import DecisionLog
from devkit.stack.okta_client import OktaClient
from devkit.stack.parts import Place, RunningStack, running_stack
from devkit.stack.seeds import ADMIN, AGENT, AUTH_SERVER_ID, MACHINE_SCOPE, UNREGISTERED, USER

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DESKTOP, PHONE = 1280, 375
WAIT_SECONDS = 10.0


class Picture(NamedTuple):
    """A picture: of the recent request with this number, at this width in pixels."""

    name: str
    number: int
    width: int


PICTURES = (
    Picture("console-allowed", 4, DESKTOP),
    Picture("console-refused", 6, DESKTOP),
    Picture("console-route-not-open", 3, DESKTOP),
    Picture("console-phone", 6, PHONE),
)


def main() -> int:
    """Take every picture in light and dark; return the exit status."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not on this machine: install Debian's package chromium.", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with _stack() as stack, sync_playwright() as playwright:
        _send_requests(stack)
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False)
        for picture in PICTURES:
            for scheme in SCHEMES:
                _take(browser, f"{stack.addresses.gateway}{CONSOLE}", picture, scheme)
        browser.close()
    return 0


@contextmanager
def _stack() -> Iterator[RunningStack]:
    with tempfile.TemporaryDirectory(prefix="okta-gateway-console-") as state:
        place = Place(Path(state), has_console=True)
        with running_stack(LaptopConfig(), place, DecisionLog(), lambda: None) as stack:
            yield stack


def _send_requests(stack: RunningStack) -> None:
    """One after the other, and each explained before the next, so that their numbers are as in PICTURES."""
    okta, gateway = OktaClient(stack.addresses.okta, AUTH_SERVER_ID), stack.addresses.gateway
    user = okta.mint(user=USER)
    requests = (
        ("POST", "/api/servers", okta.mint(user=ADMIN)),
        ("GET", "/api/servers", user),
        ("POST", "/api/servers", user),
        ("GET", "/api/servers/weather", okta.machine_token(AGENT.client_id, AGENT.secret, MACHINE_SCOPE)),
        (
            "GET",
            "/api/servers",
            okta.machine_token(UNREGISTERED.client_id, UNREGISTERED.secret, MACHINE_SCOPE),
        ),
        ("GET", "/api/servers", okta.mint(user=ADMIN, claims={"aud": "api://payroll"})),
        ("GET", "/api/servers", okta.mint(user=USER, expires_in=-3600)),
    )
    for number, (method, path, token) in enumerate(requests, 1):
        httpx.request(
            method,
            gateway + path,
            headers={"Authorization": f"Bearer {token}"},
            json={"name": "Search"},
            timeout=WAIT_SECONDS,
        )
        _await_explained(gateway, number)


def _await_explained(gateway: str, number: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while httpx.get(f"{gateway}{CONSOLE}/recent").json()["latest"] < number:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the console has not explained request {number}")
        time.sleep(0.02)


def _take(browser: Browser, console: str, picture: Picture, scheme: Literal["light", "dark"]) -> None:
    on_phone = picture.width == PHONE
    size = ViewportSize(width=picture.width, height=812 if on_phone else 900)
    page = browser.new_page(viewport=size, color_scheme=scheme, device_scale_factor=2 if on_phone else 1)
    page.goto(f"{console}?request={picture.number}#picture")
    page.screenshot(path=IMAGES / f"{picture.name}-{scheme}.png", full_page=not on_phone)
    page.close()


if __name__ == "__main__":
    sys.exit(main())
