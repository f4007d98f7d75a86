"""The picture: what a person reads in it, and what never gets into it."""

import re

import pytest

from devkit.cli.asked_route import AskedRoute
from devkit.console.picture import picture
from tests.tokens import NOW, machine_token, okta_token
from tests.unit.console.test_stations import READ, READER, WHOAMI, WRITE, way

HOSTILE = "</code><script>alert(1)</script>"


def drawn(token: str, route: AskedRoute | None = None) -> str:
    return str(picture(way(f"Bearer {token}", route, 200), at=NOW))


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_refusal_says_where_why_and_what_to_do() -> None:
    text = text_of(drawn(okta_token(aud="api://other")))
    assert text.startswith("Refused: 401.")
    assert "Stopped at: Audience audience_mismatch accepted: api://ai-registry; aud is &#x27;api://other&#x27;" in text
    assert "What to do: OKTA_AUDIENCE must be" in text


def test_groups_scopes_and_routes_are_joined_by_as_many_lines_as_there_are_grants() -> None:
    html = drawn(machine_token())
    assert len(re.findall("<path ", html)) == 4  # one group, two scopes, two permissions
    text = text_of(html)
    assert "Groups, from idp_m2m_clients readers Scopes list by readers read by readers Routes GET /api/servers" in text


def test_the_way_of_the_request_is_marked_among_what_else_is_open() -> None:
    html = drawn(READER, AskedRoute("GET", "/api/servers/weather"))
    assert re.findall(r'class="taken"><span class="name">([^<]+)', html) == ["readers", "read", "GET /api/servers/*"]
    assert len(re.findall(r'<path d="[^"]+" class="taken">', html)) == 2


@pytest.mark.parametrize("groups", [["readers"], []], ids=["with rights", "without"])
def test_whoami_is_opened_by_nothing_but_itself(groups: list[str]) -> None:
    html = drawn(okta_token(groups=groups), WHOAMI)
    assert re.findall(r'class="taken"><span class="name">([^<]+)', html) == ["GET /api/iam/whoami"]


@pytest.mark.parametrize(
    ("route", "status", "said"),
    [
        (READ, 200, ""),
        (READ, 404, ""),
        (READ, 403, "the backend says so, or the gateway remembers an older answer"),
        (WRITE, 403, ""),
        (WRITE, 201, "the gateway remembers an older answer"),
    ],
)
def test_an_answer_that_does_not_fit_what_the_authorizer_says_now_is_explained(
    route: AskedRoute, status: int, said: str
) -> None:
    text = text_of(str(picture(way(f"Bearer {READER}", route, status))))
    assert ("not what the authorizer says now" in text) is bool(said)
    assert said in text


@pytest.mark.parametrize(
    "token",
    [
        okta_token(groups=[HOSTILE, "readers"], sub=HOSTILE),
        okta_token(iss=f"https://{HOSTILE}"),
        okta_token(aud=HOSTILE),
        HOSTILE,
    ],
    ids=["allowed", "issuer", "audience", "no token"],
)
def test_what_a_token_holds_is_text_and_never_markup(token: str) -> None:
    html = drawn(token, AskedRoute("GET", f"/{HOSTILE}"))
    assert "alert(1)" in html
    assert "<script" not in html


@pytest.mark.parametrize("token", [okta_token(), okta_token(aud="api://other"), okta_token(groups=[]), machine_token()])
def test_no_part_of_the_token_is_shown(token: str) -> None:
    html = drawn(token)
    assert not [part for part in token.split(".") if part[:20] in html]
