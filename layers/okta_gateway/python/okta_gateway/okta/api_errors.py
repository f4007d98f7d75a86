"""From an answer of Okta's management API that is no success to our error, by its code, never by its wording alone.

Okta: "Error codes"; only the code is stable. What a code cannot tell apart (E0000001) is told by whole sentences that
Okta was recorded to write.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import httpx

from okta_gateway.errors import OktaGatewayError
from okta_gateway.okta.errors import (
    OktaChangeRefused,
    OktaCredentialRefused,
    OktaCursorInvalid,
    OktaDuplicate,
    OktaFeatureMissing,
    OktaInvalid,
    OktaLimitReached,
    OktaNotFound,
    OktaOutcomeUnknown,
    OktaPermissionMissing,
    OktaStateRefused,
    OktaUnavailable,
)
from okta_gateway.okta.http import Answer, reason

MAX_CAUSES = 10
MAX_CAUSE_LENGTH = 300
MIN_SECRET_LENGTH = 4
"""Of a password; anything shorter is a part of words, and no org's policy allows it."""

_CODE = re.compile(r"E\d{7}", re.ASCII)
_ERROR_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LOOKS_SECRET = re.compile(r"[A-Za-z0-9_.~+/=-]{32,}")
"""Client secrets have 64 such characters, API tokens 42, ids 20 (recorded answers)."""
_REMOVED = "[removed]"

_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
)
_EXISTS = re.compile(r"(?:[\w.]+: )?An object with this field already exists\b.*", re.DOTALL)
_LIMIT = re.compile(
    r"You(?:'ve| have) reached the maximum number of client secrets per client\."
    r"|(?:Cannot create application instance\. )?Maximum number of instances has been reached\."
)

CODES: dict[str, type[OktaChangeRefused]] = {
    "E0000007": OktaNotFound,
    "E0000048": OktaNotFound,  # entity not found
    "E0000156": OktaNotFound,  # the user was deleted
    "E0000040": OktaDuplicate,  # label of an app
    "E0000055": OktaDuplicate,  # group
    "E0000062": OktaDuplicate,  # assignment
    "E0000108": OktaDuplicate,
    "E0000093": OktaLimitReached,
    "E0000029": OktaCursorInvalid,
    "E0000031": OktaCursorInvalid,
    "E0000054": OktaCursorInvalid,  # pagination properties
    "E0000014": OktaInvalid,  # credentials
    "E0000080": OktaInvalid,  # password policy, a 403
    "E0000075": OktaInvalid,  # an attribute with a mapping, a 403
    "E0000077": OktaInvalid,  # an attribute that is read-only, a 403
    "E0000078": OktaInvalid,  # an attribute that is immutable, a 403
}
"""Codes whose meaning their status does not give (Okta: "Error codes"; tests/data/okta-openapi/error-codes.json)."""
_CREDENTIAL = {"E0000004", "E0000005", "E0000011"}
_PERMISSION = "E0000006"
_FEATURE = "E0000015"
_OF_A_STATUS: dict[int, type[OktaChangeRefused]] = {
    400: OktaInvalid,
    403: OktaStateRefused,
    409: OktaStateRefused,
    413: OktaInvalid,
    414: OktaInvalid,
    423: OktaStateRefused,
}
"""What any other code means. A 404 of another code is no missing object but a wrong address (E0000008)."""
_HINTS = {
    404: ": this is not the address of an Okta org's API; look at OKTA_DOMAIN",
    405: ": this is not the address of an Okta org's API; look at OKTA_DOMAIN",
}


class Operation(NamedTuple):
    """What was asked of Okta: a method, and a path with its ids left out, for those who read of it."""

    method: str
    template: str
    repeatable: bool
    """Whether doing it twice does no more than doing it once."""

    def __str__(self) -> str:
        return f"{self.method} {self.template.replace('{}', '...')}"

    @property
    def permission(self) -> str:
        """The OAuth scope and, of the same name, the permission of an admin role (Okta's OpenAPI document)."""
        family = self.template.split("/")[1]
        return f"okta.{family}.{'read' if self.method == 'GET' else 'manage'}"


