"""A person signs in, in each configuration: where they arrive, which cookies they get, and whose rights they have."""

import re
from urllib.parse import urlsplit

import httpx
import pytest

from tests.integration.login.browser import ADA, ADA_ID, PAT, Attempt, attributes
from tests.integration.login.conftest import Start
from tests.integration.login.rig import CUSTOM, ORG, STAGE, Rig
from tests.integration.login.watched_okta import query

LOOPBACK_COOKIE = {"Path=/", "HttpOnly", "SameSite=Lax"}


def cookie_lines(response: httpx.Response) -> dict[str, str]:
    """The Set-Cookie lines by the cookie's name."""
    lines = response.headers.get_list("set-cookie")
    return {line.partition("=")[0]: line for line in lines}


def test_the_authorization_request_has_all_that_protects_it(any_rig: Rig) -> None:
    first, second = (any_rig.browser().begin().request for _ in range(2))
    address = any_rig.browser().begin().location
    assert address.startswith(f"{any_rig.endpoints}/authorize?")
    assert first["redirect_uri"] == f"{any_rig.gateway_url}/oauth2/callback/okta"
    assert (first["response_type"], first["code_challenge_method"]) == ("code", "S256")
    assert "openid" in first["scope"].split()
    for name in ("state", "nonce", "code_challenge"):
        assert re.fullmatch(r"[A-Za-z0-9_-]{43,}", first[name])
        assert first[name] != second[name]
    assert len({first["state"], first["nonce"], first["code_challenge"]}) == 3


def test_signing_in_ends_at_the_remembered_target_with_a_session(any_rig: Rig) -> None:
    browser = any_rig.browser()
    response = browser.sign_in(target="/oauth2/?from=here")
    assert response.status_code == 302, response.text
    assert response.headers["location"] == f"{any_rig.gateway_url}/oauth2/?from=here"
    session = browser.get("/oauth2/session").json()
    assert session["sub"] == ADA_ID
    assert session["username"] == ADA
    assert session["groups"] == ["registry-admins", "mcp-book-club"]
    assert "registry:admin:full" in session["scopes"]
    assert session["expires_at"] == pytest.approx(any_rig.clock() + 28800, abs=10)


def test_the_api_takes_the_sessions_token(any_rig: Rig) -> None:
    token = any_rig.browser().signed_in().token().json()
    assert token["token_type"] == "Bearer"
    assert 0 < token["expires_in"] <= (900 if any_rig.mode == ORG else 3600)
    answer = any_rig.browser().get("/api/servers", [("Authorization", f"Bearer {token['access_token']}")])
    assert answer.status_code == 200, answer.text
    you = answer.json()["you"]
    assert you["X-Username"] == ADA
    assert you["X-Groups"] == "registry-admins,mcp-book-club"
    assert you["X-Auth-Method"] == ("gateway" if any_rig.mode == ORG else "okta")


def test_a_person_without_rights_signs_in_and_is_refused_by_the_api(any_rig: Rig) -> None:
    token = any_rig.browser().signed_in("sam@example.com").access_token()
    answer = any_rig.browser().get("/api/servers", [("Authorization", f"Bearer {token}")])
    assert answer.status_code == 403


def test_cookies_are_bound_to_host_and_https_except_on_loopback(any_rig: Rig) -> None:
    rig, mode = any_rig, any_rig.mode
    browser = rig.browser()
    begun = browser.get("/oauth2/login/okta")
    wanted = LOOPBACK_COOKIE | ({"Secure"} if mode == STAGE else set())
    (name, line), *others = cookie_lines(begun).items()
    assert not others
    assert name.startswith(f"{rig.cookie_prefix}okta-gateway-login-")
    assert attributes(line) == wanted
    assert "Max-Age=600" in line
    done = cookie_lines(browser.get(browser.at_okta(Attempt(begun.headers["location"]))))
    session = done.pop(f"{rig.cookie_prefix}okta-gateway-session")
    assert attributes(session) == wanted
    assert re.search(r"=[A-Za-z0-9_-]{43}; Max-Age=28800;", session)
    cleared = done.pop(name)
    assert not done
    assert cleared.startswith(f"{name}=; Max-Age=0;")
    assert attributes(cleared) == wanted


