"""KMS as moto plays it, with every call on record."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.client import BaseClient
from moto import mock_aws

REGION = "eu-central-1"


class Call(NamedTuple):
    """An operation of KMS, and its parameters."""

    operation: str
    parameters: dict[str, Any]


class Kms:
    """Makes keys; `calls` are those of the code under test, `failure` is raised instead of the next ones."""

    def __init__(self) -> None:
        self._client = boto3.client("kms", region_name=REGION)
        self.calls: list[Call] = []
        self.failure: Exception | None = None

    def symmetric_key(self) -> str:
        return self._new_key()

    def rsa_key(self, spec: str = "RSA_2048", usage: str = "SIGN_VERIFY") -> str:
        return self._new_key(KeySpec=spec, KeyUsage=usage)

    def operations(self) -> list[str]:
        return [call.operation for call in self.calls]

    def _new_key(self, **parameters: str) -> str:
        arn = str(self._client.create_key(**parameters)["KeyMetadata"]["Arn"])
        self.calls.clear()
        return arn


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kms]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    client_class: Any = BaseClient
    call = client_class._make_api_call
    with mock_aws():
        kms = Kms()

        def recorded(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            kms.calls.append(Call(operation, parameters))
            if kms.failure:
                raise kms.failure
            return call(client, operation, parameters)

        monkeypatch.setattr(client_class, "_make_api_call", recorded)
        yield kms
