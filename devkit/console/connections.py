"""What opened which routes: groups, their scopes and the routes of these, side by side and joined by lines."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from devkit.cli.explain_view import SOURCES
from devkit.console.markup import Markup, element
from devkit.console.matrix import opens
from devkit.console.stations import Way
from devkit.explain import OpenRoute

ROW = 44
"""Height of a row in pixels, as in page.css: by it a line finds the rows that it joins."""


class _Row(NamedTuple):
    """A name, what stands below it, and whether the request went through here."""

    name: str
    why: str
    is_taken: bool


class _Line(NamedTuple):
    """From a row of the left column to one of the right."""

    left: int
    right: int
    is_taken: bool


def connections(way: Way) -> Markup:
    """Draw them; on a narrow screen the lines are left out, and each row says itself what it is opened by."""
    explanation, taken = way.explanation, _taken(way)
    held, scopes, routes = explanation.groups, explanation.scopes, explanation.routes
    taken_scopes = {scope for route in taken for scope in route.scopes}
    taken_groups = {group for route in taken for group in route.groups}
    groups = [
        _Row(group.name, "" if group.known else "not in the access rules", group.name in taken_groups) for group in held
    ]
    brought = [
        _Line(left, scopes.index(scope), scope in taken_scopes)
        for left, group in enumerate(held)
        for scope in group.scopes
    ]
    by_group = [[group.name for group in held if scope in group.scopes] for scope in scopes]
    opened = [
        _Line(scopes.index(scope), right, route in taken)
        for right, route in enumerate(routes)
        for scope in route.scopes
    ]
    source = SOURCES.get(explanation.groups_source, explanation.groups_source)
    return element(
        "section",
        _column(f"Groups, {source}", groups),
        _lines(brought, max(len(held), len(scopes))),
        _column(
            "Scopes", [_Row(scope, _by(by), scope in taken_scopes) for scope, by in zip(scopes, by_group, strict=True)]
        ),
        _lines(opened, max(len(scopes), len(routes))),
        _column("Routes", [_Row(route.route, _opened_by(route), route in taken) for route in routes]),
        class_="connections chosen" if taken else "connections",
        aria_label="Which group and scope opens which route",
    )


def _taken(way: Way) -> list[OpenRoute]:
    """The routes by which the request is open; what is open to everybody is so by nothing else."""
    routes, asked = way.explanation.routes, way.route
    if asked is None or way.denied:
        return []
    everybody = [route for route in routes if not route.scopes and opens(route.route, asked)]
    return everybody or [route for route in routes if opens(route.route, asked)]


def _column(title: str, rows: Sequence[_Row]) -> Markup:
    items = [
        element(
            "li",
            element("span", row.name, class_="name"),
            element("small", row.why) if row.why else None,
            title=row.name,
            class_="taken" if row.is_taken else None,
        )
        for row in rows
    ]
    listed = element("ul", *items) if items else element("p", "none", class_="none")
    return element("div", element("h3", title), listed)


def _lines(lines: Iterable[_Line], rows: int) -> Markup:
    height = str(max(rows, 1) * ROW)
    curves = (element("path", d=_curve(line), class_="taken" if line.is_taken else None) for line in lines)
    return element(
        "svg",
        *curves,
        viewBox=f"0 0 100 {height}",
        height=height,
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _curve(line: _Line) -> str:
    start, end = _middle(line.left), _middle(line.right)
    return f"M0 {start} C50 {start} 50 {end} 100 {end}"


def _middle(row: int) -> int:
    return row * ROW + ROW // 2


def _opened_by(route: OpenRoute) -> str:
    return _by(route.scopes) if route.scopes else "open to everybody with a good token"


def _by(names: Iterable[str]) -> str:
    return f"by {', '.join(names)}"
