"""The content of the secret, whoever delivered it."""

import json
import subprocess
import sys
import traceback

import pytest

from okta_gateway import secret_settings
from okta_gateway.errors import SecretUnavailable
from okta_gateway.secret_settings import read_secret_settings

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:authorizer-AbCdEf"
URI = "mongodb://user:s3cret-word@db.example.com/"


def read(monkeypatch: pytest.MonkeyPatch, text: str) -> dict[str, str]:
    monkeypatch.setattr(secret_settings, "_from_secrets_manager", lambda arn: text)
    return read_secret_settings(ARN, {})


@pytest.mark.parametrize("settings", [{}, {"DOCUMENTDB_URI": URI}, {"A": "", "B": "ü"}], ids=["none", "one", "two"])
def test_a_json_object_of_strings_is_the_settings(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    assert read(monkeypatch, json.dumps(settings)) == settings


@pytest.mark.parametrize(
    "text",
    ["", URI, f"DOCUMENTDB_URI={URI}", f'{{"DOCUMENTDB_URI": "{URI}"', json.dumps(URI), json.dumps([URI]), "null",
     json.dumps({"password": "s3cret-word", "port": 27017}), json.dumps({"s3cret-word": None}),
     json.dumps({"DOCUMENTDB_URI": {"uri": URI}})],
)  # fmt: skip
def test_anything_else_is_an_error_that_names_the_arn_and_shows_nothing_of_the_content(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    with pytest.raises(SecretUnavailable, match=f"{ARN}: the secret must be a JSON object") as failure:
        read(monkeypatch, text)
    assert "s3cret-word" not in "".join(traceback.format_exception(failure.value))
    assert failure.value.__context__ is None


def test_importing_the_module_imports_neither_boto3_nor_an_http_client() -> None:
    code = (
        "import sys, okta_gateway.secret_settings;"
        "print([name for name in ('boto3', 'botocore', 'http.client', 'ssl') if name in sys.modules])"
    )
    done = subprocess.run(  # the interpreter of this test, our code
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "[]\n"
