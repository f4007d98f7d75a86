"""What administration costs in an org of 10,000 users and 600 applications: calls of Okta, and memory."""

import tracemalloc
from collections.abc import Callable, Iterator
from itertools import chain
from math import ceil

import pytest

from tests.integration.iam.machine_clients import M2M, jwk_settings, sync
from tests.integration.iam.rig import Rig, Surroundings, running

USERS, APPS = 10_000, 600
PAGE = 200
MOST_CALLS = 4
"""Of Okta, for one new machine client."""
FLAT_BYTES = 256 * 1024
"""By how much more pages may raise the peak: about a page of users and its answer have 200 KB."""


@pytest.fixture(scope="module")
def rig(around: Surroundings) -> Iterator[Rig]:
    with running(around) as rig:
        there = rig.okta.control("populate")
        rig.okta.control("populate", users=USERS - there["users"], apps=APPS - there["apps"])
        rig.call("GET", "/api/iam/users", query={"limit": 1}).ok()
        yield rig


def calls_of(rig: Rig, act: Callable[[], object]) -> dict[str, int]:
    """How often Okta was asked for each path meanwhile, tokens included."""
    before = rig.okta.requests("/")
    act()
    asked = {path: count - before.get(path, 0) for path, count in rig.okta.requests("/").items()}
    return {path: count for path, count in asked.items() if count}


def pages(rig: Rig, most: int) -> Iterator[list[str]]:
    """The logins on each of so many pages of users."""
    after: str | None = ""
    for _ in range(most):
        page = rig.call("GET", "/api/iam/users", query={"limit": PAGE} | ({"after": after} if after else {})).ok()
        rig.log.clear()
        yield [user["username"] for user in page["users"]]
        after = page["next"]
        if after is None:
            return


def walk(rig: Rig, most: int) -> None:
    """Read so many pages and keep nothing of them."""
    assert sum(1 for _ in pages(rig, most)) == most


def peak(act: Callable[[], object]) -> int:
    """The bytes that were in use at most, above what was in use before; the stand-in's own included.

    The least of three: other threads of this process may only add to it.
    """
    return min(_peak(act) for _ in range(3))


def _peak(act: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        act()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def test_a_page_of_users_is_one_call(rig: Rig) -> None:
    calls = calls_of(rig, lambda: rig.call("GET", "/api/iam/users", query={"limit": PAGE}).ok())
    assert calls == {"/api/v1/users": 1}


def test_a_search_is_one_call(rig: Rig) -> None:
    calls = calls_of(rig, lambda: rig.call("GET", "/api/iam/users", query={"search": "person-0004"}).ok())
    assert calls == {"/api/v1/users": 1}


def test_all_users_are_read_once_by_calls_linear_in_pages(rig: Rig) -> None:
    logins: list[str] = []
    calls = calls_of(rig, lambda: logins.extend(chain.from_iterable(pages(rig, 1000))))
    assert len(logins) == len(set(logins)) == USERS
    assert calls == {"/api/v1/users": USERS // PAGE}


@pytest.mark.parametrize("kind", ["API token", "private key"])
def test_a_new_machine_client_takes_at_most_four_calls(rig: Rig, kind: str) -> None:
    """With a private key the first one gets a token, too."""
    sandbox = rig.sandbox(**jwk_settings(rig.okta)) if kind == "private key" else rig.first
    body = {"name": f"made with {kind}", "groups": ["public-mcp-users"]}
    calls = calls_of(rig, lambda: sandbox.call("POST", M2M, body).ok(201))
    assert sum(calls.values()) <= MOST_CALLS
    assert calls["/api/v1/apps"] == 2


def test_memory_is_flat_over_the_pages(rig: Rig) -> None:
    walk(rig, 2)
    few, many = peak(lambda: walk(rig, 10)), peak(lambda: walk(rig, 50))
    assert many - few < FLAT_BYTES


def test_a_sync_is_one_call_for_each_page_of_applications(rig: Rig) -> None:
    there = rig.okta.control("populate")["apps"]
    assert APPS <= there < APPS + PAGE
    for _ in range(2):
        assert calls_of(rig, lambda: sync(rig)) == {"/api/v1/apps": ceil(there / PAGE)}
    report = sync(rig)
    assert report["added"] == report["updated"] == report["missing"] == []


def test_the_memory_of_a_sync_does_not_grow_with_the_pages(rig: Rig) -> None:
    """Only the ids of what it has seen stay."""
    sync(rig)
    few = peak(lambda: sync(rig))
    rig.okta.control("populate", apps=2 * PAGE)
    sync(rig)
    assert peak(lambda: sync(rig)) - few < FLAT_BYTES
