"""The pages: what they show is text, whatever it is; they work by keyboard, without a network, under a strict CSP."""

import re
from collections.abc import Callable

import pytest

from okta_gateway.apigateway.gateway_address import GatewayAddress
from okta_gateway.login.logout import OktaSignOut
from okta_gateway.login.pages import Page, Pages
from tests.unit.login.reading_pages import HtmlPage, read
from tests.unit.login.signing_in import GATEWAY, session

OKTA, NONCE = "https://dev-123456.okta.com", "0123456789abcdef"
LAPTOP = GatewayAddress("http://localhost:8888", "")
HOSTILE = [
    "<script>alert(1)</script>",
    "</dd></dl><img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "&lt;script&gt; &amp;amp; &#60; &copy",
    "</title></style><!-- <![CDATA[ ]]>",
    "\u202e\u2066gnp.exe\u200f",
    "javascript:alert(1)",
    "${alert(1)} {{7*7}} </script>",
    "ünïcödé 漢字 🦄 \u2028",
]
EVERY_TEXT = pytest.mark.parametrize("text", HOSTILE)

type Render = Callable[[Pages, str], Page]
PAGES: dict[str, Render] = {
    "home, nobody": lambda pages, text: pages.home(None, ()),
    "home, somebody": lambda pages, text: pages.home(
        session(username=text, subject=text, groups=(text, text)), (text, text)
    ),
    "sign out?": lambda pages, text: pages.ask_sign_out(),
    "sign out at Okta": lambda pages, text: pages.sign_out_at_okta(
        OktaSignOut(f"{OKTA}/oauth2/v1/logout", {"id_token_hint": text, "state": text})
    ),
    "error": lambda pages, text: pages.error(text, text, {text: text, "Error code": text}),
}
EVERY_PAGE = pytest.mark.parametrize("render", PAGES.values(), ids=PAGES.keys())
EVERY_GATEWAY = pytest.mark.parametrize("gateway", [GATEWAY, LAPTOP], ids=["deployed", "laptop"])


def pages(gateway: GatewayAddress = GATEWAY, nonce: str = NONCE) -> Pages:
    return Pages(gateway, OKTA, nonce)


def shown(render: Render, text: str = "harmless", gateway: GatewayAddress = GATEWAY) -> HtmlPage:
    return read(render(pages(gateway), text).html)


@EVERY_GATEWAY
@EVERY_TEXT
@EVERY_PAGE
def test_no_text_changes_the_elements_of_a_page(render: Render, text: str, gateway: GatewayAddress) -> None:
    assert shown(render, text, gateway).shape == shown(render, gateway=gateway).shape
    assert shown(render, text, gateway).scripts == shown(render, gateway=gateway).scripts


@EVERY_TEXT
def test_the_texts_of_the_home_page_are_shown_as_they_are(text: str) -> None:
    page = shown(PAGES["home, somebody"], text)
    assert page.facts == [
        ("Name", text),
        ("Okta user id", text),
        ("Groups", f"{text}, {text}"),
        ("Scopes", f"{text} {text}"),
    ]


@EVERY_TEXT
def test_the_texts_of_an_error_are_shown_as_they_are(text: str) -> None:
    page = shown(PAGES["error"], text)
    assert page.facts == [(text, text), ("Error code", text)]
    assert page.inside("h1") == page.inside("title") == [text]
    assert text in page.inside("p")


@EVERY_TEXT
def test_the_fields_for_okta_arrive_as_they_are(text: str) -> None:
    fields = {field["name"]: field["value"] for field in shown(PAGES["sign out at Okta"], text).all("input")}
    assert fields == {"id_token_hint": text, "state": text}


@EVERY_TEXT
def test_a_prefix_from_a_request_is_escaped_in_links_and_scripts(text: str) -> None:
    gateway = GatewayAddress("http://localhost:8888", f"/{text}")
    for render in PAGES.values():
        assert shown(render, gateway=gateway).shape == shown(render, gateway=LAPTOP).shape
    assert f"{gateway.url}/oauth2/logout/okta" in [
        link["href"] for link in shown(PAGES["home, somebody"], gateway=gateway).all("a")
    ]


@EVERY_GATEWAY
@EVERY_PAGE
def test_a_page_has_all_that_a_reader_and_a_phone_need(render: Render, gateway: GatewayAddress) -> None:
    page = shown(render, gateway=gateway)
    assert page.doctype == "doctype html"
    assert page.all("html") == [{"lang": "en"}]
    assert page.elements[2] == ("meta", {"charset": "utf-8"})
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")
    assert [len(page.all(name)) for name in ("head", "body", "main", "title", "h1")] == [1] * 5
    assert page.inside("h1") == page.inside("title")
    assert page.inside("h1")[0].strip()


@EVERY_GATEWAY
@EVERY_PAGE
def test_everything_can_be_reached_and_has_a_name(render: Render, gateway: GatewayAddress) -> None:
    page = shown(render, gateway=gateway)
    labels = {label["for"] for label in page.all("label")}
    assert {field.get("id") for field in page.all("input") if field.get("type") != "hidden"} == labels
    identifiers = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    assert not any("tabindex" in attributes or "disabled" in attributes for _, attributes in page.elements)
    assert all(name.strip() for tag in ("a", "button", "label") for name in page.inside(tag))
    assert page.all("a") or page.all("button")


