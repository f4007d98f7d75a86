"""The IAM API in process: a rig for each test, or one for all tests that change nothing."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from devkit.document_store import document_store
from devkit.okta_standin import create_app, load_org
from tests.integration.iam.okta_control import PASSWORD
from tests.integration.iam.rig import API_TOKEN, READ_TOKEN, Rig, Surroundings, running
from tests.integration.iam.sandbox import answers, one_request_a_thread, secrets

type Start = Callable[..., Rig]
PASSWORDS = ("local-store-secret-not-for-production", PASSWORD, API_TOKEN, READ_TOKEN, "PRIVATE KEY")
_running: list[Rig] = []


@contextmanager
def watched(rig: Rig) -> Iterator[Rig]:
    """Until the block ends, each test looks for secrets in what the rig wrote."""
    _running.append(rig)
    yield rig
    _running.remove(rig)


# Not of the session: mongoeco takes longer for each command the more databases it has had.
@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    folder = tmp_path_factory.mktemp("iam")
    keys = folder / "okta-keys"
    create_app(load_org(), key_folder=keys)
    with document_store(None) as store_uri, one_request_a_thread():
        yield Surroundings(store_uri, keys, folder)
    shutil.rmtree(folder)


@pytest.fixture
def start(around: Surroundings) -> Iterator[Start]:
    """Start a rig with further settings."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(watched(stack.enter_context(running(around, **settings))))


@pytest.fixture
def rig(start: Start) -> Rig:
    """An API token, rules in the file."""
    return start()


@pytest.fixture(scope="module")
def steady(around: Surroundings) -> Iterator[Rig]:
    """The same for all tests of a module that change nothing."""
    with running(around) as rig, watched(rig):
        yield rig


@pytest.fixture(scope="module")
def document(steady: Rig) -> dict[str, Any]:
    """The OpenAPI document."""
    text = steady.call("GET", "/api/iam/openapi.json").text
    parsed: dict[str, Any] = json.loads(text)
    return parsed


@pytest.fixture(autouse=True)
def no_secret_is_written(capfd: pytest.CaptureFixture[str], start: Start) -> Iterator[None]:
    """After each test: neither log nor audit holds a secret or a stack trace, and nothing else was printed."""
    yield
    out, err = capfd.readouterr()
    for rig in _running:
        written = "\n".join([str(rig.log), *(str(row) for row in rig.audit()), out, err])
        rig.log.clear()
        leaked = [f"{secret[:6]}..." for secret in {*PASSWORDS, *secrets} if secret in written]
        assert leaked == []
        assert "Traceback" not in written


@pytest.fixture(autouse=True)
def every_answer_is_documented(document: dict[str, Any]) -> Iterator[None]:
    """After each test: the OpenAPI document names every status that was answered on a route of its."""
    answers.clear()
    yield
    for answer in answers:
        operation = _operation(document, answer.method, answer.path)
        assert operation is None or str(answer.status) in operation["responses"], answer


def _operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    """The most literal route that matches; None for a route or method that the document does not have."""
    for template in sorted(document["paths"], key=lambda item: str(item).count("{")):
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path):
            found: dict[str, Any] | None = document["paths"][template].get(method.lower())
            return found
    return None
