"""The set-up of a fresh machine: which Python is taken, what a person reads without one, that it runs once."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "devkit" / "bootstrap.sh"
TOOLS = ("cat", "chmod", "cksum", "dirname", "env", "grep", "ls", "mkdir", "mv", "rm", "sh", "sleep", "sort")

REFUSES_TO_BUILD = '#!/bin/sh\ncase $1 in -c) echo "$0" ;; *) exit 1 ;; esac\n'
SHIM_WITHOUT_VERSION = '#!/bin/sh\necho "pyenv: python3.13: command not found" >&2\nexit 127\n'
REAL = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'
DEADLINE = 30.0


@dataclass
class Machine:
    """A clone of the repository's set-up on a machine that has the tools of a system and no Python."""

    root: Path
    bin: Path
    environment: dict[str, str]

    def has(self, program: str, script: str, folder: Path | None = None) -> Path:
        path = (folder or self.bin) / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def has_pyenv(self, version: str, script: str = REFUSES_TO_BUILD) -> Path:
        return self.has("python3", script, self.root.parent / "pyenv" / "versions" / version / "bin")

    def locks(self, text: str) -> None:
        (self.root / "requirements.lock").write_text(text)

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [shutil.which("sh") or "/bin/sh", str(self.root / "devkit" / "bootstrap.sh")],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def set_up(self) -> tuple[int, str, str]:
        with self.start() as process:
            out, err = process.communicate(timeout=DEADLINE)
        return process.returncode, out, err


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    root = tmp_path / "a clone"
    (root / "devkit").mkdir(parents=True)
    (root / "layers" / "okta_gateway" / "python").mkdir(parents=True)
    shutil.copy(SCRIPT, root / "devkit" / "bootstrap.sh")
    (root / "requirements.lock").touch()
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in TOOLS:
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    environment = {
        "PATH": str(tools),
        "HOME": str(tmp_path / "home"),
        "PYENV_ROOT": str(tmp_path / "pyenv"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": "0",
        "PIP_DEFAULT_TIMEOUT": "600",  # longer than any test waits, so that only our own doing ends a download
        "PIP_NO_CACHE_DIR": "1",
    }
    return Machine(root, tools, environment)


def altered(machine: Machine, name: str, module: str, code: str) -> str:
    """A script that runs this Python with one module replaced."""
    folder = machine.root.parent / name
    folder.mkdir()
    (folder / f"{module}.py").write_text(code)
    return f'#!/bin/sh\nPYTHONPATH="{folder}" exec "{sys.executable}" "$@"\n'


def chosen(machine: Machine) -> str:
    """The Python that the set-up took; the fakes cannot make an environment, and the refusal names them."""
    status, _, err = machine.set_up()
    assert status == 1
    return err.partition(" could not make")[0]


@pytest.fixture
def _hangups_heard() -> Iterator[None]:
    """As in a terminal, even when the tests run under nohup: a shell cannot trap what it was told to ignore."""
    usual = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, usual)


def one_sentence(err: str) -> str:
    assert len(err.splitlines()) == 1
    assert err.endswith(".\n")
    return err


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + DEADLINE
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.02)


@pytest.mark.parametrize("name", ["python3.13", "python3.14", "python3", "python"])
def test_a_python_on_the_path_is_taken_under_any_of_its_names(machine: Machine, name: str) -> None:
    python = machine.has(name, REFUSES_TO_BUILD)
    assert chosen(machine) == str(python)


def test_a_shim_without_a_version_behind_it_is_skipped_for_the_next_folder_of_the_path(machine: Machine) -> None:
    machine.has("python3.13", SHIM_WITHOUT_VERSION)
    real = machine.has("python3.13", REFUSES_TO_BUILD, machine.root.parent / "second")
    machine.environment["PATH"] += f":{real.parent}"
    assert chosen(machine) == str(real)


def test_the_highest_version_under_pyenv_is_taken_when_the_path_has_none(machine: Machine) -> None:
    machine.has("python3.13", SHIM_WITHOUT_VERSION)
    for version in ("3.12.11", "3.13.9", "3.14.0t", "3.9.18"):
        machine.has_pyenv(version)
    highest = machine.has_pyenv("3.13.10")
    assert chosen(machine) == str(highest)


def test_a_broken_version_under_pyenv_is_skipped(machine: Machine) -> None:
    machine.has_pyenv("3.14.1", SHIM_WITHOUT_VERSION)
    working = machine.has_pyenv("3.13.2")
    assert chosen(machine) == str(working)


def test_the_python_that_uv_knows_is_taken_last(machine: Machine) -> None:
    known = machine.has("python3.13", REFUSES_TO_BUILD, machine.root.parent / "uv")
    machine.has("uv", f'#!/bin/sh\n[ "$1 $2" = "python find" ] && echo "{known}"\n')
    assert chosen(machine) == str(known)


