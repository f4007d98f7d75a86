"""Sealing: what the store keeps of Okta's tokens opens only under SESSION_KEY, and only in the row it was made for.

Envelope encryption with AES-256-GCM: a data key seals for an hour at most and travels with what it sealed, wrapped by
KMS (on AWS) or by a key file (on a laptop). Sealed bytes, version 1:

    version (1 byte) | length of the wrapped key (2) | wrapped data key | nonce (12) | ciphertext and tag

All that stands before the nonce is authenticated together with the associated data.
"""

import binascii
import os
import struct
import threading
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.login.errors import SealBroken
from okta_gateway.login.kms import KEY_ARN_WANTED, KmsKey, is_kms_key_arn

VERSION = 1
NONCE_BYTES = 12
KEY_BYTES = 32
MAX_DATA_KEY_SECONDS = 3600
MAX_SEALS = 2**20
"""Of one data key. NIST SP 800-38D, section 8.3, allows 2**32 with random nonces; at 2**20 two of them agree with a
probability of 2**-57. Nonces are random and not counted, because a snapshot of a sandbox repeats its counters."""
MAX_UNWRAPPED_KEYS = 1000
ENCRYPTION_CONTEXT = {"okta-gateway": "session"}
"""KMS opens a data key only for who names the same context; key policies may ask for it (kms:EncryptionContext)."""
_FILE_CONTEXT = b"okta-gateway session data key"

_HEADER = struct.Struct(">BH")


class DataKey(NamedTuple):
    """A new AES-256 key, and the same key wrapped under SESSION_KEY."""

    plaintext: bytes
    wrapped: bytes

    def __repr__(self) -> str:
        return "DataKey(...)"


class KeyWrapper(Protocol):
    """Makes data keys and wraps them under SESSION_KEY."""

    def new_data_key(self) -> DataKey:
        """Raises KeyServiceUnavailable."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key. Raises SealBroken when SESSION_KEY did not wrap it, KeyServiceUnavailable."""


