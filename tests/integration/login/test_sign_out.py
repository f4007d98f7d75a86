"""Signing out: asked for first, here at once, at Okta by the browser; and what it does not end."""

import re

import httpx
import pytest

from tests.integration.login.browser import ADA_ID, FORM, Browser, form_fields
from tests.integration.login.conftest import Start
from tests.integration.login.rig import Rig
from tests.integration.login.watched_okta import Exchange, query

PATH = "/oauth2/logout/okta"


def sign_in_answer(rig: Rig) -> Exchange:
    return rig.okta.grants("authorization_code")[-1]


def sign_out(browser: Browser) -> httpx.Response:
    """By the page's form, as a person does it."""
    return browser.submit(browser.get(PATH), PATH)


def test_a_link_only_asks(any_rig: Rig) -> None:
    browser = any_rig.browser().signed_in()
    page = browser.get(PATH)
    assert page.status_code == 200
    assert f'<form method="post" action="{any_rig.gateway_url}{PATH}">' in page.text
    assert page.headers.get_list("set-cookie") == []
    assert browser.get("/oauth2/session").status_code == 200


def test_the_pages_form_signs_out(any_rig: Rig) -> None:
    """A browser sends the Origin that the page's Referrer-Policy lets it (Fetch, "append a request Origin header")."""
    browser = any_rig.browser().signed_in()
    answer = sign_out(browser)
    assert answer.status_code == 200, answer.text.partition("</style>")[2]
    assert browser.session_id is None
    assert browser.get("/oauth2/session").status_code == 401


def test_signing_out_ends_the_session_and_its_refresh_token(any_rig: Rig) -> None:
    browser = any_rig.browser().signed_in()
    cookies = dict(browser.http.cookies)
    refresh_token = sign_in_answer(any_rig).answer["refresh_token"]
    assert any_rig.okta.is_active(refresh_token, any_rig.server)
    answer = browser.post(PATH, content_type=FORM)
    assert answer.status_code == 200
    (cleared,) = answer.headers.get_list("set-cookie")
    assert cleared.startswith(f"{any_rig.cookie_prefix}okta-gateway-session=; Max-Age=0;")
    assert not any_rig.okta.is_active(refresh_token, any_rig.server)
    thief = any_rig.browser()
    name = f"{any_rig.cookie_prefix}okta-gateway-session"
    kept = [("Cookie", f"{name}={cookies[name]}"), ("Origin", browser.origin), ("Content-Type", "application/json")]
    assert thief.send("GET", "/oauth2/session", kept).status_code == 401
    assert thief.send("POST", "/oauth2/session/token", kept).status_code == 401


def test_after_a_refresh_the_newest_refresh_token_is_revoked(both_servers: Rig) -> None:
    browser = both_servers.browser().signed_in()
    both_servers.token_ends_soon()
    browser.access_token()
    newest = both_servers.okta.grants("refresh_token")[-1].answer["refresh_token"]
    browser.post(PATH)
    revoked = [exchange.form["token"] for exchange in both_servers.okta.watch.exchanges if "revoke" in exchange.path]
    assert revoked[-1] == newest
    assert not both_servers.okta.is_active(newest, both_servers.server)


def test_the_browser_signs_out_at_okta_by_a_form(any_rig: Rig) -> None:
    browser = any_rig.browser().signed_in()
    page = browser.post(PATH, content_type=FORM)
    fields = form_fields(page.text)
    assert f'action="{any_rig.endpoints}/logout"' in page.text
    assert fields["id_token_hint"] == sign_in_answer(any_rig).answer["id_token"]
    assert fields["post_logout_redirect_uri"] == f"{any_rig.gateway_url}/oauth2/"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", fields["state"])
    policy = page.headers["content-security-policy"]
    assert any_rig.okta.address in policy.partition("form-action")[2].partition(";")[0]
    assert page.headers["cache-control"] == "no-store"
    back = browser.submit(page, "/logout")
    assert back.status_code == 302
    assert back.headers["location"].startswith(f"{any_rig.gateway_url}/oauth2/")
    assert query(back.headers["location"])["state"] == fields["state"]
    assert browser.get(back.headers["location"]).status_code == 200
    again = browser.http.get(browser.begin().location)
    assert again.status_code == 200, "Okta still knew the browser"


