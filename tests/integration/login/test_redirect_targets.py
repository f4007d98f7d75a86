"""Where sign-in leads: a path of this gateway, or an address of LOGIN_REDIRECTS to the letter (RFC 9700, 4.11)."""

import posixpath
from urllib.parse import quote, unquote, urlsplit

import pytest

from tests.integration.login.rig import ORG, Rig

HOME = "/oauth2/"
ELSEWHERE = {
    "nothing": "",
    "scheme-relative": "//evil.example",
    "three slashes": "///evil.example",
    "backslash": "/\\evil.example",
    "two backslashes": "\\\\evil.example",
    "slash backslash slash": "/\\/evil.example",
    "backslash later": "/oauth2/\\..\\..\\evil.example",
    "tab": "/\t/evil.example",
    "tab first": "\t//evil.example",
    "line break": "/\n/evil.example",
    "response splitting": "/oauth2/\r\nSet-Cookie: session=evil",
    "NUL": "/\0/evil.example",
    "DEL": "/\x7f",
    "space first": " //evil.example",
    "space": "/a b",
    "no-break space": "/\u00a0/evil.example",
    "full-width slash": "/\uff0fevil.example",
    "line separator": "/\u2028",
    "right-to-left": "/\u202eevil",
    "javascript": "javascript:alert(1)",
    "javascript in capitals": "JaVaScRiPt:alert(1)",
    "javascript with a line break": "java\nscript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "vbscript": "vbscript:x",
    "file": "file:///etc/passwd",
    "blob": "blob:https://app.example.com/1",
    "mailto": "mailto:x@example.com",
    "another host": "https://evil.example/",
    "another host without scheme": "evil.example/oauth2/",
    "http only": "http:evil.example",
    "https with one slash": "https:/evil.example",
    "look-alike with a suffix": "https://app.example.com.evil.example/signed-in",
    "look-alike with a prefix": "https://evil-app.example.com/signed-in",
    "user": "https://app.example.com@evil.example/signed-in",
    "user and password": "https://app.example.com:443@evil.example/signed-in",
    "allowed host, another path": "https://app.example.com/other",
    "allowed, a slash more": "https://app.example.com/signed-in/",
    "allowed, another query": "https://app.example.com/signed-in?tab=2",
    "allowed, with a fragment": "https://app.example.com/signed-in#x",
    "allowed, in capitals": "https://APP.example.com/signed-in",
    "allowed, plain http": "http://app.example.com/signed-in",
    "allowed, another port": "https://app.example.com:8443/signed-in",
    "allowed, dots": "https://app.example.com/signed-in/../evil",
    "allowed, encoded": "https%3A%2F%2Fapp.example.com%2Fsigned-in",
    "two allowed": "https://app.example.com/signed-in,https://app.example.com/signed-in?tab=1",
    "encoded scheme-relative, decoded once": unquote("%2F%2Fevil.example"),
    "relative": "api/servers",
    "dot": "./api",
    "query only": "?x=1",
    "fragment only": "#x",
    "too long": "/" + "a" * 2048,
    "own host": "GATEWAY/oauth2/",
    "own host with a user": "http://x@127.0.0.1/oauth2/",
}
HERE = {
    "home": "/oauth2/",
    "root": "/",
    "path": "/api/servers",
    "query": "/api/servers?x=1&y=%2Fa",
    "fragment": "/oauth2/#top",
    "encoded slashes": "/%2F%2Fevil.example",
    "encoded backslash": "/%5Cevil.example",
    "slashes later": "/a//evil.example",
    "address in the query": "/oauth2/?next=https://evil.example",
    "at sign": "/@evil.example",
    "colon": "/:evil.example",
    "semicolon": "/;evil.example",
    "as long as may be": "/" + "a" * 2047,
}
DOTS = ["/../other", "/..", "/a/../../other", "/%2e%2e/other", "/.%2E/other", "/LOCAL/../other", "/./../other"]
"""A browser resolves these itself (WHATWG URL, "double-dot path segment") and leaves the stage with them."""


