"""A person at the console, in a browser: tokens are pasted, requests come in, and the path is there to see."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from devkit.serving import serve
from devkit.stack.seeds import ADMIN, USER
from tests.e2e.browser.complaints import Complaints
from tests.e2e.browser.conftest import PATIENCE
from tests.e2e.browser.test_without import CANVAS, contrast
from tests.e2e.browser.walking import tab_to
from tests.e2e.console.conftest import Stack
from tests.e2e.stack.stack_process import running_stack_process

PHONE, DESKTOP = 375, 1280
READABLE = 4.5
"""WCAG 2.2, 1.4.3: contrast of text, as a ratio to one."""
NO_ICON = '<link rel="icon" href="data:,">'
COLOURS = """element => {
  let below = element;
  while (getComputedStyle(below).backgroundColor === "rgba(0, 0, 0, 0)") { below = below.parentElement; }
  return [getComputedStyle(element).color, getComputedStyle(below).backgroundColor];
}"""


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    context = browser.new_context(java_script_enabled="no_scripts" not in request.fixturenames)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def no_scripts() -> None:
    """Named by a test, it switches scripts off in the browser."""


@pytest.fixture
def own_requests(context: BrowserContext, stack: Stack) -> Iterator[None]:
    """Fails a test whose pages asked anybody but the stack."""
    elsewhere: list[str] = []

    def look(request: Request) -> None:
        if not request.url.startswith((f"{stack.origin}/_console", "data:")):
            elsewhere.append(request.url)

    context.on("request", look)
    yield
    assert elsewhere == []


def station(page: Page, name: str) -> Locator:
    return page.locator(f".station[data-station={name}]")


def verdict(page: Page) -> Locator:
    return page.locator("#verdict")


def paste(page: Page, stack: Stack, token: str, route: str = "") -> None:
    page.goto(stack.console)
    page.get_by_label("Token", exact=True).fill(token)
    page.get_by_label("Request, if you ask about one").fill(route)
    page.get_by_role("button", name="Explain").click()


def row(page: Page, text: str) -> Locator:
    """The newest recent request with this text."""
    return page.locator("#recent a").filter(has_text=text).first


def test_a_pasted_token_is_shown_with_its_path_and_leaves_the_form(
    page: Page, stack: Stack, own_requests: None
) -> None:
    paste(page, stack, stack.okta.mint(user=USER))
    expect(verdict(page)).to_have_text("Allowed.")
    expect(page.locator(".station.passed")).to_have_count(7)
    expect(page.get_by_label("Token", exact=True)).to_have_value("")
    expect(page.locator(".connections path")).to_have_count(4)


def test_a_refused_token_is_red_where_it_stopped_with_reason_and_fix(
    page: Page, stack: Stack, own_requests: None
) -> None:
    paste(page, stack, stack.okta.mint(user=ADMIN, claims={"aud": "api://payroll"}))
    expect(verdict(page)).to_have_text("Refused: 401.")
    expect(station(page, "token")).to_have_class(re.compile("passed"))
    expect(station(page, "checks")).to_have_class(re.compile("failed"))
    expect(station(page, "groups")).to_have_class(re.compile("not_reached"))
    red, green, blue = map(
        int,
        re.findall(r"\d+", station(page, "checks").evaluate("e => getComputedStyle(e.querySelector('strong')).color"))[
            :3
        ],
    )
    assert red > 2 * green > 0
    assert red > 2 * blue
    expect(page.locator(".stop")).to_contain_text("audience_mismatch")
    expect(page.locator(".stop")).to_contain_text("What to do: OKTA_AUDIENCE")


def test_requests_appear_by_themselves_and_lead_to_their_path(page: Page, stack: Stack, own_requests: None) -> None:
    page.goto(stack.console)
    token = stack.okta.mint(user=USER)
    assert stack.send("POST", "/api/servers", token) == 403
    expect(row(page, "POST /api/servers")).to_contain_text("403")
    row(page, "POST /api/servers").click()
    expect(verdict(page)).to_have_text("A good token, but not for this request: 403.")
    expect(station(page, "answer")).to_have_class(re.compile("failed"))
    expect(page.locator(".stop")).to_contain_text("These groups open it: registry-admins.")
    expect(page.locator("#recent [aria-current]")).to_have_count(1)


def test_a_new_request_does_not_take_the_focus_away(page: Page, stack: Stack, own_requests: None) -> None:
    token = stack.okta.mint(user=USER)
    stack.send("GET", "/api/servers/first", token)
    page.goto(stack.console)
    row(page, "/api/servers/first").focus()
    stack.send("GET", "/api/servers/second", token)
    expect(row(page, "/api/servers/second")).to_be_visible()
    expect(row(page, "/api/servers/first")).to_be_focused()


def test_the_keyboard_alone_explains_a_token_and_chooses_a_request(
    page: Page, stack: Stack, own_requests: None
) -> None:
    stack.send("GET", "/api/servers/by-keyboard", stack.okta.mint(user=USER))
    page.goto(stack.console)
    expect(row(page, "by-keyboard")).to_be_visible()
    tab_to(page, page.get_by_label("Token", exact=True))
    page.keyboard.insert_text(stack.okta.mint(user=USER))
    tab_to(page, page.get_by_role("button", name="Explain"))
    page.keyboard.press("Enter")
    expect(verdict(page)).to_have_text("Allowed.")
    tab_to(page, page.locator("summary").filter(has_text="Every step"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("made by that key over this header and payload")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    tab_to(page, row(page, "by-keyboard"))
    page.keyboard.press("Enter")
    expect(page.locator(".asked")).to_contain_text("GET /api/servers/by-keyboard")


def test_without_scripts_everything_but_the_news_is_there(
    page: Page, stack: Stack, no_scripts: None, own_requests: None, complaints: Complaints
) -> None:
    stack.send("GET", "/api/servers/scriptless", stack.okta.mint(user=USER))
    paste(page, stack, "Bearer nonsense")
    expect(verdict(page)).to_have_text("Refused: 401.")
    row(page, "scriptless").click()
    expect(verdict(page)).to_have_text("Allowed.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("wanted", ["allowed", "refused", "long names"])
def test_every_picture_fits_and_can_be_read(
    page: Page, stack: Stack, own_requests: None, scheme: Literal["light", "dark"], width: int, wanted: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    claims = {
        "allowed": {},
        "refused": {"aud": "api://" + "payroll" * 20},
        "long names": {"groups": ["a-group-with-a-very-long-name-" * 8, "registry-admins"], "sub": "x" * 100},
    }[wanted]
    paste(page, stack, stack.okta.mint(user=ADMIN, claims=claims))
    expect(verdict(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    dark = contrast(page.evaluate("getComputedStyle(document.body).color"), "rgb(0, 0, 0)") > 10
    assert dark is (scheme == "dark")
    texts = page.locator("h1 a, h2, h3, p, label, .station strong, .found, .name, small, summary, code, button, dt, th")
    unreadable = [
        text.inner_text() for text in texts.all() if text.is_visible() and contrast(*text.evaluate(COLOURS)) < READABLE
    ]
    assert unreadable == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_the_focus_is_can_be_seen(page: Page, stack: Stack, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(stack.console)
    for wanted in (page.get_by_role("button", name="Explain"), page.get_by_label("Token", exact=True)):
        tab_to(page, wanted)
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
        assert (
            contrast(page.evaluate("getComputedStyle(document.activeElement).outlineColor"), page.evaluate(CANVAS)) >= 3
        )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_form_of_another_page_is_refused(page: Page, stack: Stack, complaints: Complaints, host: str) -> None:
    """Another port of this machine is another origin, by either of its names."""

    async def form(_asked: Asked) -> Response:
        action = f"{stack.console}/explain"
        return HTMLResponse(
            f'{NO_ICON}<form method="post" action="{action}"><input name="token" value="x"><button>Go</button></form>'
        )

    with serve(Starlette(routes=[Route("/", form)])) as address:
        page.goto(address.replace("127.0.0.1", host))
        page.get_by_role("button", name="Go").click()
        expect(page.get_by_text("Another site's page sent this form")).to_be_visible()
    complaints.expect("/_console/explain")


def test_another_page_cannot_frame_the_console(page: Page, stack: Stack, complaints: Complaints) -> None:
    async def frame(_asked: Asked) -> Response:
        return HTMLResponse(f'{NO_ICON}<iframe src="{stack.console}"></iframe>')

    with serve(Starlette(routes=[Route("/", frame)])) as address:
        page.goto(address)
        expect(page.frame_locator("iframe").get_by_role("heading", name="Decision console")).to_have_count(0)
    complaints.expect("frame-ancestors")


def test_a_stack_that_ends_is_told_and_its_tokens_are_nowhere_on_the_screen(
    page: Page, context: BrowserContext, complaints: Complaints, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running_stack_process(tmp_path_factory.mktemp("ending")) as running:
        own = Stack(running)
        assert f"See why a token is let in or refused: {own.console}\n" in running.text()
        own.send("GET", "/api/servers", own.okta.mint(user=USER))
        page.goto(own.console)
        expect(row(page, "GET /api/servers")).to_be_visible()
        running.process.terminate()
        running.wait_until_nothing_is_left()
        expect(page.locator("#live")).to_contain_text("start it again with make run")
        assert "Traceback" not in running.text()
        assert "eyJ" not in running.text()
    complaints.expect("ERR_CONNECTION_REFUSED")
