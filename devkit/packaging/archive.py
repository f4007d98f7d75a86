"""Zip files whose bytes depend on the names and contents of their files alone."""

import zipfile
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that a zip file can hold
_READABLE_FILE = 0o100644 << 16
_UNIX = 3  # ZipInfo.create_system: the attributes above are Unix permissions


def write_zip(folder: Path, archive: Path) -> None:
    """Pack all files below `folder`, sorted by name, readable by everybody as Lambda demands."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    with zipfile.ZipFile(archive, "w") as packed:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = _READABLE_FILE
            entry.create_system = _UNIX
            packed.writestr(entry, files[name].read_bytes(), zipfile.ZIP_DEFLATED, 9)


def unpacked_bytes(archive: Path) -> int:
    """The sum of the files' sizes: Lambda counts function and layers together up to 250 MB."""
    with zipfile.ZipFile(archive) as packed:
        return sum(entry.file_size for entry in packed.infolist())
