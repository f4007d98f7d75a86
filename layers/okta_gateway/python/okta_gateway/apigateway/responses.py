"""The answer of a Lambda authorizer: principal, policy and the flat context that the gateway hands to the backend.

Shape: AWS, "Output from an API Gateway Lambda authorizer"; the same for REST and, as an IAM policy, for HTTP APIs.
"""

import re
from functools import lru_cache
from typing import Any

from okta_gateway.access.decision import MAX_REMEMBERED, Decision
from okta_gateway.errors import ContextTooLarge

NONE = "-"
"""Stands for no value: an empty one might let a header of the client's own through."""
MAX_CONTEXT_BYTES = 8192
_SAFE = re.compile(r"[A-Za-z0-9._~:@/+=|-]+", re.ASCII)
_WORDS = re.compile(r"[A-Za-z0-9._~:@/+=|-]+|[^A-Za-z0-9._~:@/+=|-]+", re.ASCII)


@lru_cache(maxsize=MAX_REMEMBERED)
def policy_answer(decision: Decision) -> dict[str, Any]:
    """The answer for a verified token. Raises ContextTooLarge when the backend's headers could not hold it.

    The result is shared by all answers for one remembered decision: do not change it.
    """
    context = decision_context(decision)
    size = len("".join(context.values()))
    if size > MAX_CONTEXT_BYTES:
        raise ContextTooLarge(f"{size} bytes about the principal, at most {MAX_CONTEXT_BYTES} fit")
    return {
        "principalId": header_value(decision.principal.id),
        "policyDocument": decision.policy,
        "context": context,
    }


def decision_context(decision: Decision) -> dict[str, str]:
    """What the gateway maps to the backend's headers; all strings, since anything nested breaks the gateway."""
    principal = decision.principal
    return {
        "sub": header_value(principal.subject),
        "username": header_value(principal.username),
        "client_id": header_value(principal.client_id),
        "groups": header_list(decision.groups.names, ","),
        "scopes": header_list(decision.scopes.names, " "),
        "auth_method": principal.auth_method,
        "token_type": principal.kind,
        "groups_source": decision.groups.source,
        "issuer": header_value(principal.issuer),
        "jti": header_value(principal.token_id),
        "exp": f"{principal.expires_at:.0f}",
    }


@lru_cache(maxsize=256)
def header_list(items: tuple[str, ...], separator: str) -> str:
    return separator.join(header_value(item) for item in items) or NONE


def header_value(text: str | None) -> str:
    """The text as one header value: every character that could end or split it is percent-encoded as UTF-8."""
    if not text:
        return NONE
    if text == NONE:
        return _percent_encoded(text)
    if _SAFE.fullmatch(text):
        return text
    return "".join(part if _SAFE.fullmatch(part) else _percent_encoded(part) for part in _WORDS.findall(text))


def _percent_encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8"))
