"""moto's server on loopback: an AWS that keeps what is created and can be asked for it."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from devkit.deploy_checks.environments import TOOLS
from devkit.serving import LOOPBACK

START_SECONDS = 60.0
REGION = "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
ENVIRONMENT = {**CREDENTIALS, "AWS_DEFAULT_REGION": REGION, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}


class MotoDidNotStart(Exception):
    """The server did not answer in time; the message has its last words."""


@contextmanager
def moto_server(log: Path) -> Iterator[str]:
    """Run the server; give its address. Raises MotoDidNotStart."""
    port = _free_port()
    address = f"http://{LOOPBACK}:{port}"
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            [TOOLS.program("moto_server"), "-H", LOOPBACK, "-p", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **ENVIRONMENT},
        )
        try:
            _wait(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{address}/moto-api/data.json", timeout=5):  # noqa: S310 - loopback
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise MotoDidNotStart(f"moto_server did not start: {log.read_text(encoding='utf-8')[-500:]}")
