"""Sign-in and the IAM API in this process, with a store that can be killed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from devkit import sample_backend
from devkit.okta_standin import create_app, load_org
from devkit.serving import serve
from tests.integration.faults.load import THREADS
from tests.integration.faults.store_process import StoreProcess
from tests.integration.iam import rig as iam
from tests.integration.iam.sandbox import Sandbox, one_request_a_thread
from tests.integration.login import rig as login


@contextmanager
def a_store(folder: Path) -> Iterator[tuple[StoreProcess, str]]:
    """A store that runs, and its DOCUMENTDB_URI."""
    store = StoreProcess(folder / "store.sqlite")
    try:
        yield store, store.start()
    finally:
        store.kill()


def okta_keys(beside: Path) -> Path:
    """Okta's signing keys, made once for all tests that have their folders side by side."""
    keys = beside.parent / "okta-keys"
    if not keys.exists():
        create_app(load_org(), key_folder=keys)
    return keys


@contextmanager
def running_iam(folder: Path, store_uri: str, **settings: str) -> Iterator[tuple[iam.Rig, list[Sandbox]]]:
    """The IAM API, and a sandbox of it for each of the callers."""
    with ExitStack() as stack:
        stack.enter_context(one_request_a_thread())
        rig = stack.enter_context(iam.running(iam.Surroundings(store_uri, okta_keys(folder), folder), **settings))
        yield rig, [rig.sandbox() for _ in range(THREADS)]


@contextmanager
def running_sign_in(folder: Path, store_uri: str, **settings: str) -> Iterator[login.Rig]:
    """Sign-in behind the gateway, with a sandbox for each of the callers."""
    with serve(sample_backend.create_app()) as backend_url:
        around = login.Surroundings(store_uri, backend_url, okta_keys(folder), folder)
        with login.running(around, login.CUSTOM, **settings) as rig:
            rig.sandboxes.add(THREADS - 1)
            rig.authorizer.add(THREADS - 1)
            yield rig
