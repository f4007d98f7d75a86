"""A client's request as it arrived: raw path, raw query, headers in order and with repeats."""

from dataclasses import dataclass

from devkit.gateway.functions import ACCOUNT, REGION
from devkit.gateway.intrinsics import LOCAL_API_ID

LOCAL_STAGE = "local"


@dataclass(frozen=True)
class Request:
    """One request. `path` and `query` are as the client encoded them."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    client_ip: str
    request_id: str

    @property
    def method_arn(self) -> str:
        """The ARN an authorizer gets and policies are matched against, with the path as the client wrote it.

        That AWS does not decode the path here is (unproven).
        """
        api = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{LOCAL_API_ID}/{LOCAL_STAGE}"
        return f"{api}/{self.method}/{self.path.removeprefix('/')}"

    def values(self, header: str) -> list[str]:
        """Every value of a header, whatever the case of its name."""
        return [value for name, value in self.headers if name.lower() == header.lower()]

    def combined(self, header: str) -> str:
        """One value; repeated lines are joined as RFC 9110, section 5.3 allows. What AWS does is (unproven)."""
        return ", ".join(self.values(header))

    @property
    def head_bytes(self) -> int:
        """Length of the request line and the header lines, as HTTP/1.1 sends them."""
        target = f"{self.path}?{self.query}" if self.query else self.path
        line = f"{self.method} {target} HTTP/1.1\r\n"
        return len(line.encode()) + sum(len(f"{name}: {value}\r\n".encode()) for name, value in self.headers)