def test_the_form_sends_itself_by_a_script_that_the_policy_allows(rig: Rig) -> None:
    page = rig.browser().signed_in().post(PATH)
    (nonce,) = re.findall(r'<script nonce="([^"]+)">', page.text)
    assert f"script-src 'nonce-{nonce}'" in page.headers["content-security-policy"]
    assert "<button autofocus>" in page.text


def test_a_page_nonce_is_used_once(rig: Rig) -> None:
    nonces = [re.findall(r'nonce="([^"]+)"', rig.browser().get(PATH).text)[0] for _ in range(3)]
    assert len(set(nonces)) == 3


def test_without_a_session_signing_out_leads_home(any_rig: Rig) -> None:
    browser = any_rig.browser()
    answer = browser.post(PATH, content_type=FORM)
    assert answer.status_code in {302, 303}
    assert answer.headers["location"] == f"{any_rig.gateway_url}/oauth2/"


def test_signing_out_twice_is_no_error(rig: Rig) -> None:
    browser = rig.browser().signed_in()
    name, value = "okta-gateway-session", browser.session_id
    assert browser.post(PATH).status_code == 200
    again = rig.browser().send(
        "POST", PATH, [("Cookie", f"{name}={value}"), ("Origin", browser.origin), ("Content-Type", FORM)]
    )
    assert again.status_code in {302, 303}
    assert "Max-Age=0" in again.headers["set-cookie"]


@pytest.mark.parametrize("fault", ["outage", "html", "rate_limit"])
def test_while_okta_is_down_signing_out_still_ends_the_session(any_rig: Rig, fault: str) -> None:
    browser = any_rig.browser().signed_in()
    any_rig.okta.fault("revoke", fault)
    answer = browser.post(PATH, content_type=FORM)
    assert answer.status_code == 200
    assert browser.session_id is None
    assert browser.get("/oauth2/session").status_code == 401


def test_a_refused_revocation_still_ends_the_session(start: Start) -> None:
    rig = start()
    browser = rig.browser().signed_in()
    rig.settings["OKTA_CLIENT_SECRET"] = "rotated-secret-that-protects-nothing"
    rig.sandboxes.restart()
    assert browser.post(PATH).status_code == 200
    assert rig.sessions() == []


def test_a_token_that_was_handed_out_works_until_it_ends(both_servers: Rig) -> None:
    """Stated: an access token ends by its own exp, since nobody asks Okta about it."""
    rig, browser = both_servers, both_servers.browser().signed_in()
    bearer = [("Authorization", f"Bearer {browser.access_token()}")]
    lifetime = browser.token().json()["expires_in"]
    browser.post(PATH)
    assert browser.get("/oauth2/session").status_code == 401
    assert rig.browser().get("/api/servers", bearer).status_code == 200
    rig.clock.pass_by(lifetime + 61)
    rig.authorizer.restart()  # what it remembers of a token, it remembers by the real clock
    assert rig.browser().get("/api/servers", bearer).status_code == 401


def test_signing_out_in_one_browser_leaves_the_other(rig: Rig) -> None:
    here, there = rig.browser().signed_in(), rig.browser().signed_in()
    here.post(PATH)
    assert there.get("/oauth2/session").json()["sub"] == ADA_ID
    assert there.access_token()


def test_a_foreign_page_cannot_sign_anybody_out(rig: Rig) -> None:
    browser = rig.browser().signed_in()
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
        browser.send(method, PATH, [("Origin", "https://evil.example"), ("Content-Type", FORM)])
    assert browser.get("/oauth2/session").status_code == 200


def test_okta_gets_the_id_token_of_the_latest_refresh(both_servers: Rig) -> None:
    browser = both_servers.browser().signed_in()
    both_servers.token_ends_soon()
    browser.access_token()
    latest = both_servers.okta.grants("refresh_token")[-1].answer["id_token"]
    assert form_fields(browser.post(PATH).text)["id_token_hint"] == latest
