"""The gateway's own keys: made once, kept, and nobody else's to read."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from devkit.stack.local_keys import session_key_file, signing_key_file

EACH = pytest.mark.parametrize("make", [session_key_file, signing_key_file])


@EACH
def test_a_key_is_made_once_and_kept(make: Callable[[Path], Path], tmp_path: Path) -> None:
    folder = tmp_path / "state"
    made = make(folder).read_bytes()
    assert make(folder).read_bytes() == made
    assert make(tmp_path / "other").read_bytes() != made
    assert len(list(folder.iterdir())) == 1


@EACH
def test_only_its_owner_can_read_a_key(make: Callable[[Path], Path], tmp_path: Path) -> None:
    assert make(tmp_path).stat().st_mode & 0o777 == 0o600


@EACH
def test_what_a_killed_start_left_behind_is_no_key(make: Callable[[Path], Path], tmp_path: Path) -> None:
    file = make(tmp_path)
    file.rename(file.with_name(f"{file.name}.new")).write_text("half a k")
    assert "half a k" not in make(tmp_path).read_text()
    assert len(list(tmp_path.iterdir())) == 1


def test_the_session_key_is_32_random_bytes(tmp_path: Path) -> None:
    assert len(base64.b64decode(session_key_file(tmp_path).read_bytes(), validate=False)) == 32


def test_the_signing_key_is_rsa_of_2048_bits(tmp_path: Path) -> None:
    key = load_pem_private_key(signing_key_file(tmp_path).read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    assert key.key_size == 2048
