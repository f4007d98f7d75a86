"""Secrets Manager on loopback, asked by boto3 or through the extension, which may refuse and be slow."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from devkit.serving import LOOPBACK

TOKEN = "session-token-not-for-production"


@dataclass
class SecretsManager:
    """The secrets by ARN, and how they are answered.

    GetSecretValue answers ThrottlingException with status 400 (AWS: "Common error types"); which status the extension
    gives on is not documented (unproven): 400 is taken here. Its address and header are AWS's (Secrets Manager user
    guide, "Use the AWS Parameters and Secrets Lambda Extension").
    """

    address: str = ""
    secrets: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    throttles: bool = False
    """Whether reads are refused as too many."""
    seconds: float = 0.0
    """How long an answer takes."""
    reads: list[str] = field(default_factory=list)
    """The ARNs that were asked for."""

    def put(self, function: str, **settings: str) -> str:
        """Write a function's secret; return its ARN."""
        self.secrets[self.arn(function)] = settings
        return self.arn(function)

    def arn(self, function: str) -> str:
        """The ARN of a function's secret."""
        return f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{function}-AbCdEf"

    def for_boto3(self, arn: str) -> dict[str, str]:
        """The environment of a function without the extension."""
        credentials = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
        return {"SECRETS_ARN": arn, "AWS_ENDPOINT_URL_SECRETS_MANAGER": self.address, **credentials}

    def for_extension(self, arn: str) -> dict[str, str]:
        """The environment of a function with the extension."""
        port = str(urlsplit(self.address).port)
        return {"SECRETS_ARN": arn, "AWS_SESSION_TOKEN": TOKEN, "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": port}

    def answer(self, arn: str) -> tuple[int, Mapping[str, str]]:
        """Status and members of the answer to one read."""
        self.reads.append(arn)
        time.sleep(self.seconds)
        if self.throttles:
            return 400, {"__type": "ThrottlingException", "message": "Rate exceeded"}
        return 200, {"ARN": arn, "Name": arn.rpartition(":")[2], "SecretString": json.dumps(self.secrets[arn])}


@contextmanager
def serving() -> Iterator[SecretsManager]:
    """Serve it until the block ends."""
    manager = SecretsManager()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.headers["X-Amz-Target"] == "secretsmanager.GetSecretValue"
            self._send(content["SecretId"])

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            assert (url.path, self.headers["X-Aws-Parameters-Secrets-Token"]) == ("/secretsmanager/get", TOKEN)
            self._send(parse_qs(url.query)["secretId"][0])

        def _send(self, arn: str) -> None:
            status, members = manager.answer(arn)
            body = json.dumps(members).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            with suppress(ConnectionError):  # who asked has given up
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        manager.address = f"http://{LOOPBACK}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield manager
        server.shutdown()
        thread.join(timeout=10)
