"""Builds the packages: all of them or none, so that dist/ never mixes two states of the code."""

import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

from devkit.packaging.archive import write_zip
from devkit.packaging.bill_of_materials import bill_of_materials
from devkit.packaging.bytecode import demand_runtime_python
from devkit.packaging.manifest import manifest
from devkit.packaging.packages import Package
from devkit.packaging.problem import PackagingProblem

MANIFEST, BILL_OF_MATERIALS = "manifest.json", "sbom.cdx.json"


def build_all(
    root: Path,
    wanted: Iterable[Package],
    output: Path,
    progress: Callable[[str, int], None] = lambda _name, _size: None,
) -> None:
    """Make `output` anew with the packages, their manifest and their bill of materials; `progress` gets name and bytes.

    Raises PackagingProblem, and leaves `output` as it was.
    """
    demand_runtime_python()
    _demand_own_folder(output)
    with tempfile.TemporaryDirectory() as workplace:
        finished = Path(workplace) / "finished"
        finished.mkdir()
        for package in wanted:
            progress(package.file_name, build_one(package, finished).stat().st_size)
        archives = sorted(finished.glob("*.zip"))
        version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        (finished / MANIFEST).write_text(manifest(archives, version), encoding="utf-8")
        (finished / BILL_OF_MATERIALS).write_text(bill_of_materials(archives, version), encoding="utf-8")
        shutil.rmtree(output, ignore_errors=True)
        shutil.move(finished, output)


def build_one(package: Package, output: Path) -> Path:
    """Write one package into the folder `output`; return the file. Raises PackagingProblem."""
    archive = output / package.file_name
    with tempfile.TemporaryDirectory() as folder:
        package.fill(Path(folder))
        write_zip(Path(folder), archive)
    return archive


def _demand_own_folder(output: Path) -> None:
    """The folder is removed in the end: it must be one that was made here, or none."""
    if output.exists() and any(output.iterdir()) and not (output / MANIFEST).is_file():
        raise PackagingProblem(f"{output} holds other things than packages: name another folder, or empty this one.")
