"""Debian's Chromium, headless; where it is missing the walks are skipped, and in CI, which requires them, they fail."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browser.gateway_site import HTTPS_HOST

MISSING = "Chromium is not on this machine: install Debian's package chromium (apt-get install chromium)"
ARGUMENTS = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    f"--host-resolver-rules=MAP {HTTPS_HOST} 127.0.0.1",
)


def chromium_path() -> str:
    """Where Chromium is. Skips the test when it is nowhere, and fails it in CI."""
    found = shutil.which("chromium")
    if found:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING, pytrace=False)
    pytest.skip(MISSING)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A headless Chromium without a sandbox of its own, which containers do not let it have."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, chromium_sandbox=False)
        yield browser
        browser.close()
