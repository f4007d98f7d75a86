"""Lists of Okta: all pages, by the Link header, and never to another host."""

from typing import Any

import httpx
import pytest

from okta_gateway.okta.errors import OktaUnavailable
from okta_gateway.okta.links import LinkUnfit, cursor, next_page
from tests.unit.okta import recorded
from tests.unit.okta.scripted_okta import OKTA_URL, ScriptedOkta, raised

SELF = f'<{OKTA_URL}/api/v1/apps?limit=200>; rel="self"'


def page(*records: Any, link: str | None = None) -> httpx.Response:
    """A page as Okta sends it: two lines of Link, `self` and `next`."""
    lines = [("Link", SELF)] + ([("Link", link)] if link else [])
    return httpx.Response(200, json=list(records), headers=lines)


def to(target: str) -> str:
    return f'<{target}>; rel="next"'


def app(number: int) -> dict[str, Any]:
    return {**recorded.body("POST", "/apps"), "id": f"0oa{number}", "label": f"App {number}"}


def after(number: int) -> str:
    return to(f"{OKTA_URL}/api/v1/apps?after={number}&limit=200")


def test_every_page_is_read() -> None:
    """Registry 7.13."""
    okta = ScriptedOkta(page(app(1), app(2), link=after(2)), page(app(3), link=after(3)), page(app(4)))
    assert [found.id for found in okta.apps.all()] == ["0oa1", "0oa2", "0oa3", "0oa4"]
    assert okta.asked == [
        "GET /api/v1/apps?limit=200",
        "GET /api/v1/apps?after=2&limit=200",
        "GET /api/v1/apps?after=3&limit=200",
    ]


def test_a_page_is_read_when_it_is_asked_for() -> None:
    okta = ScriptedOkta(page(app(1), link=after(1)), page(app(2)))
    assert next(okta.apps.all()).id == "0oa1"
    assert len(okta.requests) == 1


def test_an_empty_page_is_not_the_end() -> None:
    okta = ScriptedOkta(page(link=after(1)), page(app(2)))
    assert [found.id for found in okta.apps.all()] == ["0oa2"]


@pytest.mark.parametrize(
    "host",
    [
        "https://dev-123456-admin.okta.com",
        "https://attacker.example.com",
        "http://dev-123456.okta.com",
        "https://dev-123456.okta.com@attacker.example.com",
        "https://dev-123456.okta.com:8443",
        "//attacker.example.com",
        "",
    ],
)
def test_a_link_is_followed_on_the_configured_host_only(host: str) -> None:
    """Recorded: the host of a Link can be another one. The API token must not go there."""
    okta = ScriptedOkta(page(app(1), link=to(f"{host}/api/v1/apps?after=1&limit=200")), page(app(2)))
    assert len(list(okta.apps.all())) == 2
    assert okta.asked[1] == "GET /api/v1/apps?after=1&limit=200"  # `asked` compares the hosts
    assert okta.requests[1].url.host == "dev-123456.okta.com"


@pytest.mark.parametrize(
    "target",
    [
        "https://attacker.example.com/",
        f"{OKTA_URL}/oauth2/v1/token",
        f"{OKTA_URL}/api/v1",
        f"{OKTA_URL}/api/v1evil/x",
        f"{OKTA_URL}/api/v1/../../oauth2",
        f"{OKTA_URL}/api/v1/./apps",
        "https://[",
        "apps?after=1",
        "",
    ],
)
def test_a_link_out_of_the_api_is_not_followed(target: str) -> None:
    okta = ScriptedOkta(page(app(1), link=to(target)))
    apps = okta.apps.all()
    raised(OktaUnavailable, lambda: list(apps))
    assert len(okta.requests) == 1
    raised(OktaUnavailable, lambda: okta.users.search(None, 10, None))


@pytest.mark.parametrize("links", [[1, 1], [1, 2, 1, 2], [1, 2, 2]])
def test_pages_in_a_circle_end_with_an_error(links: list[int]) -> None:
    okta = ScriptedOkta(*[page(app(number), link=after(number)) for number in links])
    raised(OktaUnavailable, lambda: list(okta.apps.all()))
    assert len(okta.requests) == len(set(links)) + 1


