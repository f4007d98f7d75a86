"""A function's answer to a proxy integration, validated as API Gateway does it.

Source: AWS developer guide, "Output format of a Lambda function for proxy integration". What the guide leaves open is
as AWS answered LocalStack's tests (test_aws_proxy_response_payload_format_validation): no member is required, unknown
ones are refused, header values are strings or booleans, multi-value headers replace single ones whatever their case.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

_MEMBERS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
_NEVER_IN_HEADERS = set("\r\n\0")


class MalformedAnswer(Exception):
    """The answer is not a status, headers and a body."""


@dataclass(frozen=True)
class ProxyAnswer:
    """A valid answer; `is_base64` says how the function wrote the body."""

    status: int
    headers: list[tuple[str, str]]
    text: str
    is_base64: bool

    def body(self, *, as_bytes: bool) -> bytes:
        """The body for a client that takes bytes, or text only. Raises MalformedAnswer when it is no base64."""
        if not (self.is_base64 and as_bytes):
            return self.text.encode()
        try:
            return base64.b64decode(self.text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise MalformedAnswer("the body is not base64, and isBase64Encoded says so") from error


def read_answer(answer: object) -> ProxyAnswer:
    """Return the answer in types. Raises MalformedAnswer, which never quotes the answer: it may hold a secret."""
    if not isinstance(answer, dict):
        raise MalformedAnswer("the answer is not an object")
    if unknown := answer.keys() - _MEMBERS:
        raise MalformedAnswer(f"the answer has members that API Gateway does not know: {', '.join(sorted(unknown))}")
    body = answer.get("body")
    if not isinstance(body, str | None):
        raise MalformedAnswer("body is not a string")
    is_base64 = answer.get("isBase64Encoded")
    if not isinstance(is_base64, bool | None):
        raise MalformedAnswer("isBase64Encoded is not a boolean")
    headers = _merged(answer.get("headers"), answer.get("multiValueHeaders"))
    return ProxyAnswer(_status(answer.get("statusCode")), headers, body or "", bool(is_base64))


def _status(value: object) -> int:
    """A number, or digits; 200 when there is none."""
    if value is None:
        return 200
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or not 100 <= value <= 599:  # so true, which is 1, is none
        raise MalformedAnswer("statusCode is not a status of HTTP")
    return value


def _merged(single: object, multiple: object) -> list[tuple[str, str]]:
    several = list(_multiple(multiple))
    replaced = {name.lower() for name, _ in several}
    return [*((name, value) for name, value in _single(single) if name.lower() not in replaced), *several]


def _single(headers: object) -> Iterator[tuple[str, str]]:
    for name, value in _members("headers", headers):
        yield name, _text(name, value)


def _multiple(headers: object) -> Iterator[tuple[str, str]]:
    for name, values in _members("multiValueHeaders", headers):
        if not isinstance(values, list):
            raise MalformedAnswer(f"multiValueHeaders: {name} is not a list")
        for value in values:
            yield name, _text(name, value)


def _members(name: str, headers: object) -> Iterator[tuple[str, object]]:
    if not isinstance(headers, dict | None):
        raise MalformedAnswer(f"{name} is not an object")
    yield from (headers or {}).items()


def _text(name: str, value: object) -> str:
    """A header's value. That AWS refuses a number, a line break or what is not ASCII is (unproven)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise MalformedAnswer(f"the header {name} is not a string")
    if _NEVER_IN_HEADERS & set(value) or not value.isascii():
        raise MalformedAnswer(f"the header {name} has a character that HTTP does not allow")
    return value
