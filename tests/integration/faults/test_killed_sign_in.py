"""The sign-in function is killed in the middle of a write, while other people sign in and use their sessions.

The function that dies starts cold in a process of its own, behind the gateway that all use; four browsers of other
people use four other sandboxes meanwhile and notice nothing. Whoever met the death sees API Gateway's 502.
"""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.integration.faults.callers import calling
from tests.integration.faults.functions_rig import a_store, running_sign_in
from tests.integration.faults.killing import dying_at
from tests.integration.faults.load import THREADS
from tests.integration.iam.interrupted import Manner
from tests.integration.login.browser import Browser
from tests.integration.login.rig import Rig
from tests.integration.login.watched_okta import SERVER

BEFORE, AFTER = Manner.KILLED_BEFORE, Manner.KILLED_AFTER
PENDING, SESSIONS = "oauth_pending_logins", "oauth_sessions_gateway"
TOKEN, REVOKE = (f"okta POST /oauth2/{SERVER}/v1/{endpoint}" for endpoint in ("token", "revoke"))
TOUCH, LEASE, REPLACE = 1, 2, 3
"""The updates of a session that is renewed, in their order."""
LEEWAY_SECONDS = 30
"""How long Okta takes a rotated refresh token again (org.yml; Okta: "Refresh token rotation")."""
LEASE_SECONDS = 20


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("killed-sign-in")
    with a_store(folder) as (_, uri), running_sign_in(folder, uri) as rig:
        yield rig


@pytest.fixture
def others(rig: Rig) -> Callable[[int, int], int]:
    """Other people, who are signed in already."""
    browsers = [rig.browser().signed_in() for _ in range(THREADS)]

    def ask(number: int, _count: int) -> int:
        time.sleep(0.1)
        return browsers[number].get("/oauth2/session").status_code

    return ask


def lost(browser: Browser) -> bool:
    """Whether nobody is let in by what the browser has."""
    return browser.get("/oauth2/session").status_code == 401 and browser.token().status_code == 401


@pytest.mark.parametrize(
    ("step", "manner"),
    [
        pytest.param(f"store find_one_and_delete {PENDING}", AFTER, id="the attempt is used up"),
        pytest.param(TOKEN, AFTER, id="Okta gave the tokens"),
        pytest.param(f"store insert_one {SESSIONS}", AFTER, id="the session is written"),
    ],
)
def test_who_met_a_death_in_the_callback_is_not_signed_in_and_signs_in_again(
    rig: Rig, others: Callable[[int, int], int], step: str, manner: Manner
) -> None:
    """The attempt is used up: reloading the page says so (400), and signing in again works at once. A session that was
    written already has a name that nobody knows: it opens nothing, and ends by itself.
    """
    browser = rig.browser()
    callback = browser.at_okta(browser.begin())
    before = {row["_id"] for row in rig.sessions()}
    with calling(others) as callers, dying_at(rig, browser, step, manner):
        assert browser.get(callback).status_code == 502
    assert set(callers.results()) <= {200}
    orphans = {row["_id"] for row in rig.sessions()} - before
    assert len(orphans) == (1 if SESSIONS in step else 0)
    assert lost(browser)
    assert browser.get(callback).status_code == 400
    assert browser.signed_in().access_token()


def test_an_attempt_that_died_when_it_was_written_costs_one_click(rig: Rig, others: Callable[[int, int], int]) -> None:
    """The link to Okta says 502; the second click works. The row that nobody has a cookie for ends by itself."""
    browser = rig.browser()
    with calling(others) as callers, dying_at(rig, browser, f"store insert_one {PENDING}", AFTER):
        assert browser.get("/oauth2/login/okta").status_code == 502
    assert set(callers.results()) <= {200}
    assert browser.signed_in().access_token()


@pytest.mark.parametrize(
    ("step", "nth"),
    [
        pytest.param(f"store update_one {SESSIONS}", LEASE, id="the lease is taken"),
        pytest.param(TOKEN, 1, id="Okta rotated the refresh token"),
        pytest.param(f"store update_one {SESSIONS}", REPLACE, id="the new tokens are written"),
    ],
)
def test_who_met_a_death_in_the_renewal_is_still_signed_in(
    rig: Rig, others: Callable[[int, int], int], step: str, nth: int
) -> None:
    """The page that asked for a token is told 502. Once the lease of the dead has ended (20 s), the next one renews:
    Okta takes the old refresh token again for 30 s, so that the death between its answer and our write costs nothing.
    """
    browser = rig.browser().signed_in()
    first = browser.access_token()
    rig.token_ends_soon()
    with calling(others) as callers, dying_at(rig, browser, step, AFTER, nth):
        assert browser.token().status_code == 502
    assert set(callers.results()) <= {200}
    rig.clock.pass_by(LEASE_SECONDS + 1)
    assert browser.access_token() != first
    assert browser.get("/oauth2/session").status_code == 200


def test_a_refresh_token_that_was_rotated_and_lost_for_longer_than_okta_allows_ends_the_session(
    rig: Rig,
) -> None:
    """Nobody asked within 30 s: Okta refuses the old refresh token. The page is told 401, and the person signs in."""
    browser = rig.browser().signed_in()
    rig.token_ends_soon()
    with dying_at(rig, browser, TOKEN, AFTER):
        assert browser.token().status_code == 502
    rig.clock.pass_by(LEEWAY_SECONDS + 1)
    assert browser.token().status_code == 401
    assert lost(browser)
    assert browser.signed_in().access_token()


@pytest.mark.parametrize(
    ("step", "manner", "ended"),
    [
        pytest.param(f"store find_one_and_delete {SESSIONS}", BEFORE, False, id="nothing is done"),
        pytest.param(f"store find_one_and_delete {SESSIONS}", AFTER, True, id="the session is deleted"),
        pytest.param(REVOKE, AFTER, True, id="Okta revoked the refresh token"),
    ],
)
def test_who_met_a_death_in_signing_out_is_in_or_out_and_asks_again(
    rig: Rig, others: Callable[[int, int], int], step: str, manner: Manner, ended: bool
) -> None:
    """The page says 502. Either nothing has happened, or the session has ended; signing out again is never refused.

    A death before Okta was told leaves a refresh token alive that nobody has any more: the row that held it, sealed, is
    gone. Okta ends it by its own rules.
    """
    browser, copy = rig.browser().signed_in(), rig.browser()
    copy.http.cookies.update(browser.http.cookies)
    with calling(others) as callers, dying_at(rig, browser, step, manner):
        assert browser.post("/oauth2/logout/okta").status_code == 502
    assert set(callers.results()) <= {200}
    assert lost(copy) is ended
    assert browser.post("/oauth2/logout/okta").status_code in {200, 302}
    assert lost(browser)
    assert lost(copy), "the cookie that the browser had opens nothing any more"
    assert browser.signed_in().access_token()
