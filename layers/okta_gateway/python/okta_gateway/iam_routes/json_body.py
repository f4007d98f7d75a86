"""A request's body as JSON; whatever is wrong with it is the caller's mistake."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from okta_gateway.iam.errors import RequestInvalid


def parse_json_body(text: str) -> Any:  # noqa: ANN401 - whatever JSON can be
    """Raises JSONDecodeError, also for what Python's parser gives up on: endless nesting, numbers of many digits."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except (RecursionError, ValueError) as error:
        raise json.JSONDecodeError(f"too much for a request: {type(error).__name__}", "", 0) from None


def demand_text(event: Mapping[str, Any]) -> None:
    """Raise RequestInvalid for a body that is not text: API Gateway hands on every body in base64."""
    try:
        if event.get("isBase64Encoded"):
            base64.b64decode(event.get("body") or "").decode("utf-8")
    except ValueError:
        raise RequestInvalid([("body", "The body is not UTF-8 text.")]) from None
