"""Secrets Manager and the credentials for it, as a function with SnapStart meets them.

Sources: AWS, "Activating and managing Lambda SnapStart" (with SnapStart the runtime has container credentials and no
AWS_SESSION_TOKEN, so that the Parameters and Secrets extension has nobody to trust and boto3 is asked), "Container
credential provider" in the SDK reference, and GetSecretValue in the API reference.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from devkit.serving import serve

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:function-AbCdEf"
CREDENTIALS = {
    "AccessKeyId": "AKIDEXAMPLE",
    "SecretAccessKey": "not-for-production",
    "Token": "not-for-production",
    "Expiration": "2199-01-01T00:00:00Z",
}


@dataclass
class Secret:
    """What the secret holds; the test may change it and take the service away."""

    address: str = ""
    credentials_address: str = ""
    content: dict[str, str] = field(default_factory=dict, repr=False)
    is_down: bool = False
    reads: int = 0

    @property
    def settings(self) -> dict[str, str]:
        """The function's environment."""
        return {
            "SECRETS_ARN": ARN,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": self.address,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.credentials_address,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "not-for-production",
        }

    @property
    def credentials_port(self) -> int:
        return int(self.credentials_address.rpartition(":")[2])

    async def get_value(self, request: Request) -> JSONResponse:
        assert request.headers["X-Amz-Target"] == "secretsmanager.GetSecretValue"
        if self.is_down:
            return JSONResponse({"__type": "ThrottlingException"}, status_code=400)
        self.reads += 1
        return JSONResponse({"ARN": ARN, "Name": "function", "SecretString": json.dumps(self.content)})


async def _credentials(_request: Request) -> JSONResponse:
    return JSONResponse(CREDENTIALS)


@contextmanager
def served_secret() -> Iterator[Secret]:
    secret = Secret()
    secrets_manager = Starlette(routes=[Route("/", secret.get_value, methods=["POST"])])
    credentials = Starlette(routes=[Route("/", _credentials)])
    with serve(secrets_manager) as address, serve(credentials) as credentials_address:
        secret.address, secret.credentials_address = address, credentials_address
        yield secret
