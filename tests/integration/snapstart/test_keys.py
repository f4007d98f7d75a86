"""The authorizer's keys over a restore: the wall clock says how old they are, however long the snapshot lay there."""

import time

from tests.integration.authorizer.invocation import Okta, settings_for
from tests.integration.snapstart.conftest import Publish
from tests.integration.snapstart.snapshots import Snapshot, WorldClock, decides

HOUR = 3600
WEEKS = 21 * 24 * HOUR
USER = "ada@example.com"


def authorizer(publish: Publish, okta: Okta) -> Snapshot:
    return publish("token_authorizer", settings_for(okta))


def await_key_fetches(okta: Okta, count: int) -> None:
    deadline = time.monotonic() + 30
    while okta.key_fetches() < count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert okta.key_fetches() == count


def test_weeks_later_the_keys_of_that_day_decide(publish: Publish, okta: Okta, clock: WorldClock) -> None:
    now, before = int(clock()), okta.key_fetches()
    withdrawn = okta.mint(user=USER, claims={"iat": now + WEEKS, "exp": now + WEEKS + HOUR})
    snapshot = authorizer(publish, okta)
    assert okta.key_fetches() == before + 1
    assert snapshot.connected_ports() == set()
    for _ in range(3):
        okta.rotate()
    clock.pass_by(WEEKS)
    snapshot.restore()
    await_key_fetches(okta, before + 2)  # beside the restoration: no token has come yet
    assert decides(snapshot, okta.mint(user=USER)) == "Allow"
    assert okta.key_fetches() == before + 2
    assert decides(snapshot, withdrawn) == "Unauthorized"
    assert [line["code"] for line in snapshot.lines()] == ["none", "no_matching_key"]
    assert snapshot.lines()[0]["KeySetFetches"] == 1


def test_with_okta_down_the_keys_of_the_snapshot_serve_for_six_hours_of_the_wall_clock(
    publish: Publish, okta: Okta, clock: WorldClock
) -> None:
    snapshot = authorizer(publish, okta)
    okta.break_keys("outage")
    clock.pass_by(2 * HOUR)
    snapshot.restore()
    assert decides(snapshot, okta.mint(user=USER)) == "Allow"
    clock.pass_by(4 * HOUR + 1)
    assert decides(snapshot, okta.mint(user=USER)) == "keys_unavailable"
    okta.break_keys(None)
    clock.pass_by(61)
    assert decides(snapshot, okta.mint(user=USER)) == "Allow"


def test_with_okta_down_weeks_later_nobody_is_let_in_until_it_is_back(
    publish: Publish, okta: Okta, clock: WorldClock
) -> None:
    snapshot = authorizer(publish, okta)
    clock.pass_by(WEEKS)
    token = okta.mint(user=USER)
    okta.break_keys("outage")
    snapshot.restore()
    assert decides(snapshot, token) == "keys_unavailable"
    okta.break_keys(None)
    assert decides(snapshot, token) == "Allow"


def test_right_after_the_deployment_no_copy_asks_okta(publish: Publish, okta: Okta, clock: WorldClock) -> None:
    snapshot = authorizer(publish, okta)
    fetches = okta.key_fetches()
    assert snapshot.lines() == []  # none about the decisions before the snapshot
    clock.pass_by(60)
    snapshot.restore()
    assert decides(snapshot, okta.mint(user=USER)) == "Allow"
    assert okta.key_fetches() == fetches
    assert "KeySetFetches" not in snapshot.lines()[0]


def test_a_snapshot_can_be_taken_while_okta_is_down(publish: Publish, okta: Okta, clock: WorldClock) -> None:
    okta.break_keys("outage")
    snapshot = authorizer(publish, okta)
    assert "before the snapshot, keys: keys_unavailable" in snapshot.log()
    okta.break_keys(None)
    clock.pass_by(WEEKS)
    snapshot.restore()
    assert decides(snapshot, okta.mint(user=USER)) == "Allow"
