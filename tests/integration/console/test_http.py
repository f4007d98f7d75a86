"""The console over HTTP: its answers and their headers, and what it refuses."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from devkit.cli.asked_route import AskedRoute
from devkit.console.app import MAX_FORM_BYTES, create_console
from devkit.console.beside import CONSOLE
from devkit.console.matrix import GroupPolicies
from devkit.console.recent import RecentRequests
from devkit.console.stations import STAGE
from devkit.explain import Disagreement, Explainer, Explanation
from devkit.serving import serve
from okta_gateway.access.scopes import validate_rules
from okta_gateway.errors import StoreUnavailable
from okta_gateway.store.access_rules import Rules
from tests.tokens import NOW, okta_token
from tests.unit.cli.explaining import RULES, parts
from tests.unit.console.test_recent import wait_for

DATA: Rules = {"groups": dict(RULES["groups"]), "permissions": dict(RULES["permissions"])}
EXPLAINER = Explainer(parts(), STAGE, clock=lambda: NOW)
POLICIES = GroupPolicies(DATA, validate_rules(DATA, ".".join), allow_encoded_slash=False)
READER = okta_token(groups=["readers"])
READ = AskedRoute("GET", "/api/servers")


def disagreeing(authorization: str) -> Explanation:
    if "disagree" in authorization:
        raise Disagreement(None, None)
    return EXPLAINER.explain(authorization)


class BreakableRules:
    """The rules, which a test may make unreadable."""

    broken = False

    def __call__(self) -> GroupPolicies:
        if self.broken:
            raise StoreUnavailable("no server answers")
        return POLICIES


@pytest.fixture
def rules() -> BreakableRules:
    return BreakableRules()


@pytest.fixture
def recent() -> Iterator[RecentRequests]:
    recent = RecentRequests(EXPLAINER.explain, clock=lambda: NOW)
    with recent.explained():
        yield recent


@pytest.fixture
def console(recent: RecentRequests, rules: BreakableRules) -> Iterator[httpx.Client]:
    with (
        serve(create_console(recent, disagreeing, rules)) as address,
        httpx.Client(base_url=address) as client,
    ):
        yield client


def explain(console: httpx.Client, token: str, route: str = "", **options: Any) -> httpx.Response:
    return console.post(f"{CONSOLE}/explain", data={"token": token, "route": route}, **options)


def note(recent: RecentRequests, authorization: str, status: int, route: AskedRoute = READ) -> int:
    before = len(recent.after(0))
    recent.note(route, authorization, status)
    wait_for(lambda: len(recent.after(0)) > before)
    return recent.after(0)[0].number


def test_scripts_and_styles_are_the_pages_own_and_nothing_is_stored(console: httpx.Client) -> None:
    answers = [console.get(CONSOLE), console.get(CONSOLE)]
    nonces = []
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        policy = answer.headers["content-security-policy"]
        (nonce,) = set(re.findall(r"'nonce-([^']+)'", policy))
        assert re.findall(r'nonce="([^"]+)"', answer.text) == [nonce, nonce]
        assert policy.startswith("default-src 'none'; ")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/recent"), ("POST", "/explain"), ("GET", "/x")])
def test_by_another_name_nothing_is_answered(console: httpx.Client, method: str, path: str) -> None:
    answer = console.request(method, CONSOLE + path, headers={"Host": "evil.example:80"})
    assert (answer.status_code, answer.headers["cache-control"]) == (403, "no-store")
    assert "localhost" in answer.text


def test_a_form_of_another_site_is_refused_before_its_token_is_looked_at(console: httpx.Client) -> None:
    answer = explain(console, READER, headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Allowed" not in answer.text


@pytest.mark.parametrize("written", ["{}", "Bearer {}", "Authorization: Bearer {}", "  {}\n"])
def test_a_pasted_token_is_explained_and_not_shown_again(console: httpx.Client, written: str) -> None:
    answer = explain(console, written.format(READER))
    assert answer.status_code == 200
    assert ">Allowed.<" in answer.text
    assert not [part for part in READER.split(".") if part[:20] in answer.text]


def test_a_pasted_token_may_be_asked_about_for_one_request(console: httpx.Client) -> None:
    assert "Stopped at: This request" in explain(console, READER, "POST /api/servers").text
    assert "These groups open it: registry-admins." in explain(console, READER, "POST /api/servers").text
    assert "Stopped at" not in explain(console, READER, "GET /api/servers").text


@pytest.mark.parametrize(
    ("token", "route", "status", "sentence"),
    [
        ("", "", 400, "Paste a token first."),
        ("  ", "", 400, "Paste a token first."),
        (READER, "/api/servers", 400, "is no request: write one method and one path"),
        (READER, "<script>", 400, "&lt;script&gt;"),
        ("disagree", "", 400, "This is a defect of the explanation"),
        ("x" * (MAX_FORM_BYTES + 1), "", 413, "This is far too long for a token."),
    ],
    ids=["nothing", "blanks", "no method", "markup", "disagreement", "too long"],
)
def test_what_cannot_be_explained_is_a_sentence(
    console: httpx.Client, token: str, route: str, status: int, sentence: str
) -> None:
    answer = explain(console, token, route)
    assert answer.status_code == status
    assert sentence in answer.text.partition('role="alert">')[2].partition("</p>")[0]
    assert "The path of a token" in answer.text


def test_a_recent_request_is_shown_by_its_number(console: httpx.Client, recent: RecentRequests) -> None:
    note(recent, "Bearer nonsense", 401)
    number = note(recent, f"Bearer {READER}", 200)
    answer = console.get(CONSOLE, params={"request": number})
    assert ">Allowed.<" in answer.text
    assert 'aria-current="true"' in answer.text
    assert answer.text.count("<li><a href=") == 2


@pytest.mark.parametrize("number", ["99", "0", "-1", "x", "9" * 30, "\u0665"])
def test_a_request_that_is_not_kept_is_a_sentence(console: httpx.Client, number: str) -> None:
    answer = console.get(CONSOLE, params={"request": number})
    assert answer.status_code == 404
    assert "not kept any more" in answer.text


def test_the_news_are_the_requests_after_the_one_that_is_known(console: httpx.Client, recent: RecentRequests) -> None:
    assert console.get(f"{CONSOLE}/recent").json() == {"latest": 0, "anew": False, "rows": ""}
    note(recent, "", 401)
    note(recent, f"Bearer {READER}", 200)
    everything, one = console.get(f"{CONSOLE}/recent?after=0").json(), console.get(f"{CONSOLE}/recent?after=1").json()
    assert re.findall(r"request=(\d)", everything["rows"]) == ["2", "1"]
    assert re.findall(r"request=(\d)", one["rows"]) == ["2"]
    assert console.get(f"{CONSOLE}/recent?after=2").json() == {"latest": 2, "anew": False, "rows": ""}
    assert console.get(f"{CONSOLE}/recent?after=7").json() == {**everything, "anew": True}


def test_with_rules_that_cannot_be_read_everything_but_the_matrix_is_there(
    console: httpx.Client, rules: BreakableRules, recent: RecentRequests
) -> None:
    rules.broken = True
    number = note(recent, f"Bearer {READER}", 403, AskedRoute("POST", "/api/servers"))
    answer = console.get(CONSOLE, params={"request": number})
    assert "The access rules cannot be read: no server answers." in answer.text
    assert "Stopped at: This request" in answer.text


def test_the_matrix_points_out_the_groups_of_the_token(console: httpx.Client) -> None:
    assert re.findall(r'class="holder">([^<]+)', explain(console, READER).text) == ["readers"]
    assert 'class="holder"' not in console.get(CONSOLE).text


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/explain", 405), ("POST", "", 405), ("GET", "/x", 404)]
)
def test_there_is_nothing_else(console: httpx.Client, method: str, path: str, status: int) -> None:
    answer = console.request(method, CONSOLE + path)
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