def error_of(operation: Operation, answer: Answer, secrets: Iterable[str]) -> OktaGatewayError:
    """What an answer means whose status is neither 2xx nor 429. Nothing of the `secrets` gets into it."""
    members = _members(answer)
    code = _code(members)
    detail = f"{operation} answered {answer.status}{_named(code, members)}"
    if answer.status >= 500:
        return OktaUnavailable(detail) if operation.repeatable else OktaOutcomeUnknown(detail)
    if code == _FEATURE:
        return OktaFeatureMissing(detail)
    if code == _PERMISSION or (answer.status == 403 and _lacks_scope(answer)):
        return OktaPermissionMissing(f"{detail}: it needs {operation.permission}")
    if code in _CREDENTIAL or answer.status == 401:
        return OktaCredentialRefused(detail)
    causes = _causes(members, secrets)
    refusal = _refusal(code, answer.status, causes)
    if refusal is OktaInvalid and operation.method == "DELETE":
        refusal = OktaStateRefused  # a DELETE has no values: it is about what it would delete
    if refusal is None:
        return OktaUnavailable(detail + _hint(answer.status))
    return refusal(detail, error_code=code, causes=causes)


def unanswered(operation: Operation, error: httpx.HTTPError | ValueError) -> OktaUnavailable | OktaOutcomeUnknown:
    """What it means that no whole answer came."""
    detail = f"{operation} got no answer: {reason(error)}"
    is_unknown = not operation.repeatable and may_have_arrived(error)
    return OktaOutcomeUnknown(detail) if is_unknown else OktaUnavailable(detail)


def may_have_arrived(error: httpx.HTTPError | ValueError) -> bool:
    """Whether a request that failed so may have been carried out."""
    return not isinstance(error, _NOTHING_SENT)


def unreadable(operation: Operation, why: str) -> OktaUnavailable | OktaOutcomeUnknown:
    """What it means that an answer of success cannot be read."""
    detail = f"{operation} got an answer that cannot be read: {why}"
    return OktaUnavailable(detail) if operation.repeatable else OktaOutcomeUnknown(detail)


def has_no_credential(answer: Answer) -> bool:
    """Whether Okta refused the credential, for which it uses 401; that means a missing licence too (E0000015)."""
    return answer.status == 401 and _code(_members(answer)) != _FEATURE


def _refusal(code: str, status: int, causes: tuple[str, ...]) -> type[OktaChangeRefused] | None:
    """None for what Okta's API does not say: a page of something in between, or a path that it does not know."""
    if not code:
        return None
    if any(_EXISTS.fullmatch(cause) for cause in causes):
        return OktaDuplicate
    if any(_LIMIT.fullmatch(cause) for cause in causes):
        return OktaLimitReached
    return CODES.get(code) or _OF_A_STATUS.get(status)


def _members(answer: Answer) -> dict[str, Any]:
    if not answer.is_json:
        return {}
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _code(members: dict[str, Any]) -> str:
    code = members.get("errorCode")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _named(code: str, members: dict[str, Any]) -> str:
    """The code and the id under which Okta's support finds the request."""
    error_id = members.get("errorId")
    if not code:
        return ""
    return f" ({code}, {error_id})" if isinstance(error_id, str) and _ERROR_ID.fullmatch(error_id) else f" ({code})"


def _lacks_scope(answer: Answer) -> bool:
    """RFC 6750, section 3.1, which is all that some of Okta's answers to a Bearer token say."""
    return 'error="insufficient_scope"' in answer.headers.get("WWW-Authenticate", "")


def _causes(members: dict[str, Any], secrets: Iterable[str]) -> tuple[str, ...]:
    """What Okta says is wrong, else its summary, fit to be read by people."""
    listed = members.get("errorCauses")
    texts = (
        [cause.get("errorSummary") for cause in listed if isinstance(cause, dict)] if isinstance(listed, list) else []
    )
    known = [text for text in texts if isinstance(text, str) and text] or _summary(members)
    return tuple(_clean(text, secrets) for text in known[:MAX_CAUSES])


def _summary(members: dict[str, Any]) -> list[str]:
    summary = members.get("errorSummary")
    return [summary] if isinstance(summary, str) and summary else []


def _clean(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        if len(secret) >= MIN_SECRET_LENGTH:
            text = text.replace(secret, _REMOVED)
    text = "".join(character if character.isprintable() else "?" for character in text)
    return _LOOKS_SECRET.sub(_REMOVED, text)[:MAX_CAUSE_LENGTH]


def _hint(status: int) -> str:
    return ": redirects are not followed" if 300 <= status < 400 else _HINTS.get(status, "")
