"""When parts are missing, and when requests are not ours: a readable answer, never a traceback, and no side effect."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from devkit.stack.store_switch import StoreSwitch
from tests.integration.login.browser import Browser
from tests.integration.login.conftest import Start, watched
from tests.integration.login.rig import Rig, Surroundings, new_signing_key, running

JSON = [("Accept", "application/json")]


@pytest.fixture
def store(folder: Path) -> Iterator[StoreSwitch]:
    with ExitStack() as stack:
        switch = StoreSwitch(folder / "store.db")
        stack.callback(switch.stop)
        yield switch


def assert_failed(answer: httpx.Response, code: str) -> None:
    assert answer.status_code in {500, 503}
    assert code in answer.text
    assert answer.headers["x-amzn-requestid"] in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "Traceback" not in answer.text
    assert "mongodb" not in answer.text


STORE_ROUTES = {
    "login": ("GET", "/oauth2/login/okta"),
    "callback": ("GET", "/oauth2/callback/okta?state=x&code=y"),
    "callback with an error": ("GET", "/oauth2/callback/okta?state=x&error=access_denied"),
    "callback with two states": ("GET", "/oauth2/callback/okta?state=x&state=y&code=z"),
    "callback without anything": ("GET", "/oauth2/callback/okta"),
    "home": ("GET", "/oauth2/"),
    "session": ("GET", "/oauth2/session"),
    "token": ("POST", "/oauth2/session/token"),
    "sign out": ("POST", "/oauth2/logout/okta"),
}


@pytest.fixture(scope="module", params=["from the start", "later"])
def signed_in_without_store(
    request: pytest.FixtureRequest, around: Surroundings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Somebody whose session is in a store that is down: since the cold start, or since after it."""
    switch = StoreSwitch(tmp_path_factory.mktemp("store") / "store.db")
    with running(around, "custom", DOCUMENTDB_URI=switch.start()) as rig, watched(rig):
        browser = rig.browser().signed_in()
        switch.stop()
        if request.param == "from the start":
            rig.sandboxes.restart()
        yield browser


@pytest.mark.parametrize(("method", "path"), STORE_ROUTES.values(), ids=STORE_ROUTES)
def test_without_the_store_every_route_says_so(signed_in_without_store: Browser, method: str, path: str) -> None:
    browser = signed_in_without_store
    headers = [("Origin", browser.origin), ("Content-Type", "application/json")]
    answer = browser.send(method, path, headers)
    if "callback" in path and answer.status_code == 400:
        assert "state_unknown" in answer.text or "parameter_invalid" in answer.text  # told without the store
    else:
        assert_failed(answer, "store_unavailable")


@pytest.mark.parametrize("when", ["from the start", "later"])
def test_a_session_outlives_an_outage_of_the_store(start: Start, store: StoreSwitch, when: str) -> None:
    rig = start(DOCUMENTDB_URI=store.start())
    browser = rig.browser().signed_in()
    store.stop()
    if when == "from the start":
        rig.sandboxes.restart()
    assert browser.token().status_code == 500
    store.start()
    assert browser.access_token()


@pytest.mark.parametrize("path", ["/oauth2/", "/oauth2/logout/okta", "/oauth2/nowhere", "/.well-known/jwks.json"])
def test_what_needs_no_store_works_without_it(start: Start, store: StoreSwitch, path: str) -> None:
    uri = store.start()
    store.stop()
    rig = start(DOCUMENTDB_URI=uri)
    assert rig.browser().get(path).status_code == (404 if "nowhere" in path else 200)


def test_a_damaged_row_is_told_to_the_operator_only(rig: Rig) -> None:
    browser = rig.browser().signed_in()
    rig.database["oauth_sessions_gateway"].update_one({"_id": rig.sessions()[-1]["_id"]}, {"$set": {"groups": "x"}})
    answer = browser.get("/oauth2/session")
    assert_failed(answer, "store_data_invalid")
    rig.database["oauth_sessions_gateway"].delete_many({"groups": "x"})


WRONG = {
    "post to home": ("POST", "/oauth2/"),
    "post to login": ("POST", "/oauth2/login/okta"),
    "post to callback": ("POST", "/oauth2/callback/okta"),
    "put": ("PUT", "/oauth2/session"),
    "delete the session": ("DELETE", "/oauth2/session"),
    "get the token": ("GET", "/oauth2/session/token"),
    "patch": ("PATCH", "/oauth2/logout/okta"),
    "unknown": ("GET", "/oauth2/nowhere"),
    "another provider": ("GET", "/oauth2/login/keycloak"),
    "capitals": ("GET", "/oauth2/Login/Okta"),
    "deeper": ("GET", "/oauth2/login/okta/x"),
    "encoded slash": ("GET", "/oauth2/login%2Fokta"),
    "the free route": ("POST", "/oauth2/token"),
    "markup": ("GET", "/oauth2/%3Cscript%3Ealert(1)%3C/script%3E"),
    "encoded line break": ("GET", "/oauth2/%0d%0aSet-Cookie:x=y"),
}


