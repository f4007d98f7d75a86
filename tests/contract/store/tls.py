"""TLS for a store that has none of its own: certificates, and a front that speaks TLS and passes bytes on."""

import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Identity:
    """A CA, and a server certificate that it signed."""

    ca_file: Path
    server_file: Path


def make_identity(folder: Path, host: str = "127.0.0.1") -> Identity:
    """Write a new CA and a certificate for `host`, an IP address, into `folder`."""
    folder.mkdir()
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"CA of {folder.name}")])
    ca = _certificate(ca_name, ca_name, ca_key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    server = _certificate(x509.Name([]), ca_name, server_key).add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=True
    )
    identity = Identity(folder / "ca.pem", folder / "server.pem")
    identity.ca_file.write_bytes(ca.sign(ca_key, SHA256()).public_bytes(Encoding.PEM))
    identity.server_file.write_bytes(
        server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + server.sign(ca_key, SHA256()).public_bytes(Encoding.PEM)
    )
    return identity


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
    )


@contextmanager
def tls_front(identity: Identity, target_port: int) -> Iterator[int]:
    """Serve TLS on loopback until the block ends, passing bytes to and from `target_port`; yield the port."""
    with _Front(identity, target_port) as front:
        thread = threading.Thread(target=front.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield front.server_address[1]
        finally:
            front.stopped.set()
            front.shutdown()
            thread.join(timeout=10)


class _Front(socketserver.ThreadingTCPServer):
    """Waits for its connections when it is closed, so that none is left to the garbage collector."""

    def __init__(self, identity: Identity, target_port: int) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(identity.server_file)
        self.target_port = target_port
        self.stopped = threading.Event()
        super().__init__(("127.0.0.1", 0), _PassOn)


class _PassOn(socketserver.BaseRequestHandler):
    server: _Front
    request: socket.socket

    def handle(self) -> None:
        self.request.settimeout(5)
        with (
            suppress(OSError),
            self.server.context.wrap_socket(self.request, server_side=True) as outer,
            socket.create_connection(("127.0.0.1", self.server.target_port), timeout=5) as inner,
        ):
            self._pump(outer, inner)

    def _pump(self, outer: ssl.SSLSocket, inner: socket.socket) -> None:
        while not self.server.stopped.is_set():
            # Bytes that OpenSSL has decrypted already do not show in select.
            ready = [outer] if outer.pending() else select.select([outer, inner], [], [], 0.05)[0]
            for source in ready:
                data = source.recv(65536)
                if not data:
                    return
                (inner if source is outer else outer).sendall(data)
