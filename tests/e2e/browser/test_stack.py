"""The walk at the stack that `make run` starts, at both kinds of server, functions under AWS's runtime client."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.complaints import Complaints
from tests.e2e.browser.walking import ADA, ask, begin, call_api, choose, heading, sign_out, token_requests
from tests.e2e.stack.stack_process import StackProcess, running_stack_process, until

TOKEN_SECONDS = 2


@pytest.fixture(params=[False, True], ids=["custom server", "org server, stage in path"])
def stack(request: pytest.FixtureRequest, browser: object, tmp_path: Path) -> Iterator[StackProcess]:
    how = ("--org-mode",) if request.param else ()
    with running_stack_process(tmp_path, "", *how, stage_path="/local" if request.param else "") as running:
        yield running


def printed_page(stack: StackProcess) -> str:
    printed = re.search(r"Sign in with a browser: (\S+)", stack.text())
    assert printed, stack.text()
    return printed[1]


def test_the_printed_address_leads_through_the_whole_walk(
    page: Page, stack: StackProcess, complaints: Complaints
) -> None:
    home, okta = printed_page(stack), f"http://127.0.0.1:{stack.ports()[1]}"
    httpx.post(f"{okta}/_standin/deviations", json={"access_token_seconds": TOKEN_SECONDS}).raise_for_status()
    page.goto(home)
    begin(page)
    choose(page, ADA)
    expect(page).to_have_url(home)
    assert call_api(page).status == 200
    the_token_ends_at, asked_before = time.monotonic() + TOKEN_SECONDS, token_requests(okta)
    until(lambda: time.monotonic() > the_token_ends_at, "time stands still")
    assert call_api(page).status == 200
    if "/local" not in home:  # tokens that the gateway issues live longer
        assert token_requests(okta) == asked_before + 1
    sign_out(page)
    expect(heading(page)).to_have_text("Not signed in")
    assert ask(page, f"{home}session").status == 401
    complaints.expect("status of 401")


def test_nothing_that_opens_anything_is_on_the_screen_or_in_a_log(
    page: Page, stack: StackProcess, complaints: Complaints
) -> None:
    codes: list[str] = []
    page.on("request", lambda request: codes.extend(parse_qs(urlsplit(request.url).query).get("code", [])))
    page.goto(printed_page(stack))
    begin(page)
    choose(page, ADA)
    assert call_api(page).status == 200
    cookies = [cookie["value"] for cookie in page.context.cookies(page.url)]
    logs = sorted((stack.output.parent / "state" / "logs").iterdir())
    written = "".join([stack.text(), *(log.read_text(encoding="utf-8") for log in logs)])
    assert [len(logs), len(codes), len(cookies)] == [4, 1, 1]
    for secret in ("eyJ", *codes, *cookies):
        assert secret not in written
