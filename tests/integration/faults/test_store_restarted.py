"""The store is killed and started again while people sign in and administrators change things: what was acknowledged?

Both functions run in this process, in a sandbox for each of four callers; the store is a process of its own, which ends
between two instructions. What it keeps is in its file, as a cluster's volume outlives its instances.
"""

import itertools
import time
from pathlib import Path
from typing import NamedTuple

from tests.integration.faults.callers import calling
from tests.integration.faults.functions_rig import a_store, running_iam, running_sign_in
from tests.integration.faults.load import THREADS
from tests.integration.iam.machine_clients import GROUPS, M2M, incomplete, secret_opens, sync, traces
from tests.integration.login.browser import Attempt, Browser

DOWN_SECONDS = 0.3


class Made(NamedTuple):
    """A client that was asked for, and what was said about it."""

    name: str
    status: int
    code: str = ""
    client_id: str = ""
    secret: str = ""


def test_every_client_whose_creation_was_acknowledged_outlives_a_restart_of_the_store(tmp_path: Path) -> None:
    """An administrator is told 503 (`store_unavailable`) while the store is away, and asks again; the same sandboxes go
    on once it is back. Each client that was answered with 201 is there, with its groups and its secret. Of each other
    one there is nothing, or all, or it is listed as incomplete until the next sync, a minute later, settles it.
    """
    with a_store(tmp_path) as (store, uri), running_iam(tmp_path, uri) as (rig, sandboxes):

        def act(number: int, count: int) -> Made:
            name = f"agent-{count}-restarted"
            answer = sandboxes[number].call("POST", M2M, {"name": name, "groups": GROUPS})
            if answer.status != 201:
                return Made(name, answer.status, answer.code)
            return Made(name, 201, "", answer.body["client_id"], answer.body["client_secret"])

        with calling(act) as callers:
            callers.until(lambda made: _count(made, 201) >= THREADS)
            store.kill()
            callers.until(lambda made: _count(made, 503) >= 2)
            store.start()
            callers.until(lambda made: _count(made, 201) >= THREADS)
        made = callers.results()
        assert {one.status for one in made} == {201, 503}
        assert {one.code for one in made} <= {"", "store_unavailable"}
        rig.clock.pass_by(61)
        sync(rig)
        assert incomplete(rig) == []
        for one in made:
            counts = traces(rig, one.name).counts
            assert counts == (1, 1, 0) or (one.status == 503 and counts == (0, 0, 0)), one.name
        acknowledged = [one for one in made if one.status == 201]
        rows = {row["client_id"]: row["groups"] for row in rig.database["idp_m2m_clients"].find()}
        assert all(rows[one.client_id] == GROUPS for one in acknowledged)
        assert all(secret_opens(rig, one.client_id, one.secret) for one in acknowledged)


def _count(made: list[Made], status: int) -> int:
    return [one.status for one in made].count(status)


class Visit(NamedTuple):
    """A sign-in, and how far it came."""

    browser: Browser
    status: int
    place: str


def test_everybody_whose_sign_in_was_acknowledged_is_still_signed_in_after_a_restart_of_the_store(
    tmp_path: Path,
) -> None:
    """Who signs in while the store is away is told 500 (`store_unavailable`) on a page, and begins again. Who was sent
    on with a session has it afterwards, without signing in again, and who signed out stays signed out.
    """
    with a_store(tmp_path) as (store, uri), running_sign_in(tmp_path, uri) as rig:
        numbers = itertools.count()

        def act(_number: int, _count: int) -> Visit:
            visit = visited(rig.browser())
            if visit.status == 302 and next(numbers) % 3 == 0:
                done = visit.browser.post("/oauth2/logout/okta").status_code
                return Visit(visit.browser, done, "signed out")
            return visit

        with calling(act) as callers:
            callers.until(lambda visits: _completed(visits) >= THREADS)
            store.kill()
            callers.until(lambda visits: any(visit.status == 500 for visit in visits))
            time.sleep(DOWN_SECONDS)
            store.start()
            callers.until(lambda visits: _completed(visits) >= THREADS)
        for visit in callers.results():
            if visit.status in {200, 302}:
                expected = {401} if visit.place == "signed out" else {200}
            else:
                assert visit.status in {400, 500}, visit
                expected = {200, 401} if visit.place == "signed out" else {401}
            assert visit.browser.token().status_code in expected, visit


def visited(browser: Browser) -> Visit:
    """From the link to Okta and back."""
    begun = browser.get("/oauth2/login/okta")
    if begun.status_code != 302:
        return Visit(browser, begun.status_code, "begin")
    answer = browser.get(browser.at_okta(Attempt(begun.headers["location"])))
    return Visit(browser, answer.status_code, "callback")


def _completed(visits: list[Visit]) -> int:
    return sum(visit.status == 302 for visit in visits)
