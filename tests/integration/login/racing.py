"""The same browser ten times at the same time, each in a sandbox of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx

from tests.integration.login.browser import Browser
from tests.integration.login.rig import Rig


def warm_up(rig: Rig) -> None:
    """Start all ten sandboxes."""
    at_once(rig, rig.browser(), lambda racer: racer.get("/oauth2/login/okta"))


def at_once(rig: Rig, browser: Browser, act: Callable[[Browser], httpx.Response]) -> list[httpx.Response]:
    """Ten copies of a browser, cookies included, do the same at the same time."""
    line, copies = Barrier(10), [rig.browser() for _ in range(10)]
    for copy in copies:
        copy.http.cookies.update(browser.http.cookies)

    def run(copy: Browser) -> httpx.Response:
        line.wait(timeout=10)
        return act(copy)

    with ThreadPoolExecutor(10) as threads:
        return list(threads.map(run, copies))