@EVERY_GATEWAY
@EVERY_PAGE
def test_nothing_is_fetched_and_nothing_runs_but_what_has_the_nonce(render: Render, gateway: GatewayAddress) -> None:
    page = shown(render, gateway=gateway)
    for tag, attributes in page.elements:
        assert not {"src", "srcset", "style", "background"} & attributes.keys(), tag
        assert not any(name.startswith("on") for name in attributes), tag
    assert all(attributes == {"nonce": NONCE} for attributes in page.all("script") + page.all("style"))
    assert not {"link", "base", "iframe", "object", "img"} & {tag for tag, _ in page.elements}


def directives(policy: str) -> dict[str, list[str]]:
    found = [directive.split() for directive in policy.split(";")]
    assert len({name for name, *_ in found}) == len(found)
    return {name: values for name, *values in found}


@EVERY_PAGE
def test_the_policy_allows_what_the_page_needs_and_nothing_else(render: Render) -> None:
    policy = render(pages(), "x").content_security_policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert directives(policy) == {
        "default-src": ["'none'"],
        "style-src": [f"'nonce-{NONCE}'"],
        "script-src": [f"'nonce-{NONCE}'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", OKTA],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


@EVERY_PAGE
def test_another_nonce_is_in_the_policy_and_in_the_page(render: Render) -> None:
    page = render(pages(nonce="another"), "x")
    assert "'nonce-another'" in page.content_security_policy
    assert NONCE not in page.html + page.content_security_policy


LINKS: dict[str, list[str]] = {
    "home, nobody": ["/oauth2/login/okta"],
    "home, somebody": ["/oauth2/logout/okta"],
    "sign out?": ["/oauth2/"],
    "sign out at Okta": [],
    "error": ["/oauth2/login/okta"],
}


@EVERY_GATEWAY
@pytest.mark.parametrize("name", PAGES)
def test_links_have_the_stage_in_front(name: str, gateway: GatewayAddress) -> None:
    links = [link["href"] for link in shown(PAGES[name], gateway=gateway).all("a")]
    assert links == [gateway.url + path for path in LINKS[name]]


@EVERY_GATEWAY
def test_signing_out_is_a_form_that_the_gateway_gets(gateway: GatewayAddress) -> None:
    page = shown(PAGES["sign out?"], gateway=gateway)
    assert page.all("form") == [{"method": "post", "action": f"{gateway.url}/oauth2/logout/okta"}]
    assert page.inside("button") == ["Sign out"]
    assert page.scripts == []


def test_signing_out_at_okta_is_a_form_that_sends_itself_or_by_its_button() -> None:
    page = shown(PAGES["sign out at Okta"])
    assert page.all("form") == [{"id": "okta", "method": "post", "action": f"{OKTA}/oauth2/v1/logout"}]
    assert len(page.inside("button")) == 1
    assert page.scripts == ['document.getElementById("okta").submit();']
    assert all(field["type"] == "hidden" for field in page.all("input"))


def test_no_name_in_a_form_hides_its_submit_method() -> None:
    """A control called `submit` would stand for the form's method in the script."""
    assert "submit" not in {field["name"] for field in shown(PAGES["sign out at Okta"]).all("input")}


def test_nobody_and_nothing_is_said_in_words() -> None:
    assert "You are not signed in." in shown(PAGES["home, nobody"]).text
    facts = dict(read(pages().home(session(groups=()), ()).html).facts)
    assert (facts["Groups"], facts["Scopes"].partition(":")[0]) == ("none", "none")


@pytest.mark.parametrize("prefix", ["", "/local"])
def test_on_a_laptop_the_home_page_calls_the_api(prefix: str) -> None:
    gateway = GatewayAddress("http://localhost:8888", prefix)
    page = shown(PAGES["home, somebody"], gateway=gateway)
    (script,) = page.scripts
    assert script.startswith(f'const prefix = "{prefix}";\nconst tokenAddress = "{prefix}/oauth2/session/token";')
    assert 'tokenAddress, { method: "POST"' in script
    assert "prefix + path" in script
    assert page.inside("label") == ["Path"]
    assert page.all("pre") == [{"id": "answer", "role": "status", "aria-live": "polite"}]
    assert {"try", "path", "answer"} == set(re.findall(r'getElementById\("(\w+)"\)', script))


@pytest.mark.parametrize("prefix", ["/PREFIX", "/TOKEN"])
def test_a_stage_may_be_called_as_a_place_in_the_script(prefix: str) -> None:
    (script,) = shown(PAGES["home, somebody"], gateway=GatewayAddress("http://localhost:8888", prefix)).scripts
    assert f'const prefix = "{prefix}";\nconst tokenAddress = "{prefix}/oauth2/session/token";' in script


@pytest.mark.parametrize("render", [PAGES["home, nobody"], PAGES["home, somebody"]])
def test_a_deployed_home_page_has_no_scripts(render: Render) -> None:
    assert shown(render).scripts == []


def test_the_home_page_shows_no_secret_of_the_session() -> None:
    html = pages(LAPTOP).home(session(sealed=b"s3cret", id_hash="s3cret"), ()).html
    assert "s3cret" not in html
