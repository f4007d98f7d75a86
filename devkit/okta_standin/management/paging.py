"""Lists in pages, with Okta's two Link headers and opaque cursors."""

import base64
import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from urllib.parse import quote_plus

from starlette.responses import Response

from devkit.okta_standin.errors import OktaRefusal, invalid_paging, validation_failed
from devkit.okta_standin.management.request import ManagementRequest, answer
from devkit.okta_standin.records import Identified

_MARK = "page:"


@dataclass(frozen=True, slots=True)
class PageSize:
    """How many items a page has when nothing is asked for, and at most."""

    default: int
    largest: int


def page[T: Identified](
    request: ManagementRequest,
    items: Iterable[T],
    show: Callable[[T], object],
    size: PageSize,
    bad_cursor: Callable[[], OktaRefusal] = invalid_paging,
) -> Response:
    """The page of `items`, in order of their ids, that the query's `limit` and `after` ask for.

    Raises OktaRefusal: E0000001 for a limit that is no positive number, `bad_cursor` for an `after` that is no cursor.
    """
    limit = requested_limit(request.query, size)
    after = last_id(request.query.get("after"), bad_cursor)
    found = heapq.nsmallest(limit + 1, (item for item in items if item.id > after), key=attrgetter("id"))
    response = answer([show(item) for item in found[:limit]])
    add_link(response, request, "self", {"after": request.query.get("after"), "limit": str(limit)})
    if len(found) > limit:
        add_link(response, request, "next", {"after": cursor(found[limit - 1].id), "limit": str(limit)})
    return response


def requested_limit(query: Mapping[str, str], size: PageSize) -> int:
    """The `limit` of a query; more than the largest is taken for the largest."""
    text = query.get("limit", str(size.default))
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        # Okta documents the bounds, not its text.
        raise validation_failed("limit", "limit: The limit must be a positive number.")
    return min(int(text), size.largest)


def cursor(record_id: str) -> str:
    """The cursor of the page that comes after the item with this id."""
    return base64.urlsafe_b64encode(f"{_MARK}{record_id}".encode()).decode().rstrip("=")


def last_id(after: str | None, bad_cursor: Callable[[], OktaRefusal] = invalid_paging) -> str:
    """The id that a cursor stands for; the empty one, which comes first, without a cursor."""
    if after is None:
        return ""
    try:
        text = base64.b64decode(after + "=" * (-len(after) % 4), b"-_", validate=True).decode()
    except ValueError as error:
        raise bad_cursor() from error
    if not text.startswith(_MARK):
        raise bad_cursor()
    return text.removeprefix(_MARK)


def add_link(response: Response, request: ManagementRequest, relation: str, own: Mapping[str, str | None]) -> None:
    """One more Link line, as Okta sends one for each relation; `own` replaces parameters of the query."""
    others = {name: value for name, value in request.query.items() if name not in ("after", "limit")}
    pairs = [(name, value) for name, value in {**own, **others}.items() if value is not None]
    query = "&".join(f"{name}={quote_plus(value)}" for name, value in pairs)
    response.headers.append("link", f'<{request.link_origin}{request.path}?{query}>; rel="{relation}"')
