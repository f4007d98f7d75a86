"""`python -m devkit.packaging` writes everything that is deployed to dist/, and says how large it is.

`--fill PACKAGE FOLDER` puts one package's files into a folder instead: `sam build` does so (devkit/packaging/Makefile).
"""

import argparse
import sys
import time
from pathlib import Path

from devkit.packaging.build import build_all
from devkit.packaging.bytecode import demand_runtime_python
from devkit.packaging.packages import packages
from devkit.packaging.problem import PackagingProblem

ROOT = Path(__file__).parents[2]
KILOBYTE = 1000


def main(arguments: list[str] | None = None) -> int:
    """Build the packages, or fill a folder with one; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m devkit.packaging")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="folder to make anew (default: dist)")
    parser.add_argument("--fill", nargs=2, metavar=("PACKAGE", "FOLDER"), help="only this package, not zipped")
    options = parser.parse_args(arguments)
    try:
        if options.fill:
            _fill(options.fill[0], Path(options.fill[1]))
        else:
            _build(options.output.resolve())
    except PackagingProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _build(output: Path) -> None:
    started = time.monotonic()
    build_all(ROOT, packages(ROOT), output, _show)
    print(f"Packages are in {output}, with manifest.json and sbom.cdx.json ({time.monotonic() - started:.0f} s).")


def _fill(name: str, folder: Path) -> None:
    demand_runtime_python()
    found = {package.name: package for package in packages(ROOT)}
    if name not in found:
        raise PackagingProblem(f"There is no package {name}; there are {', '.join(found)}.")
    folder.mkdir(parents=True, exist_ok=True)
    found[name].fill(folder)


def _show(name: str, size: int) -> None:
    print(f"{name:<32}{size / KILOBYTE:10,.1f} kB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
