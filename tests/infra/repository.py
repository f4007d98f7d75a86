"""The files of this repository, as the rules about them see them."""

import ast
import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "okta_gateway" / "python" / "okta_gateway"
CODE = ("functions", "layers", "devkit", "bench")
"""What ships, and what developers run; tests are held to fewer rules."""


@functools.cache
def files_in_git() -> tuple[Path, ...]:
    """All files that are in git, or would be after `git add .`."""
    # The tests may run as another user than the one who cloned.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(path for name in sorted(listed.split("\0")) if name and (path := ROOT / name).is_file())


def python_files(*folders: str) -> list[Path]:
    """The Python files in the folders of the repository."""
    return [path for path in files_in_git() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


def name_of(path: Path) -> str:
    """The file's name from the root of the repository, to show in a test's id or message."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported_modules(path: Path) -> set[str]:
    """The names of all modules that the file imports, at whatever place."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def table_rows(page: Path, heading: str) -> list[list[str]]:
    """The cells of the first table below a Markdown heading that holds the text `heading`, in lower case."""
    rows: list[list[str]] = []
    below = False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            if rows:
                break
            below = heading in line.lower()
        elif below and line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return rows
