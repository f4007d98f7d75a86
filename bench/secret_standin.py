"""One secret on loopback: as AWS's Parameters and Secrets extension serves it, and as Secrets Manager does.

Sources: https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html, and GetSecretValue
in the API reference.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from devkit.serving import serve

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:authorizer-AbCdEf"
TOKEN_HEADER = "X-Aws-Parameters-Secrets-Token"  # noqa: S105 a header's name
SESSION_TOKEN = "session-token"  # noqa: S105 opens nothing but this stand-in


class SecretStandin:
    """Where the secret is, as a function's environment says it."""

    def __init__(self, address: str) -> None:
        self._address = address

    def by_extension(self) -> dict[str, str]:
        """The settings of a function with the extension attached."""
        port = self._address.rpartition(":")[2]
        return {
            "SECRETS_ARN": ARN,
            "AWS_SESSION_TOKEN": SESSION_TOKEN,
            "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": port,
        }

    def by_boto3(self) -> dict[str, str]:
        """The settings of a function without it."""
        return {
            "SECRETS_ARN": ARN,
            "AWS_ENDPOINT_URL": self._address,
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
        }


@contextmanager
def secret_standin(settings: Mapping[str, str]) -> Iterator[SecretStandin]:
    """Serve the settings as one secret until the block ends."""
    value = {"ARN": ARN, "Name": "authorizer", "SecretString": json.dumps(settings)}

    def extension(request: Request) -> JSONResponse:
        if request.headers.get(TOKEN_HEADER) != SESSION_TOKEN or request.query_params.get("secretId") != ARN:
            return JSONResponse({}, status_code=401)
        return JSONResponse(value)

    def secrets_manager(_request: Request) -> JSONResponse:
        return JSONResponse(value, media_type="application/x-amz-json-1.1")

    routes = [Route("/secretsmanager/get", extension), Route("/", secrets_manager, methods=["POST"])]
    with serve(Starlette(routes=routes)) as address:
        yield SecretStandin(address)
