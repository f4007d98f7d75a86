"""The page: the form, the recent requests, the picture, and the matrix of groups against routes."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from devkit.console.beside import CONSOLE
from devkit.console.markup import Markup, element, together
from devkit.console.matrix import Matrix, Opens
from devkit.console.picture import clock_time, rail
from devkit.console.recent import Recent
from devkit.console.stations import stations_of
from okta_gateway.errors import OktaGatewayError

_HERE = Path(__file__).parent
STYLE = (_HERE / "page.css").read_text(encoding="utf-8")
SCRIPT = (_HERE / "page.js").read_text(encoding="utf-8")
CELLS = {
    Opens.ALL: ("●", "opens all of it"),
    Opens.SOME: ("◐", "opens some of it"),
    Opens.NONE: ("", "opens none of it"),
}

# Without an icon of its own the browser would ask the gateway for one.
_HEAD = Markup('<meta charset="utf-8"><title>Decision console</title><link rel="icon" href="data:,">')


class Shown(NamedTuple):
    """What the page shows: a picture, or a problem instead; `chosen` is the number of the recent request in it."""

    picture: Markup | None = None
    problem: str = ""
    chosen: int | None = None
    holders: tuple[str, ...] = ()
    """The groups of the token in the picture, which the matrix points out."""


def page(shown: Shown, recent: Sequence[Recent], matrix: Matrix | OktaGatewayError, nonce: str) -> str:
    """The whole page; `nonce` is that of its Content-Security-Policy."""
    head = element(
        "head",
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        _HEAD,
        element("style", Markup(STYLE), nonce=nonce),
    )
    body = element(
        "body",
        element(
            "header",
            element("h1", element("a", "Decision console", href=CONSOLE)),
            element("p", "What the authorizer says to a token, and why. On this machine only; no token is kept."),
        ),
        element("main", _form(shown.problem), _picture(shown), _recent(recent, shown.chosen), _matrix(matrix, shown)),
        element("script", Markup(SCRIPT), nonce=nonce),
    )
    return f"<!doctype html>{element('html', head, body, lang='en')}"


def refusal_page(why: str) -> str:
    """What somebody sees who may not use the console."""
    return f"<!doctype html>{element('html', element('head', _HEAD), element('body', element('p', why)), lang='en')}"


def recent_rows(recent: Sequence[Recent], chosen: int | None = None) -> Markup:
    """A row for each request, with a link to its picture."""
    return together(*(_recent_row(one, chosen=one.number == chosen) for one in recent))


def _form(problem: str) -> Markup:
    return element(
        "section",
        element("h2", "Explain a token"),
        element(
            "form",
            element("label", "Token", for_="token"),
            element(
                "textarea", name="token", id="token", rows="4", required=True, autocomplete="off", spellcheck="false"
            ),
            element("label", "Request, if you ask about one", for_="route"),
            element("input", name="route", id="route", placeholder="GET /api/servers", autocomplete="off"),
            element("p", problem, class_="problem", role="alert") if problem else None,
            element("button", "Explain"),
            method="post",
            action=f"{CONSOLE}/explain#picture",
        ),
        class_="ask",
    )


def _picture(shown: Shown) -> Markup:
    waiting = together(
        element("h2", "The path of a token"),
        element("p", "Paste a token, or choose a recent request."),
        rail(stations_of(None)),
    )
    return element("section", shown.picture or waiting, class_="picture", id="picture", tabindex="-1")


def _recent(recent: Sequence[Recent], chosen: int | None) -> Markup:
    latest = str(recent[0].number if recent else 0)
    return element(
        "section",
        element("h2", "Recent requests"),
        element("p", "None yet: send one through the gateway.", id="none-yet", hidden=bool(recent)),
        element("ol", recent_rows(recent, chosen), id="recent", data_latest=latest, role="log"),
        element("p", "", id="live", role="status"),
        class_="recent",
    )


def _recent_row(one: Recent, *, chosen: bool) -> Markup:
    way, verdict = one.way, one.way.explanation.verdict
    status = way.status or 0
    why = "route not open" if way.denied else verdict.code or verdict.outcome
    return element(
        "li",
        element(
            "a",
            element("span", str(status), class_="status good" if status < 400 else "status bad"),
            element("code", str(way.route)),
            element("small", f"{clock_time(one.at)} {who(one)}{why}"),
            href=f"{CONSOLE}?request={one.number}#picture",
            aria_current="true" if chosen else None,
        ),
    )


def who(one: Recent) -> str:
    """The holder of the token, where it is known."""
    principal = one.way.explanation.principal
    return f"{principal.username or principal.id}: " if principal else ""


def _matrix(matrix: Matrix | OktaGatewayError, shown: Shown) -> Markup:
    return element(
        "section",
        element("h2", "Groups against routes", id="matrix"),
        _matrix_problem(matrix) if isinstance(matrix, OktaGatewayError) else _table(matrix, shown.holders),
        class_="matrix",
    )


def _matrix_problem(error: OktaGatewayError) -> Markup:
    return element(
        "p", f"The access rules cannot be read: {error.detail or error.code}. {error.advice}", class_="problem"
    )


def _table(matrix: Matrix, holders: tuple[str, ...]) -> Markup:
    groups = [
        element(
            "th",
            group,
            element("small", "of this token") if group in holders else None,
            scope="col",
            class_="holder" if group in holders else None,
        )
        for group in matrix.groups
    ]
    head = element("tr", element("th", "Route", scope="col"), *groups)
    rows = []
    for row in matrix.rows:
        cells = [_cell(Opens.ALL if row.everybody else opens) for opens in row.opens]
        note = element("small", "open to everybody with a good token") if row.everybody else None
        rows.append(element("tr", element("th", element("code", row.route), note, scope="row"), *cells))
    table = element("table", element("thead", head), element("tbody", *rows))
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_labelledby="matrix")


def _cell(opens: Opens) -> Markup:
    sign, words = CELLS[opens]
    return element(
        "td", element("span", sign, aria_hidden="true"), element("span", words, class_="only-read"), class_=opens.value
    )
