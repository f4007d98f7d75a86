"""Secret settings through the Parameters and Secrets extension (a stand-in on a real socket) and boto3 (moto)."""

import json
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest.mock import Mock
from urllib.parse import parse_qs, urlsplit

import boto3
import botocore.client
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, NoCredentialsError
from moto import mock_aws

from okta_gateway import secret_settings
from okta_gateway.errors import SecretUnavailable
from okta_gateway.secret_settings import read_secret_settings

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:authorizer-AbCdEf"
SETTINGS = {"DOCUMENTDB_URI": "mongodb://user:s3cret-word@db.example.com/"}
TOKEN = "session-token"


@dataclass
class Extension:
    """What the stand-in answers, and what it was asked.

    The contract: https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html (GET
    /secretsmanager/get?secretId=, header X-Aws-Parameters-Secrets-Token, answer of GetSecretValue). The 400 during a
    function's init phase is not in AWS's documents; many projects report its text.
    """

    port: int = 0
    status: int = 200
    body: bytes = json.dumps({"ARN": ARN, "Name": "authorizer", "SecretString": json.dumps(SETTINGS)}).encode()
    delay: float = 0
    asked: list[tuple[str, dict[str, list[str]], str | None]] = field(default_factory=list)

    @property
    def environ(self) -> dict[str, str]:
        return {"AWS_SESSION_TOKEN": TOKEN, "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(self.port)}


@pytest.fixture
def extension() -> Iterator[Extension]:
    extension = Extension()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            extension.asked.append((url.path, parse_qs(url.query), self.headers["X-Aws-Parameters-Secrets-Token"]))
            time.sleep(extension.delay)
            self.send_response(extension.status)
            self.end_headers()
            self.wfile.write(extension.body)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        extension.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield extension
        server.shutdown()
        thread.join(timeout=10)


@pytest.fixture
def secrets_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="eu-central-1")


@pytest.fixture
def no_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(arn: str) -> str:
        pytest.fail("boto3 was asked")

    monkeypatch.setattr(secret_settings, "_from_secrets_manager", refuse)


def stored(secrets_manager: Any, **value: Any) -> str:
    return str(secrets_manager.create_secret(Name="authorizer", **value)["ARN"])


@pytest.mark.usefixtures("no_boto3")
def test_an_attached_extension_is_asked_as_aws_documents_it(extension: Extension) -> None:
    assert read_secret_settings(ARN, extension.environ) == SETTINGS
    assert extension.asked == [("/secretsmanager/get", {"secretId": [ARN]}, TOKEN)]


def test_off_lambda_no_extension_is_looked_for(extension: Extension, secrets_manager: Any) -> None:
    arn = stored(secrets_manager, SecretString=json.dumps(SETTINGS))
    environ = extension.environ | {"AWS_SESSION_TOKEN": ""}
    assert read_secret_settings(arn, environ) == SETTINGS
    assert extension.asked == []


