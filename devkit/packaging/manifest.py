"""What was packaged: sizes and digests, for people, for Terraform, and for whoever compares two builds."""

import base64
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from devkit.packaging.archive import unpacked_bytes


def manifest(archives: Iterable[Path], version: str) -> str:
    """The JSON document; `sha256_base64` is the form in which Lambda answers CodeSha256 (AWS API reference)."""
    packages = {archive.name: _entry(archive) for archive in archives}
    return json.dumps({"version": version, "python": "3.13", "packages": packages}, indent=2, sort_keys=True) + "\n"


def _entry(archive: Path) -> dict[str, str | int]:
    content = archive.read_bytes()
    digest = hashlib.sha256(content)
    return {
        "bytes": len(content),
        "unpacked_bytes": unpacked_bytes(archive),
        "sha256": digest.hexdigest(),
        "sha256_base64": base64.b64encode(digest.digest()).decode(),
    }
