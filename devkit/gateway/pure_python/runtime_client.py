"""The functions of awslambdaric's native `runtime_client`, in Python, for systems where it cannot be built (macOS).

It is not imported by devkit: a sandbox puts this folder on the function's path.
Source of the interface: `runtime_client.cpp` in aws/aws-lambda-python-runtime-interface-client.
"""

import http.client
import os

_PREFIX = "/2018-06-01/runtime/invocation/"
_HEADERS = (
    "Lambda-Runtime-Aws-Request-Id",
    "Lambda-Runtime-Trace-Id",
    "Lambda-Runtime-Invoked-Function-Arn",
    "Lambda-Runtime-Client-Context",
    "Lambda-Runtime-Cognito-Identity",
    "Content-Type",
)


class _Client:
    def __init__(self, address: str, user_agent: str) -> None:
        self._connection = http.client.HTTPConnection(address)
        self._user_agent = user_agent

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        self._connection.request(method, _PREFIX + path, body, {"User-Agent": self._user_agent, **(headers or {})})
        return self._connection.getresponse()


_clients: list[_Client] = []


def initialize_client(user_agent: str) -> None:
    """Name the server of AWS_LAMBDA_RUNTIME_API as the one to talk to."""
    _clients[:] = [_Client(os.environ["AWS_LAMBDA_RUNTIME_API"], user_agent)]


def next() -> tuple[bytes, dict[str, object]]:  # noqa: A001 - the interface's own name
    """Wait for an event; return its body and Lambda's headers. Raises RuntimeError."""
    try:
        response = _clients[0].send("GET", "next")
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise RuntimeError("Failed to get next") from error
    if response.status != http.client.OK:
        raise RuntimeError("Failed to get next")
    headers: dict[str, object] = {name: response.headers.get(name) for name in _HEADERS}
    headers["Lambda-Runtime-Deadline-Ms"] = int(response.headers["Lambda-Runtime-Deadline-Ms"])
    return body, headers


def post_invocation_result(invoke_id: str, result: bytes, content_type: str, _invocation_id: str | None = None) -> None:
    """Hand in an answer. Raises RuntimeError."""
    _post(f"{invoke_id}/response", result, {"Content-Type": content_type}, "Failed to post invocation response")


def post_error(invoke_id: str, error: str, _xray_fault: str, _invocation_id: str | None = None) -> None:
    """Hand in an error. Raises RuntimeError."""
    _post(f"{invoke_id}/error", error.encode(), {"Content-Type": "application/json"}, "Failed to post invocation error")


def _post(path: str, body: bytes, headers: dict[str, str], failure: str) -> None:
    try:
        response = _clients[0].send("POST", path, body, headers)
        response.read()
    except (OSError, http.client.HTTPException) as error:
        raise RuntimeError(failure) from error
    if response.status != http.client.ACCEPTED:
        raise RuntimeError(failure)
