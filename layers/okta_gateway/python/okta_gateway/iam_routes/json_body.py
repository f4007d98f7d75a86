"""A request's body as JSON; whatever is wrong with it is the caller's mistake."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from okta_gateway.iam.errors import MediaTypeUnsupported, RequestInvalid


def parse_json_body(text: str) -> Any:  # noqa: ANN401 - whatever JSON can be
    """Raises JSONDecodeError, also for what Python's parser gives up on: endless nesting, numbers of many digits."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except (RecursionError, ValueError) as error:
        raise json.JSONDecodeError(f"too much for a request: {type(error).__name__}", "", 0) from None


def demand_json(event: Mapping[str, Any]) -> None:
    """Raise MediaTypeUnsupported for a body of another type, RequestInvalid for one that is no text.

    API Gateway hands on every body in base64. Without a type a body counts as JSON.
    """
    if not event.get("body"):
        return
    types = [value for name, value in (event.get("headers") or {}).items() if name.lower() == "content-type"]
    if any(value.partition(";")[0].strip().lower() != "application/json" for value in types):
        raise MediaTypeUnsupported
    try:
        if event.get("isBase64Encoded"):
            base64.b64decode(event.get("body") or "").decode("utf-8")
    except ValueError:
        raise RequestInvalid([("body", "The body is not UTF-8 text.")]) from None
