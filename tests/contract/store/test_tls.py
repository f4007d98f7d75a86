"""TLS to the store, with pymongo told that there is no PyOpenSSL."""

import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pymongo import ssl_support
from pymongo.database import Database

from okta_gateway.errors import StoreUnavailable
from okta_gateway.store.connection import AMAZON_CA_FILE, Document, connect
from okta_gateway.store.m2m_clients import M2MClients

from .tls import Identity, make_identity, tls_front

type OpenTls = Callable[[str | None], M2MClients]


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    return make_identity(tmp_path / "ours")


@pytest.fixture
def open_tls(store_uri: str, identity: Identity, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenTls]:
    """Opens the store through TLS, trusting the given CA file."""
    monkeypatch.setattr("okta_gateway.store.connection.SELECTION_MS", 500)
    opened: list[Database[Document]] = []
    store_port = urlsplit(store_uri).port
    assert store_port is not None
    with tls_front(identity, store_port) as port:

        def open_tls(ca_file: str | None) -> M2MClients:
            uri = store_uri.replace(f":{store_port}/", f":{port}/")
            opened.append(connect(f"{uri}&tls=true&tlsCAFile=global-bundle.pem", "db", ca_file))
            return M2MClients(opened[-1])

        yield open_tls
        for database in opened:
            database.client.close()


def test_a_store_whose_certificate_our_ca_signed_is_used(open_tls: OpenTls, identity: Identity) -> None:
    assert open_tls(str(identity.ca_file)).groups_of("agent") is None


def test_a_store_that_another_ca_signed_is_refused(open_tls: OpenTls, tmp_path: Path) -> None:
    clients = open_tls(str(make_identity(tmp_path / "theirs").ca_file))
    with pytest.raises(StoreUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        clients.groups_of("agent")


def test_only_amazons_cas_are_trusted_by_default(open_tls: OpenTls) -> None:
    with pytest.raises(StoreUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        open_tls(None).groups_of("agent")


def test_a_certificate_for_another_host_is_refused(
    store_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("okta_gateway.store.connection.SELECTION_MS", 500)
    other = make_identity(tmp_path / "other", host="127.0.0.9")
    with tls_front(other, urlsplit(store_uri).port or 0) as port:
        database = connect(f"mongodb://127.0.0.1:{port}/?tls=true&directConnection=true", "db", str(other.ca_file))
        with database.client, pytest.raises(StoreUnavailable, match="IP address mismatch"):
            M2MClients(database).groups_of("agent")


def test_the_shipped_bundle_holds_amazons_certificates() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(AMAZON_CA_FILE)
    subjects = [str(certificate["subject"]) for certificate in context.get_ca_certs()]
    assert len(subjects) > 50
    assert all("('organizationName', 'Amazon Web Services, Inc.')" in subject for subject in subjects)


def test_pymongo_uses_the_standard_librarys_tls_here_as_on_lambda() -> None:
    assert not ssl_support.HAVE_PYSSL
    assert ssl_support.HAVE_SSL


def test_the_stores_modules_do_not_import_x509_in_vain() -> None:
    code = "import sys, okta_gateway.store.m2m_clients; sys.exit('cryptography.x509' in sys.modules)"
    done = subprocess.run(  # the interpreter of this test, our code
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, check=False, timeout=60
    )
    assert done.returncode == 0
