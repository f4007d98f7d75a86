"""Which packages there are, and how the folder of each is filled: as Lambda finds it below /opt or /var/task."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from devkit.packaging.bytecode import compile_modules
from devkit.packaging.problem import PackagingProblem
from devkit.packaging.pruning import prune
from devkit.packaging.requirements import without_what_others_bring
from devkit.packaging.wheels import ARCHITECTURES, install
from okta_gateway.access.scopes_file import compile_rules
from okta_gateway.errors import AccessRulesInvalid

DEPENDENCY_LAYERS = ("dependencies", "web_dependencies", "iam_dependencies")
"""In the order in which functions stack them: each leaves out what those before it bring."""
_OPT, _TASK = "/opt", "/var/task"


@dataclass(frozen=True)
class Package:
    """One zip file; `fill` puts its content into a folder and raises PackagingProblem."""

    name: str
    fill: Callable[[Path], None]

    @property
    def file_name(self) -> str:
        """Its name in dist/."""
        return f"{self.name}.zip"


def packages(root: Path, architectures: tuple[str, ...] = tuple(ARCHITECTURES)) -> Iterator[Package]:
    """All packages of the repository at `root`, what people write first, since it is what breaks."""
    yield Package("policies", partial(_fill_policies, root / "layers" / "policies" / "scopes.yml"))
    yield Package("okta_gateway", partial(_fill_code, root / "layers" / "okta_gateway", _OPT))
    for function in sorted((root / "functions").glob("*/app.py")):
        yield Package(function.parent.name, partial(_fill_code, function.parent, _TASK))
    for number, layer in enumerate(DEPENDENCY_LAYERS):
        lock, *below = (_lock(root, name) for name in (layer, *DEPENDENCY_LAYERS[:number]))
        for architecture in architectures:
            yield Package(f"{layer}-{architecture}", partial(_fill_dependencies, lock, below, architecture))


def _lock(root: Path, layer: str) -> Path:
    return root / "layers" / layer / "requirements.txt"


def _fill_policies(rules: Path, folder: Path) -> None:
    try:
        compiled = compile_rules(rules)
    except AccessRulesInvalid as error:
        raise PackagingProblem(f"The access rules are not right: {error.detail}") from error
    (folder / "scopes.json").write_text(compiled + "\n", encoding="utf-8")


def _fill_code(source: Path, mounted_at: str, folder: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(source, folder, ignore=ignored, dirs_exist_ok=True)
    compile_modules(folder, mounted_at)


def _fill_dependencies(lock: Path, below: list[Path], architecture: str, folder: Path) -> None:
    modules = folder / "python"
    with tempfile.TemporaryDirectory() as own:
        requirements = Path(own) / "requirements.txt"
        requirements.write_text(without_what_others_bring(lock, below), encoding="utf-8")
        install(requirements, modules, architecture)
    prune(modules)
    compile_modules(folder, _OPT)
