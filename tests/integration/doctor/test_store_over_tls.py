"""A store that speaks TLS: what is said of it, and of a certificate that nobody trusts."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from devkit.doctor.findings import Finding, Result
from tests.contract.store.tls import Identity, make_identity, tls_front
from tests.integration.doctor.patient import Patient, with_result


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    return make_identity(tmp_path / "ours")


def examined(patient: Patient, identity: Identity) -> tuple[list[str], Finding]:
    """What is found in the patient whose store is behind TLS, and what is said of the store."""
    port = urlsplit(patient.store_uri).port
    assert port
    with tls_front(identity, port) as front:
        uri = patient.store_uri.replace(f":{port}/", f":{front}/")
        patient.set(DOCUMENTDB_URI=f"{uri}&tls=true")
        examined = patient.examined()
    return with_result(examined, Result.PROBLEM, Result.NOT_CHECKED), examined["store"].finding


def test_a_store_over_tls_is_well(patient: Patient, identity: Identity) -> None:
    patient.set(DOCUMENTDB_TLS_CA_FILE=str(identity.ca_file))
    assert examined(patient, identity) == ([], Finding(Result.OK, "it answers, over TLS"))


def test_a_store_in_plain_is_said_to_be_one(patient: Patient) -> None:
    assert "without TLS" in patient.examined()["store"].finding.seen


@pytest.mark.parametrize("ca_file", ["", "theirs"], ids=["Amazon's CAs", "somebody else's CA"])
def test_a_certificate_of_a_stranger_is_told_from_a_store_that_is_down(
    patient: Patient, identity: Identity, tmp_path: Path, ca_file: str
) -> None:
    patient.set(DOCUMENTDB_TLS_CA_FILE=str(make_identity(tmp_path / ca_file).ca_file) if ca_file else "")
    found, store = examined(patient, identity)
    assert (found, "CERTIFICATE_VERIFY_FAILED" in store.seen) == (["store"], True)
    assert "DOCUMENTDB_TLS_CA_FILE" in store.fix


def test_a_certificate_for_another_host_is_told(patient: Patient, tmp_path: Path) -> None:
    other = make_identity(tmp_path / "other", host="127.0.0.9")
    patient.set(DOCUMENTDB_TLS_CA_FILE=str(other.ca_file))
    found, store = examined(patient, other)
    assert (found, "IP address mismatch" in store.seen) == (["store"], True)
    assert "The host in DOCUMENTDB_URI" in store.fix
