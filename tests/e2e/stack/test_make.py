"""The menu and CI: what they offer, and that a failure is a failure."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
OFFERED = ("run", "demo", "test", "check", "check-deploy", "bench", "package", "verify-aws", "lock", "clean")
FAKE_PYTHON = '#!/bin/sh\necho "$*" >>"$0.calls"\ncase "$*" in *"$FAILS"*) exit 1 ;; esac\n'


def test_make_alone_shows_the_menu() -> None:
    shown = subprocess.check_output(["make", "--no-print-directory"], cwd=ROOT, text=True)
    assert set(re.findall(r"^  make (\S+)", shown, flags=re.MULTILINE)) == {"help", *OFFERED}


@pytest.mark.parametrize("target", [target for target in OFFERED if target != "clean"])
def test_every_target_sets_up_first(target: str) -> None:
    planned = subprocess.check_output(["make", "--no-print-directory", "-n", target], cwd=ROOT, text=True).splitlines()
    assert planned[0] == "sh devkit/bootstrap.sh"
    assert planned[1].startswith(".venv/bin/python -m ")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository whose set-up and Python are stand-ins that only write down what they were asked."""
    for name in (".ci/run", "Makefile"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    scripts = {"devkit/bootstrap.sh": "#!/bin/sh\nexit 0\n", ".venv/bin/python": FAKE_PYTHON}
    for name, text in scripts.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def ci(clone: Path, fails: str, path: str = os.environ["PATH"]) -> tuple[int, list[str], str]:
    """The exit status, the Python commands that ran, and the errors, when commands with `fails` in them fail."""
    done = subprocess.run(
        [shutil.which("bash") or "bash", str(clone / ".ci" / "run")],
        env={"PATH": path, "FAILS": fails},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    calls = (clone / ".venv" / "bin" / "python.calls").read_text().splitlines()
    return done.returncode, calls, done.stderr


def path_without_make(folder: Path) -> str:
    tools = folder / "tools"
    tools.mkdir()
    for tool in ("bash", "dirname", "sh"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    return str(tools)


@pytest.mark.parametrize("has_make", [True, False], ids=["with make", "without make"])
@pytest.mark.parametrize(
    ("fails", "status", "named"),
    [
        pytest.param("nothing", 0, "", id="all well"),
        pytest.param("devkit.checks", 1, "CI failed: check", id="checks fail"),
        pytest.param("devkit.deploy_checks", 1, "CI failed: check-deploy", id="deployment fails"),
        pytest.param("pytest", 1, "CI failed: test", id="tests fail"),
        pytest.param("-m", 1, "CI failed: check check-deploy test", id="all fail"),
    ],
)
def test_ci_runs_everything_and_fails_when_one_fails(
    clone: Path, fails: str, status: int, named: str, *, has_make: bool
) -> None:
    path = os.environ["PATH"] if has_make else path_without_make(clone)
    got, calls, err = ci(clone, fails, path)
    assert got == status
    assert calls == ["-m devkit.checks", "-m devkit.deploy_checks", "-m pytest -q"]
    assert named in err