@pytest.mark.parametrize(("method", "path"), WRONG.values(), ids=WRONG)
def test_wrong_methods_and_paths_are_not_found_and_change_nothing(any_rig: Rig, method: str, path: str) -> None:
    browser = any_rig.browser().signed_in()
    before = (len(any_rig.pending()), any_rig.sessions())
    answer = browser.send(method, path, [*JSON, ("Origin", browser.origin)])
    assert answer.status_code in {404, 405}
    assert answer.json()["error"] in {"route_unknown", "method_not_allowed"}
    assert "set-cookie" not in answer.headers
    assert (len(any_rig.pending()), any_rig.sessions()) == before


def test_an_unknown_page_is_a_readable_page(any_rig: Rig) -> None:
    answer = any_rig.browser().get("/oauth2/nowhere")
    assert answer.headers["content-type"].startswith("text/html")
    assert "There is no such page" in answer.text
    assert "<script>alert" not in any_rig.browser().get("/oauth2/%3Cscript%3Ealert(1)%3C/script%3E").text


@pytest.mark.parametrize("path", ["/oauth2/", "/oauth2/session", "/oauth2/logout/okta", "/oauth2/login/okta"])
def test_head_changes_nothing_and_has_no_body(any_rig: Rig, path: str) -> None:
    browser = any_rig.browser().signed_in()
    before = (len(any_rig.pending()), any_rig.sessions())
    answer = browser.send("HEAD", path)
    assert answer.status_code < 500
    assert answer.text == ""
    assert (len(any_rig.pending()), any_rig.sessions()) == before


def test_head_of_the_callback_does_not_use_it_up(any_rig: Rig) -> None:
    """Link previews and virus scanners do that."""
    browser = any_rig.browser()
    callback = browser.at_okta(browser.begin())
    browser.http.head(callback)
    assert browser.get(callback).status_code == 302


@pytest.mark.parametrize("path", ["/oauth2/", "/oauth2/logout/okta"])
def test_pages_answer_head_as_they_answer_get(rig: Rig, path: str) -> None:
    """RFC 9110, section 9.1: GET and HEAD must be supported."""
    assert rig.browser().send("HEAD", path).status_code == 200


def test_a_cookie_header_of_rubbish_is_nobody(any_rig: Rig) -> None:
    name = f"{any_rig.cookie_prefix}okta-gateway-session"
    for value in (f"{name}", f"{name}=", f"{name}=;;;=", f"{name}=a; {name}=b", f"x={name}=1", "=" * 2000, "\xff\xfe"):
        request = any_rig.browser().http.build_request(
            "GET", f"{any_rig.gateway_url}/oauth2/session", headers=[(b"Cookie", value.encode("latin-1"))]
        )
        assert any_rig.browser().http.send(request).status_code == 401


def test_a_session_cookie_that_somebody_added_does_not_count(any_rig: Rig) -> None:
    """Two of the same name with two values: one of them is not ours."""
    browser: Browser = any_rig.browser().signed_in()
    name = f"{any_rig.cookie_prefix}okta-gateway-session"
    both = f"{name}={browser.session_id}; {name}={'x' * 43}"
    assert any_rig.browser().get("/oauth2/session", [("Cookie", both)]).status_code == 401


def test_over_https_a_cookie_without_the_prefix_does_not_count(stage_rig: Rig) -> None:
    browser = stage_rig.browser().signed_in()
    bare = [("Cookie", f"okta-gateway-session={browser.session_id}")]
    assert stage_rig.browser().get("/oauth2/session", bare).status_code == 401


def test_the_public_keys_may_be_kept_and_hold_nothing_private(start: Start, folder: Path) -> None:
    first, second = new_signing_key(folder), new_signing_key(folder)
    rig = start(GATEWAY_SIGNING_KEYS=f"{first},{second}")
    answer = rig.browser().get("/.well-known/jwks.json")
    assert answer.headers["content-type"] == "application/json"
    assert "max-age=" in answer.headers["cache-control"]
    assert "no-store" not in answer.headers["cache-control"]
    keys = answer.json()["keys"]
    assert len(keys) == 2
    assert all(set(key) == {"kty", "n", "e", "kid", "use", "alg"} for key in keys)
    assert len({key["kid"] for key in keys}) == 2