def test_a_machine_without_python_gets_one_sentence(machine: Machine) -> None:
    machine.has("python3.13", SHIM_WITHOUT_VERSION)
    machine.has("uv", "#!/bin/sh\nexit 2\n")
    status, out, err = machine.set_up()
    assert (status, out) == (1, "")
    assert one_sentence(err).startswith("Python 3.13 or newer was not found")


def test_a_python_that_is_too_old_does_not_count(machine: Machine) -> None:
    machine.has("python3", altered(machine, "old", "sitecustomize", "import sys\nsys.version_info = (3, 12, 9)\n"))
    status, _, err = machine.set_up()
    assert status == 1
    assert one_sentence(err).startswith("Python 3.13 or newer was not found")


def test_a_python_without_its_venv_module_gets_the_package_to_install(machine: Machine) -> None:
    python = machine.has("python3", altered(machine, "cut", "ensurepip", "raise ImportError\n"))
    status, _, err = machine.set_up()
    assert status == 1
    assert one_sentence(err).startswith(f"{python} cannot make virtual environments")


def test_an_environment_is_made_once_and_again_when_it_no_longer_fits(machine: Machine) -> None:
    machine.has("python3", REAL)
    python = machine.root / ".venv" / "bin" / "python"

    status, out, err = machine.set_up()
    assert (status, err) == (0, "")
    assert "Set-up is done." in out
    paths = subprocess.check_output([python, "-c", "import sys; print(*sys.path, sep='\\n')"], text=True, cwd="/")
    assert {str(machine.root), str(machine.root / "layers/okta_gateway/python")} <= set(paths.splitlines())

    command = (machine.root / ".venv" / "bin" / "okta-gateway").read_text(encoding="utf-8")
    assert command == f'#!/bin/sh\nexec "{python}" -P -m devkit.cli "$@"\n'
    assert os.access(machine.root / ".venv" / "bin" / "okta-gateway", os.X_OK)

    assert machine.set_up() == (0, "", "")

    machine.locks("# changed\n")
    assert "Setting up .venv" in machine.set_up()[1]
    assert machine.set_up() == (0, "", "")


def test_a_half_finished_environment_is_made_again(machine: Machine) -> None:
    machine.has("python3", REAL)
    left_over = machine.root / ".venv" / "left over"
    left_over.mkdir(parents=True)
    assert machine.set_up()[0] == 0
    assert not left_over.exists()


def test_packages_that_cannot_be_fetched_are_one_sentence_and_leave_no_finished_environment(machine: Machine) -> None:
    machine.has("python3", REAL)
    machine.locks(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    machine.environment["PIP_INDEX_URL"] = f"http://127.0.0.1:{closed_port()}/simple"
    status, _, err = machine.set_up()
    assert status == 1
    assert one_sentence(err).startswith("Packages could not be fetched: check your network")
    assert not list((machine.root / ".venv").glob("*.stamp"))


@pytest.mark.usefixtures("_hangups_heard")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_stopped_set_up_ends_its_download_and_says_so(machine: Machine, number: signal.Signals) -> None:
    machine.has("python3", REAL)
    machine.locks(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    with socket.create_server(("127.0.0.1", 0)) as silent_index:
        machine.environment["PIP_INDEX_URL"] = f"http://127.0.0.1:{silent_index.getsockname()[1]}/simple"
        silent_index.settimeout(DEADLINE)
        with machine.start() as process:
            connection, _ = silent_index.accept()
            with connection:
                connection.settimeout(DEADLINE)
                process.send_signal(number)
                _, err = process.communicate(timeout=DEADLINE)
                while connection.recv(4096):
                    pass  # pip's end of the connection closes with it
    assert process.returncode == 1
    assert one_sentence(err).startswith("Set-up stopped")
    assert not (machine.root / ".local" / "setup.pid").exists()


def test_a_second_set_up_waits_for_the_first(machine: Machine) -> None:
    machine.has("python3", REAL)
    with machine.start() as first:
        wait_for(machine.root / ".local" / "setup.pid")
        status, out, err = machine.set_up()
        first.communicate(timeout=DEADLINE)
    assert (first.returncode, status, err) == (0, 0, "")
    assert "Another set-up is running" in out
    assert "Setting up" not in out


def test_the_mark_of_a_set_up_that_died_holds_nobody_up(machine: Machine) -> None:
    with subprocess.Popen(["true"]) as ended:
        pass
    (machine.root / ".local").mkdir()
    (machine.root / ".local" / "setup.pid").write_text(f"{ended.pid}\n")
    fake = machine.has("python3", REFUSES_TO_BUILD)
    assert chosen(machine) == str(fake)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
