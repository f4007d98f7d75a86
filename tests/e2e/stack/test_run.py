"""`make run`: starts, answers, can be pasted from, and leaves nothing behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from tests.e2e.stack.stack_process import (
    DEADLINE,
    HEARING_HANGUPS,
    READY,
    ROOT,
    StackProcess,
    command,
    descendants,
    end,
    free_port,
    is_running,
    running_stack_process,
    until,
)

IN_A_TERMINAL = (
    sys.executable,
    "-c",
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])",
)
AGENT = "0oa0987654321fedcba"
AGENT_SECRET = "local-agent-secret-not-for-production"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    with running_stack_process(tmp_path_factory.mktemp("run")) as running:
        yield running


def pasted(shell: str, stack: StackProcess) -> list[str]:
    """The status lines that come of pasting all printed commands."""
    lines = [line for line in stack.text().splitlines() if line.startswith(("TOKEN=", "curl "))]
    script = "\n".join(["set -u", *lines])
    done = subprocess.run([shell], input=script, capture_output=True, text=True, check=True, cwd="/", timeout=DEADLINE)
    return re.findall(r"^HTTP/1.1 (\d+)", done.stdout, flags=re.MULTILINE)


@pytest.mark.parametrize("shell", ["bash", "zsh", "sh"])
def test_the_printed_lines_do_what_they_say_when_pasted(stack: StackProcess, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine")
    assert pasted(shell, stack) == ["200", "201", "200", "403", "403", "401"]
    until(lambda: "refused    token_expired" in stack.text(), "the refusal was not shown")
    assert f"{AGENT}: 1 group from the document store" in stack.text()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_the_gateway_is_reached_as_localhost_by_either_address(stack: StackProcess, host: str) -> None:
    if host == "[::1]" and not has_ipv6():
        pytest.skip("no IPv6 loopback on this machine")
    assert httpx.get(f"http://{host}:{stack.port}/api/servers").status_code == 401


def test_the_screen_shows_no_tokens_and_the_log_file_keeps_the_full_line(stack: StackProcess, tmp_path: Path) -> None:
    httpx.get(f"http://localhost:{stack.port}/api/servers", headers={"Authorization": "Bearer a.b.c"})
    until(lambda: "refused    token_malformed" in stack.text(), "the refusal was not shown")
    log = (stack.output.parent / "state" / "logs" / "token_authorizer.log").read_text(encoding="utf-8")
    assert '"code":"token_malformed"' in log
    assert "Traceback" not in stack.text()
    assert "eyJ" not in stack.text() + log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_everything_that_was_started(tmp_path: Path, number: signal.Signals) -> None:
    with running_stack_process(tmp_path) as running:
        assert running.family
        assert len(running.ports()) == 3
        running.process.send_signal(number)
        running.wait_until_nothing_is_left()
        assert running.process.returncode == 0
        assert "Traceback" not in running.text()


def test_killing_the_stack_takes_its_functions_along(tmp_path: Path) -> None:
    with running_stack_process(tmp_path) as running:
        running.process.kill()
        running.wait_until_nothing_is_left()


def test_closing_the_terminal_ends_everything(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"GATEWAY_URL=http://localhost:{free_port()}\n")
    terminal, inside = os.openpty()
    process = subprocess.Popen(
        [
            *HEARING_HANGUPS,
            *IN_A_TERMINAL,
            *command("run", "--env-file", str(tmp_path / ".env"), "--state", str(tmp_path)),
        ],
        cwd=ROOT,
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    )
    os.close(inside)
    family: set[int] = set()
    try:
        shown = b""
        while READY.encode() not in shown:
            shown += os.read(terminal, 65536)
        family = descendants(process.pid)
        os.close(terminal)
        assert process.wait(DEADLINE) == 0
        until(lambda: not any(map(is_running, family)), "a function outlived the terminal")
    finally:
        for pid in {process.pid, *family}:
            end(pid)
        process.wait(DEADLINE)


def test_a_second_run_finds_the_database_and_all_keys_of_the_first(tmp_path: Path) -> None:
    published = []
    for _ in range(2):
        with running_stack_process(tmp_path) as running:
            okta = f"http://127.0.0.1:{running.ports()[1]}"
            gateway = f"http://localhost:{running.port}"
            addresses = (f"{okta}/oauth2/v1/keys", f"{gateway}/.well-known/jwks.json")
            published.append([sorted(key["kid"] for key in httpx.get(url).json()["keys"]) for url in addresses])
            assert pasted("sh", running)[2] == "200"
            running.process.terminate()
            running.wait_until_nothing_is_left()
    assert published[0] == published[1]
    assert (tmp_path / "state" / "store.sqlite").exists()


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_taken_port_is_one_sentence(tmp_path: Path, family: socket.AddressFamily, host: str) -> None:
    if family == socket.AF_INET6 and not has_ipv6():
        pytest.skip("no IPv6 loopback on this machine")
    with socket.create_server((host, 0), family=family) as other:
        port = other.getsockname()[1]
        status, err = refused(tmp_path, f"GATEWAY_URL=http://localhost:{port}\n")
    assert status == 1
    assert err == (
        f"Port {port} is taken: stop the program that uses it, or set GATEWAY_URL in .env to another port.\n"
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        pytest.param(
            "OKTA_DOMIAN=x.okta.com\n", "line 1: there is no setting OKTA_DOMIAN; did you mean", id="misspelt"
        ),
        pytest.param("AUTH_PROVIDER=entra\n", "the only provider is okta", id="wrong value"),
        pytest.param("SCOPES_FILE=nowhere.yml\n", "there is no such file", id="no file"),
    ],
)
def test_a_broken_env_file_is_one_sentence(tmp_path: Path, settings: str, sentence: str) -> None:
    status, err = refused(tmp_path, settings)
    assert status == 1
    assert sentence in err
    assert len(err.splitlines()) == 1


def test_a_broken_local_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "store.sqlite").write_text("this is no database, whatever its name says\n")
    status, err = refused(tmp_path, f"GATEWAY_URL=http://localhost:{free_port()}\n")
    assert status == 1
    assert "delete it" in err
    assert len(err.splitlines()) == 1


def test_a_stack_whose_reader_went_away_ends_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"GATEWAY_URL=http://localhost:{free_port()}\n")
    start = " ".join(command("run", "--env-file", str(tmp_path / ".env"), "--state", str(tmp_path)))
    done = subprocess.run(
        ["sh", "-c", f"{start} | true"], cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert done.stderr == ""


def test_with_okta_domain_the_stack_uses_that_org_and_starts_no_other(tmp_path: Path) -> None:
    with serve(create_app(load_org())) as org:
        settings = (
            f"OKTA_DOMAIN={org}\nOKTA_ALLOW_INSECURE_LOOPBACK=true\nOKTA_AUTH_SERVER_ID=aus1234567890abcdef\n"
            f"OKTA_AUDIENCE=api://ai-registry\nOKTA_M2M_CLIENT_ID={AGENT}\nOKTA_M2M_CLIENT_SECRET={AGENT_SECRET}\n"
        )
        with running_stack_process(tmp_path, settings) as running:
            text = running.text()
            assert f"Okta      {org}" in text
            assert AGENT_SECRET not in text
            assert "_standin" not in text
            lines = [line for line in text.splitlines() if line.startswith(("set -a", "TOKEN=$(", "curl"))][:3]
            done = subprocess.run(["sh"], input="\n".join(lines), capture_output=True, text=True, check=True, cwd="/")
            assert "HTTP/1.1 200" in done.stdout
            assert AGENT in done.stdout


def refused(folder: Path, settings: str) -> tuple[int, str]:
    """The exit status and the errors of a stack that should not start."""
    (folder / ".env").write_text(settings, encoding="utf-8")
    arguments = command("run", "--env-file", str(folder / ".env"), "--state", str(folder / "state"))
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=False)
    return done.returncode, done.stderr


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True
