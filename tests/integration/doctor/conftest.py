"""A patient in good health."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit.document_store import document_store
from tests.integration.authorizer.conftest import Clients, clients
from tests.integration.doctor.patient import Patient

__all__ = ["clients"]  # a fixture

_numbers = itertools.count()


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signing keys, generated once; no test rotates them."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def store_uri() -> Iterator[str]:
    with document_store(None) as uri:
        yield uri


@pytest.fixture
def patient(key_folder: Path, store_uri: str, clients: Clients, monkeypatch: pytest.MonkeyPatch) -> Patient:
    # Longer than `clients` has it: nearly every test here talks to a store that is there.
    monkeypatch.setattr("okta_gateway.store.connection.SELECTION_MS", 1_000)
    patient = Patient(key_folder, store_uri, f"doctor_{next(_numbers)}")
    patient.make_store()
    return patient
