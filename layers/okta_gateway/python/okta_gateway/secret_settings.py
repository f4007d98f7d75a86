"""The secret settings of a function: the JSON object kept in Secrets Manager under SECRETS_ARN.

Read through AWS's Parameters and Secrets Lambda extension where that is attached, which caches and needs no SDK
(https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html), else with boto3. Both
clients are imported when needed: a function without secrets pays for neither.
"""

import errno
import json
import logging
from collections.abc import Mapping
from urllib.parse import quote

from okta_gateway.errors import SecretUnavailable

logger = logging.getLogger(__name__)

EXTENSION_PORT = "2773"  # the extension's default
EXTENSION_SECONDS = 3.0
CONNECT_SECONDS = 2.0
READ_SECONDS = 3.0
ATTEMPTS = 2
MAX_ANSWER_BYTES = 256 * 1024  # Secrets Manager holds 65,536 bytes a secret; JSON in JSON needs more room

NOBODY_LISTENS = (errno.ECONNREFUSED, errno.EADDRNOTAVAIL)  # the latter for ::1 where there is no IPv6

HINTS = {
    "AccessDeniedException": "allow the function's role secretsmanager:GetSecretValue, and kms:Decrypt on its key",
    "DecryptionFailure": "allow the function's role kms:Decrypt on the secret's key, and look whether it is enabled",
    "ResourceNotFoundException": "SECRETS_ARN names no secret of this account and region, or one without a value",
    "ThrottlingException": "too many reads at once: attach the Parameters and Secrets extension, which caches",
}


def read_secret_settings(arn: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Give the settings in the secret `arn`, by name.

    `environ` is the process environment, which tells where the extension listens. Raises SecretUnavailable, which names
    the ARN and what to check, and never holds any of the secret.
    """
    text = _from_extension(arn, environ)
    return _parsed(arn, _from_secrets_manager(arn) if text is None else text)


def with_secret_settings(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment, with the settings of the function's secret where it does not name them itself.

    Raises SecretUnavailable.
    """
    arn = environ.get("SECRETS_ARN")
    if not arn:
        return environ
    return read_secret_settings(arn, environ) | {name: value for name, value in environ.items() if value}


def _from_extension(arn: str, environ: Mapping[str, str]) -> str | None:
    """Ask the extension; None where it is not attached, or does not serve yet, as during a function's init phase."""
    token = environ.get("AWS_SESSION_TOKEN")
    if not token:
        return None
    port = environ.get("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", EXTENSION_PORT)
    answer = _extension_answer(arn, token, port)
    if answer is None:
        return None
    status, body = answer
    if status == 400 and b"not ready to serve traffic" in body:
        logger.info("the Parameters and Secrets extension does not serve yet: reading the secret with boto3")
        return None
    if status != 200:
        raise SecretUnavailable(
            f"{arn}: the Parameters and Secrets extension answered {status}; its log line in CloudWatch says why. "
            "Check that the function's role may read this secret and decrypt it"
        )
    secret = _json(body)
    return _secret_string(arn, secret if isinstance(secret, dict) else {})


def _extension_answer(arn: str, token: str, port: str) -> tuple[int, bytes] | None:
    from http.client import HTTPConnection, HTTPException

    try:
        connection = HTTPConnection("localhost", int(port), timeout=EXTENSION_SECONDS)
    except ValueError:
        raise SecretUnavailable(f"{arn}: PARAMETERS_SECRETS_EXTENSION_HTTP_PORT must be a port number") from None
    path = f"/secretsmanager/get?secretId={quote(arn, safe='')}"
    try:
        connection.request("GET", path, headers={"X-Aws-Parameters-Secrets-Token": token})
        answer = connection.getresponse()
        return answer.status, answer.read(MAX_ANSWER_BYTES)
    except (OSError, HTTPException) as error:
        if isinstance(error, OSError) and error.errno in NOBODY_LISTENS:
            return None
        raise SecretUnavailable(
            f"{arn}: the Parameters and Secrets extension on port {port} did not answer ({type(error).__name__}). "
            "Check that it can reach Secrets Manager (VPC endpoint or NAT)"
        ) from None
    finally:
        connection.close()


def _from_secrets_manager(arn: str) -> str:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
    )
    try:
        client = boto3.client("secretsmanager", region_name=_region(arn), config=config)
        secret = client.get_secret_value(SecretId=arn)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "an error"))
        hint = HINTS.get(code, "look at the function's role and the secret")
        raise SecretUnavailable(f"{arn}: Secrets Manager answered {code}: {hint}") from error
    except (BotoCoreError, ValueError) as error:
        raise SecretUnavailable(
            f"{arn}: Secrets Manager could not be asked ({type(error).__name__}). "
            "Check credentials, region, and that the function can reach it (VPC endpoint or NAT)"
        ) from error
    return _secret_string(arn, secret)


def _region(arn: str) -> str | None:
    """The region of an ARN (arn:partition:service:region:...); None for a bare name, which means the function's."""
    parts = arn.split(":")
    return parts[3] or None if len(parts) > 3 else None


def _secret_string(arn: str, secret: Mapping[str, object]) -> str:
    """The text in an answer of GetSecretValue, which the extension hands on as it is."""
    text = secret.get("SecretString")
    if not isinstance(text, str):
        raise SecretUnavailable(f"{arn}: the secret has no SecretString: store text, not binary data")
    return text


def _parsed(arn: str, text: str) -> dict[str, str]:
    settings = _json(text)
    if not isinstance(settings, dict) or not all(isinstance(value, str) for value in settings.values()):
        raise SecretUnavailable(
            f"{arn}: the secret must be a JSON object whose values are strings, such as "
            '{"DOCUMENTDB_URI": "mongodb://..."}'
        )
    return settings


def _json(text: str | bytes) -> object:
    """Parsed JSON, or None: json's own error holds the whole text and must not be chained to ours."""
    try:
        return json.loads(text)
    except ValueError:
        return None
