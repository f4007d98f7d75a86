"""The real scanners over something planted: a secret in a file, in the history, in a message; a hole in a package."""

import random
import string
import subprocess
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from devkit.locked_environment import EnvironmentFailed
from devkit.serving import serve
from devkit.supply_chain import COULD_NOT_CHECK
from devkit.supply_chain.advisories import Answer, ServiceUnreachable, ask_pip_audit
from devkit.supply_chain.environment import AUDIT
from devkit.supply_chain.secret_scan import load_known, main

pytestmark = pytest.mark.timeout(300)  # the first test may have to install the scanners


@pytest.fixture(scope="module", autouse=True)
def _scanners() -> None:
    try:
        AUDIT.make()
    except EnvironmentFailed as error:
        pytest.skip(f"the scanners cannot be installed: {error}")


def drawn(characters: str, length: int) -> str:
    """The same value at each run, and in no file of this repository."""
    return "".join(random.Random(7).choices(characters, k=length))


SECRET = drawn(string.ascii_letters + string.digits, 64)
PLANTED = {
    "the secret of a client in code": ("app.py", f'CLIENT_SECRET = "{SECRET}"'),
    "a client's secret in YAML": ("settings.yml", f"client_secret: {SECRET}"),
    "a client's secret in an environment file": (".env.production", f"OKTA_CLIENT_SECRET={SECRET}"),
    "an API token of Okta in a page": ("notes.md", f"The token is 00{drawn(string.ascii_letters, 40)}, keep it."),
    "a private key": ("key.txt", "-----BEGIN " + "RSA PRIVATE KEY-----"),
    "a key of AWS": ("deploy.sh", "export AWS_ACCESS_KEY_ID=AKIA" + drawn(string.ascii_uppercase, 16)),
    "a password in an address": (
        "store.txt",
        "mongodb://admin:" + drawn(string.ascii_letters, 12) + "@db.example.org/",
    ),
    "a token": ("log.txt", "eyJhbGciOiJSUzI1NiJ9." + "eyJzdWIiOiJhZGEifQ." + drawn(string.ascii_letters, 40)),
}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with one harmless commit."""
    git(tmp_path, "init", "-b", "main")
    (tmp_path / "app.py").write_text("print('hello')\n")
    commit(tmp_path, "start")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    names = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, message: str) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "-m", message)


def test_a_clean_repository_passes(clone: Path) -> None:
    assert main([], clone) == 0


def test_each_planted_secret_is_found_and_not_shown(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in PLANTED.values():
        with (clone / name).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
    assert main([], clone) == 1
    shown = capsys.readouterr().out
    assert [kind for kind, (name, _) in PLANTED.items() if f"  {name}:" not in shown] == []
    assert SECRET not in shown


def test_a_secret_that_only_history_has_is_found(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (clone / "settings.yml").write_text(f"client_secret: {SECRET}\n")
    commit(clone, "too much")
    git(clone, "rm", "settings.yml")
    commit(clone, "taken back")
    assert main([], clone) == 1
    assert "settings.yml in commit " in capsys.readouterr().out


def test_a_secret_in_a_commit_message_is_found(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(clone, "commit", "--allow-empty", "-m", f"deployed\n\nwith 00{drawn(string.ascii_letters, 40)} as its token")
    assert main([], clone) == 1
    assert "commit-messages in commit " in capsys.readouterr().out


def test_a_folder_without_history_is_scanned_as_far_as_it_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.py").write_text("print('hello')\n")
    assert main([], tmp_path) == COULD_NOT_CHECK
    assert "no git history here" in capsys.readouterr().out
    (tmp_path / "app.py").write_text(f'CLIENT_SECRET = "{SECRET}"\n')
    assert main([], tmp_path) == 1


def test_a_known_value_is_no_finding(clone: Path) -> None:
    (clone / "app.py").write_text('DOCUMENTDB_URI = "mongodb://user:password@localhost:27017/"\n')
    assert load_known()
    assert main([], clone) == 0


def test_pip_audit_reports_a_hole_of_a_pinned_package() -> None:
    """The service on loopback answers as OSV does (https://google.github.io/osv.dev/post-v1-query/)."""

    async def query(request: Request) -> JSONResponse:
        asked = await request.json()
        if asked["package"]["name"] != "requests":
            return JSONResponse({})
        affected = [
            {
                "package": {"name": "requests", "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.20.0"}]}],
            }
        ]
        return JSONResponse({"vulns": [{"id": "PYSEC-2018-28", "aliases": ["CVE-2018-18074"], "affected": affected}]})

    with serve(Starlette(routes=[Route("/v1/query", query, methods=["POST"])])) as address:
        pins = [("requests", "2.19.0"), ("urllib3", "2.8.0")]
        answer = ask_pip_audit("osv", pins, "--osv-url", f"{address}/v1/query")
    (hole,) = answer.advisories
    assert (hole.package, hole.version, set(hole.ids)) == ("requests", "2.19.0", {"PYSEC-2018-28", "CVE-2018-18074"})
    assert list(hole.fixed_in) == ["2.20.0"]
    assert answer == Answer([hole], frozenset())


def test_a_service_that_does_not_answer_is_unreachable() -> None:
    with serve(Starlette()) as address:
        pass
    with pytest.raises(ServiceUnreachable):
        ask_pip_audit("osv", [("requests", "2.19.0")], "--osv-url", f"{address}/v1/query")