def test_sign_in_gives_a_new_session_and_ends_the_old_one(any_rig: Rig) -> None:
    browser = any_rig.browser().signed_in()
    old = browser.session_id
    browser.signed_in()
    assert browser.session_id not in {None, old}
    thief = any_rig.browser()
    answer = thief.get("/oauth2/session", [("Cookie", f"{any_rig.cookie_prefix}okta-gateway-session={old}")])
    assert answer.status_code == 401
    first_refresh_token = any_rig.okta.grants("authorization_code")[-2].answer["refresh_token"]
    assert not any_rig.okta.is_active(first_refresh_token, any_rig.server)


def test_a_session_id_that_the_browser_brings_is_never_adopted(rig: Rig) -> None:
    browser = rig.browser()
    browser.http.cookies.set("okta-gateway-session", "A" * 43, domain="127.0.0.1", path="/")
    callback = browser.at_okta(browser.begin())
    response = browser.get(callback)
    assert f"{'A' * 43}" not in cookie_lines(response)["okta-gateway-session"]


def test_two_tabs_sign_in_side_by_side(any_rig: Rig) -> None:
    browser = any_rig.browser()
    first, second = browser.begin("/oauth2/?tab=1"), browser.begin("/oauth2/?tab=2")
    callbacks = [browser.at_okta(second), browser.at_okta(first)]
    targets = [browser.get(callback).headers["location"] for callback in callbacks]
    assert [query(target)["tab"] for target in targets] == ["2", "1"]
    assert browser.get("/oauth2/session").status_code == 200


def test_the_home_page_says_who_is_signed_in(any_rig: Rig) -> None:
    browser = any_rig.browser()
    before = browser.get("/oauth2/")
    assert (before.status_code, "Not signed in" in before.text) == (200, True)
    page = browser.signed_in(PAT).get("/oauth2/").text
    assert PAT in page
    assert "public-mcp-users" in page
    assert f'href="{any_rig.gateway_url}/oauth2/logout/okta"' in page


@pytest.mark.parametrize("path", ["/oauth2/", "/oauth2", "/oauth2/session", "/oauth2/logout/okta"])
def test_answers_are_stored_by_nobody(any_rig: Rig, path: str) -> None:
    answer = any_rig.browser().signed_in().get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_link_of_a_page_leads_to_the_gateway_or_okta(any_rig: Rig) -> None:
    browser = any_rig.browser().signed_in()
    for path in ("/oauth2/", "/oauth2/logout/okta", "/oauth2/nowhere"):
        links = re.findall(r'(?:href|action|src)="([^"]+)"', browser.get(path).text)
        assert links
        assert all(link.startswith(f"{any_rig.gateway_url}/oauth2/") for link in links)


def test_pages_have_a_policy_whose_forms_may_go_to_okta(any_rig: Rig) -> None:
    for path in ("/oauth2/", "/oauth2/logout/okta", "/oauth2/nowhere"):
        policy = any_rig.browser().get(path).headers["content-security-policy"]
        directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        assert directives["default-src"] == "'none'"
        assert directives["form-action"].split() == ["'self'", any_rig.okta.address]
        assert directives["frame-ancestors"] == "'none'"
        assert directives["base-uri"] == "'none'"
        assert "unsafe" not in policy


def test_all_of_okta_that_is_asked_is_of_the_configured_server(any_rig: Rig) -> None:
    before = any_rig.okta.requests()
    browser = any_rig.browser().signed_in()
    any_rig.token_ends_soon()
    browser.access_token()
    browser.submit(browser.get("/oauth2/logout/okta"))
    asked = {path for path, count in any_rig.okta.requests().items() if count > before.get(path, 0)}
    base = urlsplit(any_rig.endpoints).path
    assert {f"{base}/authorize", f"{base}/token"} <= asked
    assert all(path.startswith(f"{base}/") for path in asked)


def test_without_gateway_keys_a_custom_server_still_signs_people_in(start: Start) -> None:
    rig = start(CUSTOM, GATEWAY_SIGNING_KEYS="")
    browser = rig.browser().signed_in()
    assert browser.access_token()
    assert browser.get("/.well-known/jwks.json").json() == {"keys": []}
