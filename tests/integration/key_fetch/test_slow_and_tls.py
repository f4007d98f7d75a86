"""Answers that take too long, in the clear and over TLS; certificates."""

import datetime as dt
import socket
import ssl
import time
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from okta_gateway.errors import KeysUnavailable
from okta_gateway.tokens.key_cache import KeyCache
from okta_gateway.tokens.key_fetch import start_fetch
from tests.integration.key_fetch.scripted_server import Conversation, Script, answer, in_turn, scripted_server
from tests.tokens import OKTA_KEY, key_set, signing_key

OK = b"HTTP/1.1 200 OK\r\n"


def drips(head: bytes, body: bytes) -> Script:
    def script(conversation: Conversation) -> None:
        conversation.send(head)
        conversation.drip(body, 0.02)

    return script


def stays_silent_after(head: bytes) -> Script:
    def script(conversation: Conversation) -> None:
        conversation.send(head)
        conversation.pause(10)

    return script


SLOW: dict[str, Script] = {
    "says nothing": stays_silent_after(b""),
    "status byte by byte": drips(b"", b"HTTP/1.1 200 " + b"O" * 5000),
    "headers one by one": drips(OK, b"X: 1\r\n"),
    "body never begins": stays_silent_after(OK + b"Content-Length: 9\r\n\r\n"),
    "body byte by byte": drips(OK + b"Content-Length: 99999\r\n\r\n", b" "),
    "body byte by byte without length": drips(OK + b"\r\n", b" "),
    "body byte by byte, to be closed as asked": drips(OK + b"Connection: close\r\nContent-Length: 99999\r\n\r\n", b" "),
    "chunks byte by byte": drips(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}  # fmt: skip


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW.keys())
def test_a_slow_answer_is_waited_for_no_longer_than_the_limit_and_its_thread_ends(
    script: Script, short_limit: float
) -> None:
    with scripted_server(script) as server:
        wait = start_fetch(server.url)
        started = time.monotonic()
        with pytest.raises(KeysUnavailable):
            wait()
        assert time.monotonic() - started < short_limit + 0.3
        assert server.client_hung_up.wait(2), "the connection is still open"


def test_the_true_limit_is_three_seconds_in_all() -> None:
    with scripted_server(SLOW["body byte by byte"]) as server:
        started = time.monotonic()
        with pytest.raises(KeysUnavailable, match="took longer than 3 s"):
            start_fetch(server.url)()
        assert 2.9 < time.monotonic() - started < 3.4
        assert server.client_hung_up.wait(2), "the connection is still open"


def test_slow_keys_are_a_failed_check_and_good_ones_serve_on(short_limit: float) -> None:
    now = 0.0
    scripts = [answer(key_set()), SLOW["body byte by byte"]]
    with scripted_server(in_turn(scripts)) as server:
        cache = KeyCache(server.url, clock=lambda: now)
        good = cache.get(OKTA_KEY)
        now = 301
        started = time.monotonic()
        for _ in range(10):
            assert cache.get(OKTA_KEY) is good
        assert time.monotonic() - started < short_limit + 0.3
    assert len(server.requests) == 2


def tls_listener(certificate_file: Path, address: str) -> Callable[[socket.socket], socket.socket]:
    """Write a certificate for `address`, signed by itself, and return how to serve it."""
    key = signing_key("tls").private_key
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "key set")])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .sign(key, SHA256())
    )
    certificate_file.write_bytes(
        certificate.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file)
    return lambda listener: context.wrap_socket(listener, server_side=True)


def test_keys_are_fetched_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with scripted_server(answer(key_set()), tls_listener(tmp_path / "cert.pem", "127.0.0.1")) as server:
        assert start_fetch(server.url)().body == key_set()


@pytest.mark.parametrize(("address", "trusted"), [("127.0.0.1", False), ("127.0.0.2", True)], ids=["stranger", "name"])
def test_a_certificate_of_nobody_we_trust_or_for_another_name_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, trusted: bool
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with (
        scripted_server(answer(key_set()), tls_listener(tmp_path / "cert.pem", address)) as server,
        pytest.raises(KeysUnavailable, match="SSLCertVerificationError"),
    ):
        start_fetch(server.url)()
    assert server.requests == []


@pytest.mark.parametrize("name", ["says nothing", "body byte by byte, to be closed as asked"])
def test_a_slow_answer_over_tls_is_bounded_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short_limit: float, name: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with scripted_server(SLOW[name], tls_listener(tmp_path / "cert.pem", "127.0.0.1")) as server:
        started = time.monotonic()
        with pytest.raises(KeysUnavailable):
            start_fetch(server.url)()
        assert time.monotonic() - started < short_limit + 0.3
        assert server.client_hung_up.wait(2), "the connection is still open"


def test_a_server_that_never_ends_the_tls_handshake_is_given_up(short_limit: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(KeysUnavailable):
            start_fetch(f"https://127.0.0.1:{silent.getsockname()[1]}/keys")()
        assert time.monotonic() - started < short_limit + 0.3
