"""The callback under attack: parameters that are not what Okta sends, replays, races, and other people's answers."""

from collections.abc import Callable
from urllib.parse import urlencode

import httpx
import pytest

from tests.integration.login.browser import ADA_ID, PAT, PAT_ID, Browser, parameters
from tests.integration.login.conftest import Start
from tests.integration.login.racing import at_once, warm_up
from tests.integration.login.rig import Rig

CALLBACK = "/oauth2/callback/okta"
AS_JSON = [("Accept", "application/json")]
LONG = "a" * 2049

type Pairs = list[tuple[str, str]]
type Change = Callable[[Pairs], Pairs]


def without(*names: str) -> Change:
    return lambda pairs: [(name, value) for name, value in pairs if name not in names]


def with_more(*more: tuple[str, str]) -> Change:
    return lambda pairs: [*pairs, *more]


def replaced(name: str, value: str) -> Change:
    return lambda pairs: [*without(name)(pairs), (name, value)]


def repeated(name: str) -> Change:
    return lambda pairs: [*pairs, *((found, value) for found, value in pairs if found == name)]


def an_error(*more: tuple[str, str]) -> Change:
    """Instead of the code."""
    return lambda pairs: [*without("code")(pairs), *more]


BAD: dict[str, tuple[Change, str]] = {
    "no parameter": (lambda _: [], "parameter_invalid"),
    "no state": (without("state"), "parameter_invalid"),
    "empty state": (replaced("state", ""), "parameter_invalid"),
    "state twice": (repeated("state"), "parameter_invalid"),
    "two states": (with_more(("state", "other")), "parameter_invalid"),
    "long state": (replaced("state", LONG), "parameter_invalid"),
    "state with NUL": (replaced("state", "a\0b"), "parameter_invalid"),
    "state with line break": (replaced("state", "a\r\nSet-Cookie: x=y"), "parameter_invalid"),
    "unknown state": (replaced("state", "b" * 43), "state_unknown"),
    "state in other letters": (
        lambda pairs: [(n, v.swapcase() if n == "state" else v) for n, v in pairs],
        "state_unknown",
    ),
    "neither code nor error": (without("code"), "parameter_invalid"),
    "empty code": (replaced("code", ""), "parameter_invalid"),
    "code twice": (repeated("code"), "parameter_invalid"),
    "two codes": (with_more(("code", "other")), "parameter_invalid"),
    "long code": (replaced("code", LONG), "parameter_invalid"),
    "code with NUL": (replaced("code", "a\0b"), "parameter_invalid"),
    "code and error": (with_more(("error", "access_denied")), "parameter_invalid"),
    "empty error": (an_error(("error", "")), "parameter_invalid"),
    "error twice": (an_error(("error", "access_denied"), ("error", "access_denied")), "parameter_invalid"),
    "long error": (an_error(("error", LONG)), "parameter_invalid"),
    "error with line break": (an_error(("error", "a\nb")), "parameter_invalid"),
    "long description": (an_error(("error", "x"), ("error_description", LONG)), "parameter_invalid"),
    "two descriptions": (
        an_error(("error", "x"), ("error_description", "a"), ("error_description", "b")),
        "parameter_invalid",
    ),
    "empty iss": (with_more(("iss", "")), "issuer_mixed_up"),
    "iss of another org": (with_more(("iss", "https://evil.okta.com")), "issuer_mixed_up"),
    "iss with a slash more": (with_more(("iss", "ISSUER/")), "issuer_mixed_up"),
    "iss of another server": (with_more(("iss", "OKTA/oauth2/default")), "issuer_mixed_up"),
    "iss twice": (with_more(("iss", "ISSUER"), ("iss", "ISSUER")), "parameter_invalid"),
}


def go_back(browser: Browser, pairs: Pairs, headers: Pairs = AS_JSON) -> httpx.Response:
    return browser.get(f"{CALLBACK}?{urlencode(pairs)}", headers)


@pytest.mark.parametrize(("change", "code"), BAD.values(), ids=BAD)
def test_a_bad_parameter_is_refused_and_changes_nothing(both_servers: Rig, change: Change, code: str) -> None:
    rig, browser = both_servers, both_servers.browser()
    callback = browser.at_okta(browser.begin())
    before = (rig.sessions(), rig.pending(), len(rig.okta.watch.exchanges))
    pairs = [
        (name, value.replace("ISSUER", rig.issuer).replace("OKTA", rig.okta.address))
        for name, value in change(parameters(callback))
    ]
    answer = go_back(browser, pairs)
    assert (answer.status_code, answer.json().get("error")) == (400, code)
    assert answer.json()["correlation_id"] == answer.headers["x-amzn-requestid"]
    assert "location" not in answer.headers
    assert (rig.sessions(), rig.pending(), len(rig.okta.watch.exchanges)) == before
    assert browser.session_id is None
    assert browser.get(callback).status_code == 302, "the attempt was spoiled"


def test_parameters_without_meaning_are_ignored(rig: Rig) -> None:
    """Unknown ones, and one without a value, which counts as omitted (RFC 6749, section 3.1)."""
    browser = rig.browser()
    more = [("session_state", "x"), ("foo", "1"), ("foo", "2"), ("error", "")]
    pairs = [*parameters(browser.at_okta(browser.begin())), *more]
    assert go_back(browser, pairs).status_code == 302


def test_the_right_iss_is_accepted(any_rig: Rig) -> None:
    any_rig.okta.control("deviations", issuer_parameter="right")
    assert any_rig.browser().sign_in().status_code == 302


