"""A successful answer of Okta's management API, read only as far as somebody asks."""

import json
from collections.abc import Callable
from typing import Any

from okta_gateway.okta.api_errors import Operation, unreadable
from okta_gateway.okta.http import Answer
from okta_gateway.okta.links import LinkUnfit, cursor, next_page
from okta_gateway.okta.models import Page, Unreadable, read_all


class ApiAnswer:
    """An answer whose status is 2xx.

    What cannot be read is OktaUnavailable, and OktaOutcomeUnknown for an operation that is not to be repeated.
    """

    def __init__(self, operation: Operation, answer: Answer) -> None:
        self._operation = operation
        self._answer = answer

    def read[T](self, read: Callable[[object], T]) -> T:
        """The one record that it is."""
        try:
            return read(self._value())
        except Unreadable as error:
            raise unreadable(self._operation, str(error)) from None

    def members(self) -> dict[str, Any]:
        value = self._value()
        if not isinstance(value, dict):
            raise unreadable(self._operation, "it is no JSON object")
        return value

    def records(self) -> list[object]:
        value = self._value()
        if not isinstance(value, list):
            raise unreadable(self._operation, "it is no list")
        return value

    def page[T](self, read: Callable[[object], T]) -> Page[T]:
        try:
            following = self.next
            return Page(read_all(self.records(), read), cursor(following) if following else None)
        except LinkUnfit as error:
            raise unreadable(self._operation, str(error)) from None

    @property
    def next(self) -> str | None:
        """Path and query of the next page."""
        try:
            return next_page(self._answer.headers)
        except LinkUnfit as error:
            raise unreadable(self._operation, str(error)) from None

    def _value(self) -> object:
        if not self._answer.is_json:
            raise unreadable(self._operation, "it is not application/json")
        try:
            value: object = json.loads(self._answer.body)
        except (ValueError, RecursionError):
            raise unreadable(self._operation, "it is not JSON") from None
        return value
