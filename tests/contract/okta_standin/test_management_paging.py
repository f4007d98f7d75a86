"""Lists in pages: two Link lines, opaque cursors, and what a bad one is answered with."""

from typing import Any

import pytest

from tests.contract.okta_standin.management import Management, control, links, managing, refusal
from tests.contract.okta_standin.standin_client import Standin


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


@pytest.mark.parametrize("path", ["/users", "/groups", "/users/max@example.com/groups"])
def test_pages_by_their_links_are_the_whole_list_once(okta: Standin, path: str) -> None:
    with managing(okta) as caller:
        whole = ids(caller.read(path))
        pages = [ids(page) for page in caller.pages(path, limit=2)]
    assert [record for page in pages for record in page] == whole
    assert all(len(page) == 2 for page in pages[:-1])
    assert 1 <= len(pages[-1]) <= 2


def test_each_link_has_a_line_of_its_own_and_the_last_page_has_no_next(okta: Standin) -> None:
    with managing(okta) as caller:
        first = caller.get("/users", limit=4)
        last = caller.http.get(links(first)["next"])
    assert len(first.headers.get_list("link")) == 2
    assert links(first)["self"] == f"{okta.address}/api/v1/users?limit=4"
    assert list(links(last)) == ["self"]
    assert links(last)["self"] == links(first)["next"]


def test_the_link_to_oneself_states_the_default_size(okta: Standin) -> None:
    with managing(okta) as caller:
        assert links(caller.get("/users"))["self"].endswith("/users?limit=200")
        assert links(caller.get("/groups"))["self"].endswith("/groups?limit=10000")
        assert links(caller.get("/users/ada@example.com/groups"))["self"].endswith("?limit=200")


def test_links_keep_the_rest_of_the_query(okta: Standin) -> None:
    with managing(okta) as caller:
        response = caller.get("/users", limit=1, filter='status eq "ACTIVE"')
    assert links(response)["next"].endswith("&limit=1&filter=status+eq+%22ACTIVE%22")


def test_what_is_removed_between_two_pages_does_not_break_the_next(api: Management) -> None:
    first = api.get("/users", limit=2)
    after = ids(api.read("/users"))[2:]
    for _ in range(2):
        api.delete(f"/users/{first.json()[-1]['id']}")
    assert ids(api.http.get(links(first)["next"]).json()) == after[:2]


@pytest.mark.parametrize("cursor", ["00u1ada00000000000a1", "", "not base64!", "cGFnZQ"])
@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("/users", {}, "E0000029"),
        ("/users", {"search": 'status eq "ACTIVE"'}, "E0000031"),
        ("/groups", {"search": 'type eq "OKTA_GROUP"'}, "E0000031"),
    ],
    ids=["list", "search of users", "search of groups"],
)
def test_an_after_that_is_no_cursor_is_refused(
    okta: Standin, path: str, query: dict[str, str], code: str, cursor: str
) -> None:
    with managing(okta) as caller:
        assert refusal(caller.get(path, after=cursor, **query)) == (400, code, [])


@pytest.mark.parametrize("limit", ["0", "-1", "many", "", "1.5"])
def test_a_limit_that_is_no_positive_number_is_refused(okta: Standin, limit: str) -> None:
    with managing(okta) as caller:
        assert refusal(caller.get("/users", limit=limit))[:2] == (400, "E0000001")


def test_a_limit_above_the_largest_gives_the_largest_page(own_okta: Standin, api: Management) -> None:
    control(own_okta, "populate", users=300)
    assert len(api.read("/users", limit=1000)) == 200


def test_links_may_start_with_another_host(own_okta: Standin, api: Management) -> None:
    control(own_okta, "deviations", link_origin="https://org-admin.example")
    assert links(api.get("/users"))["self"] == "https://org-admin.example/api/v1/users?limit=200"
