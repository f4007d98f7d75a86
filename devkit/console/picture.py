"""The picture of a token's path: seven stations on a line, where it stopped and why, and what opened which routes."""

from datetime import datetime

from devkit.cli.explain_view import HEADLINES, SOURCES
from devkit.console.connections import connections
from devkit.console.markup import Child, Markup, element, together
from devkit.console.stations import Station, Stop, Way, stations_of, stop_of
from devkit.explain import Explanation, Outcome

MARKS = {"passed": "✓", "failed": "✕", "also_failed": "✕", "not_reached": ""}
WORDS = {"passed": "passed", "failed": "failed", "also_failed": "would fail too", "not_reached": "not reached"}


def picture(way: Way, opened_by: tuple[str, ...] = (), at: float | None = None) -> Markup:
    """Draw the way; `opened_by` are the groups that open its request, `at` is when the request came."""
    outcome, stop = way.explanation.verdict.outcome, stop_of(way, opened_by)
    headline = "A good token, but not for this request: 403." if way.denied else HEADLINES[outcome][0]
    return together(
        element("h2", headline, class_="good" if stop is None else "bad", id="verdict"),
        _asked(way, at),
        rail(stations_of(way)),
        _stop(stop) if stop else None,
        connections(way) if way.explanation.policy is not None else None,
        _checks(way.explanation),
        _who(way.explanation),
        _policy(way.explanation),
        _context(way.explanation),
    )


def rail(stations: list[Station]) -> Markup:
    """The stations as boxes on a line."""
    return element("ol", *map(_station, stations), class_="rail", aria_label="The path of the token")


def _station(station: Station) -> Markup:
    return element(
        "li",
        element("span", MARKS[station.state], class_="mark", aria_hidden="true"),
        element("strong", station.title),
        element("span", WORDS[station.state], class_="only-read"),
        element("span", station.found, class_="found") if station.found else None,
        class_=f"station {station.state}",
        data_station=station.name,
    )


def _asked(way: Way, at: float | None) -> Markup | None:
    if way.route is None:
        return None
    parts: list[Child] = [element("code", str(way.route))]
    if at is not None:
        parts.append(f" at {clock_time(at)}")
    if way.status is not None:
        parts.append(f"; its sender got {way.status}.")
    return element("p", *parts, _surprise(way), class_="asked")


def _surprise(way: Way) -> Markup | None:
    """What was answered need not be what the authorizer says now."""
    expected, status = way.expected_status, way.status
    if status is None or status == expected or (expected is None and status not in {401, 403}):
        return None
    if expected is None:
        why = "the backend says so, or the gateway remembers an older answer of the authorizer"
    else:
        why = "the gateway remembers an older answer of the authorizer, or refused the request without asking"
    return element("span", f" That is not what the authorizer says now: {why} (it remembers each for 60 s).")


def _stop(stop: Stop) -> Markup:
    return element(
        "div",
        element("p", element("strong", f"Stopped at: {stop.title}"), " ", element("code", stop.code)),
        element("p", stop.reason or "No more is known."),
        element("p", element("strong", "What to do: "), stop.fix),
        class_="stop",
        data_station=stop.station,
    )


def _checks(explanation: Explanation) -> Markup:
    rows = (
        element(
            "li",
            element("span", MARKS[step.outcome], class_="mark", aria_hidden="true"),
            element("span", step.title, class_="name"),
            element("span", WORDS[step.outcome], class_="only-read"),
            element("span", ": ".join(part for part in (step.code, step.detail) if part), class_="found"),
            class_=step.outcome.value,
        )
        for step in explanation.steps
    )
    is_open = any(step.outcome is Outcome.FAILED for step in explanation.steps)
    return _more("Every step", element("ol", *rows, class_="steps"), is_open=is_open)


def _who(explanation: Explanation) -> Markup | None:
    principal = explanation.principal
    if principal is None:
        return None
    facts = {
        "Kind": "a machine client" if principal.kind == "m2m" else "a user",
        "Id": principal.id,
        "Name": principal.username or "",
        "Client": principal.client_id or "",
        "Issuer": principal.issuer,
        "Groups": SOURCES.get(explanation.groups_source, explanation.groups_source),
    }
    return _more("Who", _facts(facts))


def _policy(explanation: Explanation) -> Markup | None:
    if explanation.policy is None:
        return None
    statements = (
        element(
            "li",
            element("strong", statement["Effect"]),
            element("ul", *(element("li", element("code", _below_stage(arn))) for arn in statement["Resource"])),
        )
        for statement in explanation.policy["Statement"]
    )
    return _more("Policy", element("ul", *statements, class_="policy"))


def _context(explanation: Explanation) -> Markup | None:
    return _more("What the backend can read", _facts(explanation.context)) if explanation.context else None


def _below_stage(arn: str) -> str:
    """Without the stage's ARN, which stands in front of all of them."""
    return arn.split("/", 2)[2]


def _facts(facts: dict[str, str]) -> Markup:
    rows = (together(element("dt", name), element("dd", value)) for name, value in facts.items() if value)
    return element("dl", *rows)


def _more(title: str, content: Markup, *, is_open: bool = False) -> Markup:
    return element("details", element("summary", title), content, open=is_open)


def clock_time(at: float) -> str:
    """Such as 12:00:05, on this machine's clock, which is the browser's too."""
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S")