def test_pages_without_an_end_end_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("okta_gateway.okta.api.MAX_PAGES", 5)
    numbers = iter(range(1000))
    okta = ScriptedOkta(lambda request: page(link=after(next(numbers))))
    raised(OktaUnavailable, lambda: list(okta.apps.all()))
    assert len(okta.requests) == 6


def test_pages_end_with_the_time() -> None:
    okta = ScriptedOkta(page(app(1), link=after(1)), page(app(2)), seconds=10)
    apps = okta.apps.all()
    assert next(apps).id == "0oa1"
    okta.clock.advance(9.5)
    assert raised(OktaUnavailable, lambda: next(apps)).detail == "GET /apps: no time is left for it"
    assert len(okta.requests) == 1


def test_an_error_in_the_middle_is_no_end() -> None:
    okta = ScriptedOkta(page(app(1), link=after(1)), httpx.Response(500))
    apps = okta.apps.all()
    assert next(apps).id == "0oa1"
    raised(OktaUnavailable, lambda: next(apps))


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], None),
        ([SELF], None),
        ([SELF, after(7)], "/api/v1/apps?after=7&limit=200"),
        ([f"{SELF}, {after(7)}"], "/api/v1/apps?after=7&limit=200"),
        ([after(7), SELF], "/api/v1/apps?after=7&limit=200"),
        (["<https://x/api/v1/apps?after=7>; rel=next"], "/api/v1/apps?after=7"),
        (["<https://x/api/v1/apps?after=7>;REL=Next"], "/api/v1/apps?after=7"),
        (['<https://x/api/v1/apps?after=7>; title="a, b; rel=self"; rel="next"'], None),
        (['<https://x/api/v1/apps?after=7>; rel="last next"'], "/api/v1/apps?after=7"),
        (['<https://x/api/v1/apps?after=7>; rel="nextish"'], None),
        (["<https://x/api/v1/apps?after=7>"], None),
        (['<https://x/api/v1/apps?after=a,b&q=%22>; rel="next"'], "/api/v1/apps?after=a,b&q=%22"),
        (["nonsense", "<", after(7)], "/api/v1/apps?after=7&limit=200"),
        (['<https://x/api/v1/apps>; rel="next"'], "/api/v1/apps"),
        (["<" * 10_000 + '"' * 10_001], None),
    ],
)
def test_the_link_to_the_next_page_is_found(lines: list[str], found: str | None) -> None:
    assert next_page(httpx.Headers([("Link", line) for line in lines])) == found


def test_a_recorded_link_is_read() -> None:
    links = [
        sample["headers"]["link"]
        for group in recorded.table("recorded-responses")
        for sample in group["samples"]
        if "link" in sample["headers"]
    ]
    following = [next_page(httpx.Headers({"Link": link})) for link in links]
    assert [path for path in following if path] == ["/api/v1/authorizationServers?after=aussfbgzszrirZqOv4x6&limit=200"]


@pytest.mark.parametrize(
    ("target", "token"),
    [
        ("/api/v1/users?after=00u1&limit=10", "00u1"),
        ("/api/v1/users?limit=10&after=a%2Bb%3D", "a+b="),
    ],
)
def test_a_cursor_is_what_the_next_page_is_asked_for_with(target: str, token: str) -> None:
    user = recorded.body("GET", "/users/{id}")
    okta = ScriptedOkta(page(user, link=to(OKTA_URL + target)), page())
    first = okta.users.search("a", 10, None)
    assert first.next == token
    assert okta.users.search("a", 10, first.next).next is None
    assert okta.requests[1].url.params["after"] == token
    assert okta.requests[1].url.params["search"] == okta.requests[0].url.params["search"]


@pytest.mark.parametrize("target", ["/api/v1/users", "/api/v1/users?after=", "/api/v1/users?after=1&after=2"])
def test_a_next_page_without_a_cursor_is_not_taken_for_the_end(target: str) -> None:
    with pytest.raises(LinkUnfit):
        cursor(target)
    okta = ScriptedOkta(page(link=to(OKTA_URL + target)))
    raised(OktaUnavailable, lambda: okta.groups.members("00g1", 10, None))


def test_a_list_of_users_is_one_call_a_page() -> None:
    """Registry 7.25: no call per user."""
    users = [recorded.body("GET", "/users/{id}") | {"id": f"00u{number}"} for number in range(200)]
    okta = ScriptedOkta(page(*users))
    assert len(okta.users.search(None, 200, None).items) == 200
    assert len(okta.requests) == 1