def test_a_mixed_up_iss_from_okta_is_refused(any_rig: Rig) -> None:
    any_rig.okta.control("deviations", issuer_parameter="https://other.okta.com")
    answer = any_rig.browser().sign_in()
    assert answer.status_code == 400
    assert "issuer_mixed_up" in answer.text


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_an_unknown_state_never_redirects(any_rig: Rig, accept: str) -> None:
    for result in (("code", "x" * 43), ("error", "access_denied")):
        answer = go_back(any_rig.browser(), [("state", "s" * 43), result], [("Accept", accept)])
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert "state_unknown" in answer.text


def test_a_callback_works_once(any_rig: Rig) -> None:
    browser = any_rig.browser()
    callback = browser.at_okta(browser.begin())
    assert browser.get(callback).status_code == 302
    session = browser.session_id
    again = browser.get(callback)
    assert (again.status_code, "state_unknown" in again.text) == (400, True)
    assert browser.session_id == session
    assert browser.get("/oauth2/session").status_code == 200


def test_of_ten_callbacks_at_once_one_succeeds(start: Start) -> None:
    rig = start()
    rig.sandboxes.add(9)
    browser = rig.browser()
    callback = browser.at_okta(browser.begin())
    warm_up(rig)
    results = at_once(rig, browser, lambda racer: racer.get(callback))
    assert sorted(answer.status_code for answer in results) == [302] + [400] * 9
    assert len(rig.sessions()) == 1
    assert len(rig.okta.grants("authorization_code")) == 1
    assert sum("okta-gateway-session=" in str(answer.headers.get_list("set-cookie")) for answer in results) == 1


def test_another_browser_cannot_end_a_sign_in(any_rig: Rig) -> None:
    """Login CSRF: the victim's browser follows the attacker's callback (RFC 6749, section 10.12)."""
    attacker, victim = any_rig.browser(), any_rig.browser()
    victim.begin()
    callback = attacker.at_okta(attacker.begin())
    answer = victim.get(callback)
    assert (answer.status_code, "state_unknown" in answer.text) == (400, True)
    assert victim.session_id is None
    assert attacker.get(callback).status_code == 302


@pytest.mark.parametrize(
    "value", ["A" * 43, "", "B" * 5000, '"quoted"', "\xff"], ids=["other", "empty", "long", "quoted", "bytes"]
)
def test_a_wrong_attempt_cookie_ends_nothing(rig: Rig, value: str) -> None:
    owner = rig.browser()
    callback = owner.at_okta(owner.begin())
    (name,) = [cookie.name for cookie in owner.http.cookies.jar if "login" in cookie.name]
    request = httpx.Request("GET", callback, headers=[(b"Cookie", f"{name}={value}".encode("latin-1"))])
    answer = rig.browser().http.send(request)
    assert answer.status_code == 400
    assert owner.get(callback).status_code == 302


def test_the_cookie_of_another_tab_does_not_end_this_one(rig: Rig) -> None:
    browser = rig.browser()
    first, second = browser.begin(), browser.begin()
    callback = browser.at_okta(first)
    names = [cookie.name for cookie in browser.http.cookies.jar if "login" in cookie.name]
    secrets = {name: browser.cookie(name) for name in names}
    swapped = "; ".join(f"{name}={secrets[other]}" for name, other in zip(names, reversed(names), strict=True))
    answer = rig.browser().get(callback, [("Cookie", swapped)])
    assert answer.status_code == 400
    assert second.state != first.state
    assert browser.get(callback).status_code == 302


def test_a_code_of_another_attempt_is_refused_by_pkce(both_servers: Rig) -> None:
    """Code injection (RFC 9700, section 4.5): a stolen code in the attacker's own attempt."""
    victim, attacker = both_servers.browser(), both_servers.browser()
    stolen = dict(parameters(victim.at_okta(victim.begin())))["code"]
    own = dict(parameters(attacker.at_okta(attacker.begin(), PAT)))
    answer = go_back(attacker, [("state", own["state"]), ("code", stolen)])
    assert answer.status_code == 400
    assert answer.json()["error"] == "okta_invalid_grant"
    assert attacker.session_id is None
    assert attacker.get("/oauth2/session").status_code == 401


def test_a_session_belongs_to_whoever_signed_in_last(rig: Rig) -> None:
    browser = rig.browser().signed_in()
    other = rig.browser()
    callback = other.at_okta(other.begin(), PAT)
    assert other.get(callback).status_code == 302
    assert browser.get("/oauth2/session").json()["sub"] == ADA_ID
    assert other.get("/oauth2/session").json()["sub"] == PAT_ID


def test_an_attempt_ends_after_ten_minutes(rig: Rig) -> None:
    browser = rig.browser()
    callback = browser.at_okta(browser.begin())
    rig.clock.pass_by(601)
    answer = browser.get(callback)
    assert (answer.status_code, "state_unknown" in answer.text) == (400, True)


def test_the_attempts_cookie_is_cleared_by_an_error(any_rig: Rig) -> None:
    browser = any_rig.browser()
    any_rig.okta.refuse("authorize", "access_denied", "no")
    answer = browser.sign_in()
    assert answer.status_code == 403
    assert browser.cookie("login") is None


def test_the_attempts_cookie_is_cleared_also_with_a_slash_at_the_end(rig: Rig) -> None:
    """API Gateway and the router ignore it; so must what they lead to."""
    browser = rig.browser()
    rig.okta.refuse("authorize", "access_denied", "no")
    callback = browser.at_okta(browser.begin())
    assert browser.get(callback.replace("/okta?", "/okta/?")).status_code == 403
    assert browser.cookie("login") is None
