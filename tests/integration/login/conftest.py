"""Sign-in as a whole, in each of its three configurations; started once, since most tests leave it as they found it."""

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from devkit import sample_backend
from devkit.document_store import document_store
from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from tests.integration.login.browser import Browser
from tests.integration.login.rig import CUSTOM, MODES, ORG, STAGE, Rig, Surroundings, running

type Start = Callable[..., Rig]
_running: list[Rig] = []


@contextmanager
def watched(rig: Rig) -> Iterator[None]:
    """Until the block ends, each test looks for secrets in what the rig wrote."""
    _running.append(rig)
    yield
    _running.remove(rig)


@pytest.fixture(scope="session")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    folder = tmp_path_factory.mktemp("login")
    keys = folder / "okta-keys"
    create_app(load_org(), key_folder=keys)
    with document_store(None) as store_uri, serve(sample_backend.create_app()) as backend_url:
        yield Surroundings(store_uri, backend_url, keys, folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def rigs(around: Surroundings) -> Iterator[Callable[[str], Rig]]:
    """The rig of each mode, started when it is first needed."""
    started: dict[str, Rig] = {}
    with ExitStack() as stack:

        def rig(mode: str) -> Rig:
            if mode not in started:
                started[mode] = stack.enter_context(running(around, mode))
                stack.enter_context(watched(started[mode]))
            return started[mode]

        yield rig


@pytest.fixture
def rig(rigs: Callable[[str], Rig]) -> Rig:
    """A custom authorization server, http on loopback."""
    return rigs(CUSTOM)


@pytest.fixture
def org_rig(rigs: Callable[[str], Rig]) -> Rig:
    """The org authorization server, http on loopback."""
    return rigs(ORG)


@pytest.fixture
def stage_rig(rigs: Callable[[str], Rig]) -> Rig:
    """A custom authorization server, https, and a stage in the path."""
    return rigs(STAGE)


@pytest.fixture(params=MODES)
def any_rig(rigs: Callable[[str], Rig], request: pytest.FixtureRequest) -> Rig:
    return rigs(request.param)


@pytest.fixture(params=[CUSTOM, ORG])
def both_servers(rigs: Callable[[str], Rig], request: pytest.FixtureRequest) -> Rig:
    """With and without a custom authorization server."""
    return rigs(request.param)


@pytest.fixture
def start(around: Surroundings) -> Iterator[Start]:
    """Start a rig of the test's own, with other settings."""
    with ExitStack() as stack:

        def start(mode: str = CUSTOM, **settings: str) -> Rig:
            rig = stack.enter_context(running(around, mode, **settings))
            stack.enter_context(watched(rig))
            return rig

        yield start


@pytest.fixture
def browser(rig: Rig) -> Browser:
    return rig.browser()


@pytest.fixture(autouse=True)
def no_secret_in_the_log(capfd: pytest.CaptureFixture[str], start: Start) -> Iterator[None]:
    """After each test: nothing that was written anywhere holds a token, code, cookie, state, verifier or secret."""
    recorder = _Recorder()
    root = logging.getLogger()
    root.addHandler(recorder)
    logging.getLogger("okta_gateway").setLevel(logging.DEBUG)
    yield
    root.removeHandler(recorder)
    logging.getLogger("okta_gateway").setLevel(logging.NOTSET)
    out, err = capfd.readouterr()
    for rig in _running:
        written = "\n".join([rig.log.getvalue(), out, err, *recorder.lines])
        rig.log.seek(0)
        rig.log.truncate()
        rig.okta.back_to_normal()
        assert rig.leaked(written) == []
        assert "Traceback" not in written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {record.exc_info or ''}")