def test_without_an_extension_boto3_reads_the_secret_in_the_region_of_its_arn(secrets_manager: Any) -> None:
    arn = stored(secrets_manager, SecretString=json.dumps(SETTINGS))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        environ = {"AWS_SESSION_TOKEN": TOKEN, "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(unused.getsockname()[1])}
        assert read_secret_settings(arn, environ) == SETTINGS


def test_an_extension_that_does_not_serve_yet_is_passed_over(extension: Extension, secrets_manager: Any) -> None:
    arn = stored(secrets_manager, SecretString=json.dumps(SETTINGS))
    extension.status, extension.body = 400, b"not ready to serve traffic, please wait"
    assert read_secret_settings(arn, extension.environ) == SETTINGS
    assert len(extension.asked) == 1


@pytest.mark.usefixtures("no_boto3")
@pytest.mark.parametrize("status", [301, 400, 401, 403, 429, 500, 503])
def test_a_refusal_of_the_extension_is_an_error_that_says_what_to_check(extension: Extension, status: int) -> None:
    extension.status = status
    with pytest.raises(SecretUnavailable, match=f"{ARN}: the Parameters and Secrets extension answered {status}") as no:
        read_secret_settings(ARN, extension.environ)
    assert "s3cret-word" not in "".join(traceback.format_exception(no.value))


@pytest.mark.usefixtures("no_boto3")
def test_an_extension_that_hangs_is_an_error(extension: Extension, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_settings, "EXTENSION_SECONDS", 0.1)
    extension.delay = 0.4
    with pytest.raises(SecretUnavailable, match=f"{ARN}: .* did not answer .TimeoutError"):
        read_secret_settings(ARN, extension.environ)


@pytest.mark.usefixtures("no_boto3")
@pytest.mark.parametrize(
    "body",
    [b"", b"s3cret-word", b"[]", b'{"SecretBinary": "s3cret-word"}', b'{"SecretString": null}', b"\xff" * 300_000],
    ids=["empty", "text", "list", "binary", "null", "huge"],
)
def test_an_answer_without_text_is_an_error_that_shows_nothing_of_it(extension: Extension, body: bytes) -> None:
    extension.body = body
    with pytest.raises(SecretUnavailable, match=f"{ARN}: the secret has no SecretString") as failure:
        read_secret_settings(ARN, extension.environ)
    assert "s3cret-word" not in "".join(traceback.format_exception(failure.value))


@pytest.mark.usefixtures("no_boto3")
def test_something_on_the_port_that_is_no_http_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def talk() -> None:
            with other.accept()[0] as peer:
                peer.recv(1024)
                peer.sendall(b"s3cret-word\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        environ = {"AWS_SESSION_TOKEN": TOKEN, "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(other.getsockname()[1])}
        with pytest.raises(SecretUnavailable, match=r"did not answer .BadStatusLine") as failure:
            read_secret_settings(ARN, environ)
        thread.join(timeout=10)
    assert "s3cret-word" not in "".join(traceback.format_exception(failure.value))


@pytest.mark.usefixtures("no_boto3")
@pytest.mark.parametrize("port", ["", "http", "2773/x"])
def test_a_port_that_is_no_number_is_an_error(port: str) -> None:
    with pytest.raises(SecretUnavailable, match="PARAMETERS_SECRETS_EXTENSION_HTTP_PORT must be a port number"):
        read_secret_settings(ARN, {"AWS_SESSION_TOKEN": TOKEN, "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": port})


def test_a_secret_that_is_not_there_is_an_error_that_names_the_arn(secrets_manager: Any) -> None:
    with pytest.raises(
        SecretUnavailable, match=f"{ARN}: Secrets Manager answered ResourceNotFoundException: SECRETS_ARN"
    ):
        read_secret_settings(ARN, {})


def test_a_binary_secret_is_an_error(secrets_manager: Any) -> None:
    arn = stored(secrets_manager, SecretBinary=b"s3cret-word")
    with pytest.raises(SecretUnavailable, match=f"{arn}: the secret has no SecretString"):
        read_secret_settings(arn, {})


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue"),
            "role secretsmanager:GetSecretValue",
        ),
        (ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue"), "too many reads at once"),
        (ClientError({"Error": {"Code": "DecryptionFailure"}}, "GetSecretValue"), "kms:Decrypt"),
        (ClientError({"Error": {"Code": "InternalServiceError"}}, "GetSecretValue"), "answered InternalServiceError"),
        (ConnectTimeoutError(endpoint_url="https://secretsmanager"), "could not be asked .ConnectTimeoutError"),
        (NoCredentialsError(), "could not be asked .NoCredentialsError"),
    ],
    ids=["denied", "throttled", "undecryptable", "broken", "unreachable", "no credentials"],
)
def test_a_refusal_of_secrets_manager_says_what_to_check(
    secrets_manager: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", refuse)
    with pytest.raises(SecretUnavailable, match=f"{ARN}: .*{says}"):
        read_secret_settings(ARN, {})


@pytest.mark.usefixtures("secrets_manager")
def test_a_name_needs_a_region_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SecretUnavailable, match=r"authorizer: Secrets Manager could not be asked .NoRegionError"):
        read_secret_settings("authorizer", {})


def test_boto3_gives_up_soon(secrets_manager: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = stored(secrets_manager, SecretString="{}")
    made = Mock(return_value=secrets_manager)
    monkeypatch.setattr(boto3, "client", made)
    assert read_secret_settings(arn, {}) == {}
    assert made.call_args.kwargs["region_name"] == "eu-central-1"
    config = made.call_args.kwargs["config"]
    assert (config.connect_timeout, config.read_timeout) == (2.0, 3.0)
    assert config.retries == {"total_max_attempts": 2, "mode": "standard"}