def arrived(rig: Rig, target: str) -> str:
    return str(rig.browser().sign_in(target=target).headers["location"])


@pytest.mark.parametrize("target", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_is_not_allowed_leads_home(rig: Rig, stage_rig: Rig, target: str) -> None:
    for each in (rig, stage_rig):
        assert arrived(each, target.replace("GATEWAY", each.gateway_url)) == f"{each.gateway_url}{HOME}"


@pytest.mark.parametrize("target", HERE.values(), ids=HERE)
def test_a_path_is_one_of_this_gateway(rig: Rig, stage_rig: Rig, target: str) -> None:
    for each in (rig, stage_rig):
        location = arrived(each, target)
        assert location == f"{each.gateway_url}{target}"
        assert urlsplit(location).netloc == urlsplit(each.gateway_url).netloc


@pytest.mark.parametrize("target", ["/local/api/servers", "/local", "/local/", "/local?x=1"])
def test_a_path_may_have_the_stage_in_front(stage_rig: Rig, target: str) -> None:
    assert arrived(stage_rig, target) == f"https://gateway.example.com{target}"


@pytest.mark.parametrize("target", ["/localhost", "/local2/x", "/LOCAL/x"])
def test_a_path_that_only_looks_like_the_stage_is_below_it(stage_rig: Rig, target: str) -> None:
    assert arrived(stage_rig, target) == f"https://gateway.example.com/local{target}"


@pytest.mark.parametrize("target", DOTS)
def test_no_target_leaves_the_stage(stage_rig: Rig, target: str) -> None:
    location = arrived(stage_rig, target.replace("LOCAL", "local"))
    path = urlsplit(location).path.replace("%2e", ".").replace("%2E", ".")
    assert posixpath.normpath(path).startswith("/local/"), location


@pytest.mark.parametrize("target", ["https://app.example.com/signed-in", "https://app.example.com/signed-in?tab=1"])
def test_an_address_that_the_settings_name_is_gone_to(any_rig: Rig, target: str) -> None:
    assert arrived(any_rig, target) == target


def test_no_target_leads_home(any_rig: Rig) -> None:
    assert any_rig.browser().sign_in().headers["location"] == f"{any_rig.gateway_url}{HOME}"


def test_two_targets_are_refused_and_begin_nothing(any_rig: Rig) -> None:
    before = len(any_rig.pending())
    answer = any_rig.browser().get("/oauth2/login/okta?redirect_uri=/a&redirect_uri=/b")
    assert (answer.status_code, "parameter_invalid" in answer.text) == (400, True)
    assert len(any_rig.pending()) == before


def test_a_target_on_the_callback_is_not_looked_at(rig: Rig) -> None:
    browser = rig.browser()
    callback = browser.at_okta(browser.begin())
    answer = browser.get(f"{callback}&redirect_uri={quote('https://app.example.com/signed-in', safe='')}&target=/x")
    assert answer.headers["location"] == f"{rig.gateway_url}{HOME}"


def test_the_callback_at_okta_is_always_our_own(any_rig: Rig) -> None:
    for target in ("https://evil.example/", "/x", "https://app.example.com/signed-in"):
        request = any_rig.browser().begin(target).request
        assert request["redirect_uri"] == f"{any_rig.gateway_url}/oauth2/callback/okta"
        assert "evil" not in str(request)


def test_signing_in_on_the_way_to_sign_in_ends(rigs: object) -> None:
    assert callable(rigs)
    rig: Rig = rigs(ORG)
    browser = rig.browser()
    location = str(browser.sign_in(target="/oauth2/login/okta").headers["location"])
    for _ in range(4):
        if location == f"{rig.gateway_url}{HOME}":
            return
        location = str(browser.get(location).headers["location"])
    pytest.fail("a redirect loop")