class Sealer:
    """Seals and opens; in a living sandbox neither calls KMS for a data key that it has already seen."""

    def __init__(
        self,
        wrapper: KeyWrapper,
        *,
        clock: Callable[[], float] = time.time,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._wrapper = wrapper
        self._clock = clock
        self._random_bytes = random_bytes
        self._lock = threading.Lock()
        self._sealing_key = b""
        """Wrapped; its cipher is in `_ciphers` like all others."""
        self._sealing_since = 0.0
        self._seals_left = 0
        self._ciphers: dict[bytes, AESGCM] = {}

    def seal(self, plaintext: bytes, associated: bytes) -> bytes:
        """Seal for the place that `associated` names. Raises KeyServiceUnavailable."""
        wrapped, cipher = self._take_sealing_key()
        header = _HEADER.pack(VERSION, len(wrapped)) + wrapped
        nonce = self._random_bytes(NONCE_BYTES)
        return header + nonce + cipher.encrypt(nonce, plaintext, header + associated)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """What was sealed for `associated`. Raises SealBroken when this is not it, KeyServiceUnavailable."""
        wrapped = _wrapped_key(sealed)
        body = _HEADER.size + len(wrapped)
        nonce, ciphertext = sealed[body : body + NONCE_BYTES], sealed[body + NONCE_BYTES :]
        with self._lock:
            cipher = self._cipher(wrapped)
        try:
            return cipher.decrypt(nonce, ciphertext, sealed[:body] + associated)
        except InvalidTag:
            raise SealBroken("the sealed bytes were changed, or belong to another session") from None

    def _take_sealing_key(self) -> tuple[bytes, AESGCM]:
        with self._lock:
            if not self._may_seal():
                new = self._wrapper.new_data_key()
                self._keep(new.wrapped, AESGCM(new.plaintext))
                self._sealing_key, self._sealing_since, self._seals_left = new.wrapped, self._clock(), MAX_SEALS
            self._seals_left -= 1
            return self._sealing_key, self._cipher(self._sealing_key)

    def _may_seal(self) -> bool:
        return self._seals_left > 0 and 0 <= self._clock() - self._sealing_since < MAX_DATA_KEY_SECONDS

    def _cipher(self, wrapped: bytes) -> AESGCM:
        cipher = self._ciphers.pop(wrapped, None) or AESGCM(self._wrapper.unwrap(wrapped))
        self._keep(wrapped, cipher)
        return cipher

    def _keep(self, wrapped: bytes, cipher: AESGCM) -> None:
        """As the one used last; the one that nobody has used for longest goes when there are too many."""
        self._ciphers[wrapped] = cipher
        if len(self._ciphers) > MAX_UNWRAPPED_KEYS:
            del self._ciphers[next(iter(self._ciphers))]


class FileKeyWrapper:
    """Wraps under the key in a local file: 32 random bytes in base64."""

    def __init__(self, path: Path, *, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        """Raises ConfigurationInvalid, which repeats nothing of the setting: it could be the key itself."""
        self._cipher = AESGCM(_read_key(path))
        self._random_bytes = random_bytes

    def new_data_key(self) -> DataKey:
        key, nonce = self._random_bytes(KEY_BYTES), self._random_bytes(NONCE_BYTES)
        return DataKey(key, nonce + self._cipher.encrypt(nonce, key, _FILE_CONTEXT))

    def unwrap(self, wrapped: bytes) -> bytes:
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _FILE_CONTEXT)
        except (InvalidTag, ValueError):  # ValueError: too short for a nonce
            raise SealBroken("the data key was not wrapped under this SESSION_KEY") from None


class KmsKeyWrapper:
    """Wraps under a symmetric KMS key (AWS KMS API: GenerateDataKey, Decrypt)."""

    def __init__(self, arn: str) -> None:
        self._key = KmsKey(arn)

    def new_data_key(self) -> DataKey:
        answer = self._key.call("generate_data_key", KeySpec="AES_256", EncryptionContext=ENCRYPTION_CONTEXT)
        return DataKey(bytes(answer["Plaintext"]), bytes(answer["CiphertextBlob"]))

    def unwrap(self, wrapped: bytes) -> bytes:
        answer = self._key.call("decrypt", CiphertextBlob=wrapped, EncryptionContext=ENCRYPTION_CONTEXT)
        return bytes(answer["Plaintext"])


def key_wrapper(session_key: str) -> KeyWrapper:
    """The wrapper for SESSION_KEY: the ARN of a symmetric KMS key, or a key file. Raises ConfigurationInvalid."""
    if not session_key.startswith("arn:"):
        return FileKeyWrapper(Path(session_key))
    if not is_kms_key_arn(session_key):
        raise ConfigurationInvalid([f"SESSION_KEY: {KEY_ARN_WANTED}"])
    return KmsKeyWrapper(session_key)


def _wrapped_key(sealed: bytes) -> bytes:
    if len(sealed) < _HEADER.size:
        raise SealBroken("too short")
    version, length = _HEADER.unpack_from(sealed)
    if version != VERSION:
        raise SealBroken(f"version {version} of the format, only {VERSION} is known")
    wrapped = sealed[_HEADER.size : _HEADER.size + length]
    if not wrapped or len(sealed) < _HEADER.size + length + NONCE_BYTES:
        raise SealBroken("too short")
    return wrapped


def _read_key(path: Path) -> bytes:
    try:
        text = path.read_bytes()
    except (OSError, ValueError):  # ValueError: a zero byte
        problem = "names no file that can be read; write the ARN of a symmetric KMS key, or the path of a key file"
        raise ConfigurationInvalid([f"SESSION_KEY {problem}"]) from None
    try:
        key = b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        problem = f"the file must hold {KEY_BYTES} random bytes in base64; make it with: openssl rand -base64 32"
        raise ConfigurationInvalid([f"SESSION_KEY: {problem}"])
    return key
