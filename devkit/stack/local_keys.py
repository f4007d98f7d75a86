"""The gateway's own keys on a laptop: made at the first start, then kept, readable by their owner alone."""

import base64
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

SESSION_KEY_BYTES = 32  # AES-256
RSA_BITS = 2048


def session_key_file(folder: Path) -> Path:
    """The file with the key under which sessions are sealed: random bytes in base64."""
    return _kept(folder / "session.key", lambda: base64.b64encode(os.urandom(SESSION_KEY_BYTES)) + b"\n")


def signing_key_file(folder: Path) -> Path:
    """The file with the RSA key that signs the gateway's own tokens: PEM."""
    return _kept(folder / "signing.pem", _new_signing_key)


def _new_signing_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _kept(file: Path, make: Callable[[], bytes]) -> Path:
    """The file, made when it is not there: whole or not at all, whenever the program is killed."""
    if file.exists():
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(make())
    return unfinished.replace(file)
