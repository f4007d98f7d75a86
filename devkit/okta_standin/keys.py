"""The stand-in's RSA keys: what each server signs with and publishes, and what belongs to apps and to nobody."""

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from devkit.okta_standin.servers import ORG_SERVER_ID


def generate_rsa_key() -> RSAPrivateKey:
    """A new RSA key of 2,048 bits, as Okta's are."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


@dataclass(frozen=True)
class SigningKey:
    """A private key with its `kid`, which is the thumbprint of RFC 7638 and so survives a restart with the key."""

    private: RSAPrivateKey = field(repr=False)

    @cached_property
    def jwk(self) -> dict[str, str]:
        """The public half as Okta publishes it."""
        numbers = self.private.public_key().public_numbers()
        n = base64url(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8))
        e = base64url(numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8))
        members = json.dumps({"e": e, "kty": "RSA", "n": n}, separators=(",", ":"))
        kid = base64url(hashlib.sha256(members.encode("ascii")).digest())
        return {"kty": "RSA", "alg": "RS256", "kid": kid, "use": "sig", "e": e, "n": n}

    @property
    def kid(self) -> str:
        """The key's id."""
        return self.jwk["kid"]

    def pem(self) -> str:
        """The private key as unencrypted PKCS #8."""
        pkcs8 = serialization.PrivateFormat.PKCS8
        return self.private.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption()).decode()


@dataclass
class ServerKeys:
    """The keys of one authorization server."""

    active: SigningKey
    next: SigningKey
    unpublished: SigningKey | None
    """The org server signs access tokens with a key that Okta does not expose (Okta's key rotation guide)."""
    expired: list[SigningKey] = field(default_factory=list)

    @property
    def published(self) -> tuple[SigningKey, SigningKey]:
        """What the JWKS lists."""
        return (self.active, self.next)

    @property
    def access_token_key(self) -> SigningKey:
        """What access tokens are signed with; ID tokens always with the active key."""
        return self.unpublished or self.active

    def signed_with(self, kid: str) -> SigningKey | None:
        """The key of this server with this id, whether or not it is still published."""
        hidden = [self.unpublished] if self.unpublished else []
        return next((key for key in [*self.published, *self.expired, *hidden] if key.kid == kid), None)


class KeyFileError(Exception):
    """A stored key cannot be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} holds no RSA private key: delete the file, and a new key is made.")


class Keys:
    """All keys, generated at start, or taken from `folder` so that tokens survive a restart.

    Raises KeyFileError when a stored key cannot be read.
    """

    def __init__(
        self,
        server_ids: Iterable[str],
        folder: Path | None = None,
        generate: Callable[[], RSAPrivateKey] = generate_rsa_key,
    ) -> None:
        self._folder = folder
        self._generate = generate
        self._apps: dict[str, SigningKey] = {}
        self._servers = {server_id: self._server_keys(server_id) for server_id in server_ids}

    def server(self, server_id: str) -> ServerKeys:
        """The keys of the server with this id."""
        return self._servers[server_id]

    def add_server(self, server_id: str) -> None:
        """Make the keys of a new server."""
        self._servers[server_id] = self._server_keys(server_id)

    def app(self, client_id: str) -> SigningKey:
        """The key that an app signs its client assertions with."""
        if client_id not in self._apps:
            self._apps[client_id] = self._stored(f"app.{client_id}")
        return self._apps[client_id]

    @cached_property
    def stranger(self) -> SigningKey:
        """A key that nobody publishes, for forged tokens."""
        return SigningKey(self._generate())

    def rotate(self, server_id: str) -> ServerKeys:
        """ACTIVE becomes EXPIRED and leaves the set, NEXT becomes ACTIVE, a new NEXT appears (Okta's keyRotate)."""
        keys = self._servers[server_id]
        keys.expired.append(keys.active)
        keys.active, keys.next = keys.next, SigningKey(self._generate())
        self._save(f"{server_id}.active", keys.active)
        self._save(f"{server_id}.next", keys.next)
        return keys

    def _server_keys(self, server_id: str) -> ServerKeys:
        return ServerKeys(
            active=self._stored(f"{server_id}.active"),
            next=self._stored(f"{server_id}.next"),
            unpublished=self._stored(f"{server_id}.unpublished") if server_id == ORG_SERVER_ID else None,
        )

    def _stored(self, name: str) -> SigningKey:
        if self._folder and (path := self._folder / f"{name}.pem").exists():
            return SigningKey(_read_key(path))
        key = SigningKey(self._generate())
        self._save(name, key)
        return key

    def _save(self, name: str, key: SigningKey) -> None:
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.pem"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.pem())


def _read_key(path: Path) -> RSAPrivateKey:
    try:
        # The stand-in wrote the file itself; proving that the primes are prime would take most of its start.
        key = serialization.load_pem_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError) as error:
        raise KeyFileError(path) from error
    if not isinstance(key, RSAPrivateKey):
        raise KeyFileError(path)
    return key
