"""Expressions for Okta's `search` parameter (SCIM filters: RFC 7644, section 3.4.2.2)."""

import json


def starts_with(attributes: tuple[str, ...], text: str) -> str:
    """Any of the attributes starts with the text, whatever it contains."""
    return " or ".join(f"{attribute} sw {_quoted(text)}" for attribute in attributes)


def equals(attribute: str, text: str) -> str:
    return f"{attribute} eq {_quoted(text)}"


def _quoted(text: str) -> str:
    """A string is a JSON string: quotes, backslashes and control characters are escaped."""
    return json.dumps(text, ensure_ascii=False)
