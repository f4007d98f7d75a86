"""An org of 10,000 users and 1,000 apps is read page by page in linear time."""

import time

import httpx
import pytest

from tests.contract.okta_standin.management import ADMINISTRATOR, Management, control, links
from tests.contract.okta_standin.standin_client import Standin

USERS, APPS = 10_000, 1_000
SECONDS_PER_PAGE = 0.5
"""Ten times what a page of 200 takes on two busy cores."""


@pytest.fixture
def large(own_okta: Standin) -> httpx.Client:
    """A caller of an org that is full; answers are not held against schemas, which would take most of the time."""
    control(own_okta, "populate", users=USERS, apps=APPS)
    own_okta.http.headers["Authorization"] = ADMINISTRATOR
    return own_okta.http


def walk(http: httpx.Client, path: str) -> tuple[int, int, float]:
    """Items, pages and seconds."""
    items, pages, before, url = 0, 0, time.monotonic(), f"/api/v1{path}"
    while url:
        response = http.get(url)
        items, pages, url = items + len(response.json()), pages + 1, links(response).get("next", "")
    return items, pages, time.monotonic() - before


@pytest.mark.parametrize(
    ("path", "items", "pages"),
    [("/users?limit=200", USERS + 5, 51), ("/apps?limit=200", APPS + 4, 6)],
    ids=["users", "apps"],
)
def test_pages_cost_the_same_in_a_large_org(large: httpx.Client, path: str, items: int, pages: int) -> None:
    found = walk(large, path)
    assert found[:2] == (items, pages)
    assert found[2] / pages < SECONDS_PER_PAGE


def test_one_user_of_many_is_found_at_once(large: httpx.Client) -> None:
    before = time.monotonic()
    for number in range(100):
        assert large.get(f"/api/v1/users/person-{number + 100:05}@example.com").status_code == 200
    assert time.monotonic() - before < 100 * SECONDS_PER_PAGE


def test_all_members_of_a_large_group_are_read_in_pages(large: httpx.Client, api: Management) -> None:
    everyone = api.group_named("Everyone")["id"]
    assert walk(large, f"/groups/{everyone}/users")[:2] == (USERS + 5, 11)
