"""CI has the browser that it requires, or says what to install; elsewhere nobody's machine is changed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.browser import chromium

ROOT = Path(__file__).parents[3]
APT = '#!/bin/sh\necho "$*" >>"$CALLS"\ncase "$*" in *install*) exit "$APT_STATUS" ;; esac\n'


class Machine:
    """A clone and a PATH on which only a few tools are, most of them stand-ins."""

    def __init__(self, folder: Path) -> None:
        self.tools, self._clone, self._calls = folder / "tools", folder / "clone", folder / "calls"
        self.tools.mkdir()
        for tool in ("bash", "dirname", "sh"):
            (self.tools / tool).symlink_to(shutil.which(tool) or tool)
        for name in (".ci", "devkit", ".venv/bin"):
            (self._clone / name).mkdir(parents=True)
        shutil.copy(ROOT / ".ci" / "run", self._clone / ".ci" / "run")
        for script in ("devkit/bootstrap.sh", ".venv/bin/python"):
            write_script(self._clone / script, "#!/bin/sh\n")

    def run(self, *, ci: str = "true", apt_status: int = 0) -> tuple[int, str]:
        """The exit status of CI and what it complained about."""
        environment = {"PATH": str(self.tools), "CALLS": str(self._calls), "APT_STATUS": str(apt_status), "CI": ci}
        command = ["bash", str(self._clone / ".ci" / "run")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    def apt_calls(self) -> list[str]:
        return self._calls.read_text().splitlines() if self._calls.exists() else []


def write_script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    write_script(machine.tools / "id", "#!/bin/sh\necho 0\n")
    write_script(machine.tools / "apt-get", APT)
    return machine


def test_ci_installs_chromium_where_it_is_missing(machine: Machine) -> None:
    assert machine.run() == (0, "")
    update, install = machine.apt_calls()
    assert "update" in update
    assert install.endswith("install -y --no-install-recommends chromium")


def test_ci_installs_nothing_where_chromium_is(machine: Machine) -> None:
    write_script(machine.tools / "chromium", "#!/bin/sh\n")
    assert machine.run() == (0, "")
    assert machine.apt_calls() == []


def test_a_persons_machine_is_left_alone(machine: Machine) -> None:
    assert machine.run(ci="") == (0, "")
    assert machine.apt_calls() == []


def test_an_ordinary_user_is_told_what_to_install(machine: Machine) -> None:
    write_script(machine.tools / "id", "#!/bin/sh\necho 1000\n")
    status, told = machine.run()
    assert (status, machine.apt_calls()) == (1, [])
    assert told == (
        "The browser tests need Chromium: install it (on Debian: apt-get install chromium), then run this again.\n"
        "CI failed: browser\n"
    )


def test_without_apt_ci_says_what_to_install(machine: Machine) -> None:
    (machine.tools / "apt-get").unlink()
    status, told = machine.run()
    assert status == 1
    assert "install it" in told


def test_an_installation_that_fails_is_a_failure(machine: Machine) -> None:
    status, told = machine.run(apt_status=100)
    assert status == 1
    assert "CI failed: browser" in told


@pytest.mark.parametrize(
    ("ci", "outcome"),
    [
        pytest.param("true", pytest.fail.Exception, id="in CI it fails"),
        pytest.param("", pytest.skip.Exception, id="elsewhere it is skipped"),
    ],
)
def test_a_walk_without_chromium_says_which_package_it_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="Debian's package chromium"):
        chromium.chromium_path()


def test_ci_is_a_script_that_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
