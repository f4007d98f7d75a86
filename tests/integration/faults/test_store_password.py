"""The password of the database is changed, and the functions' secret gets the new one, while requests come in.

The store is killed and comes back with another password: connections that are open would not notice the change. The
authorizer runs in four processes behind the local gateway; sign-in and the IAM API in this process, in four sandboxes
each, so that the test can shorten the 10 s for which they do not read the secret again.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from pymongo import MongoClient

from okta_gateway.store.connection import Document
from tests.integration.faults.callers import calling
from tests.integration.faults.functions_rig import a_store, running_iam, running_sign_in
from tests.integration.faults.load import THREADS
from tests.integration.faults.secret_rig import SecretsManager, serving
from tests.integration.faults.store_process import StoreProcess
from tests.integration.faults.store_rig import (
    SANDBOXES,
    USUAL,
    WITHOUT_STORE,
    check_all,
    running,
    until_all_are_told,
)
from tests.integration.iam.requests import ADA
from tests.integration.login.browser import Browser

NEW_PASSWORD = "second-store-secret-not-for-production"
REFUSED = "store_credentials_refused"


@pytest.fixture
def secrets() -> Iterator[SecretsManager]:
    with serving() as secrets:
        yield secrets


def test_the_authorizer_takes_the_new_password_over(tmp_path: Path, secrets: SecretsManager) -> None:
    """Until the secret has it, machines are told 500 (`store_credentials_refused` in the log); users notice nothing.

    The secret is read again at most every 10 s; from then on the same sandboxes let machines in. The request that met
    the refusal asks again under the new password: its caller sees nothing of it.
    """
    arn = secrets.put("authorizer")

    def settings(uri: str) -> dict[str, str]:
        secrets.put("authorizer", DOCUMENTDB_URI=uri)
        return secrets.for_extension(arn)

    with running(tmp_path, settings) as rig, rig.under_load() as load:
        until_all_are_told(load, USUAL)
        rig.store.kill()
        rig.store.start(NEW_PASSWORD)
        rig.forget_lookups()
        load.until(lambda _: REFUSED in rig.codes())
        until_all_are_told(load, WITHOUT_STORE)
        secrets.put("authorizer", DOCUMENTDB_URI=with_new_password(secrets.secrets[arn]["DOCUMENTDB_URI"]))
        rig.forget_lookups()  # and with it the 10 s for which the secret is not read again
        until_all_are_told(load, USUAL)
        rig.forget_lookups()
        until_all_are_told(load, USUAL)
    check_all(load)
    assert len(secrets.reads) <= 4 * SANDBOXES, "not every request reads the secret"


def with_new_password(uri: str) -> str:
    head, _, rest = uri.rpartition("@")
    return f"{head.rpartition(':')[0]}:{NEW_PASSWORD}@{rest}"


class Said(NamedTuple):
    """What a caller was told, and the code that came with it."""

    status: int
    code: str = ""


@contextmanager
def changed(store: StoreProcess, secrets: SecretsManager, uri: str, function: str) -> Iterator[None]:
    """The store has the new password from the start of the block, and the secret at its end."""
    store.kill()
    store.start(NEW_PASSWORD)
    yield
    secrets.put(function, **secrets.secrets[secrets.arn(function)] | {"DOCUMENTDB_URI": with_new_password(uri)})


@pytest.fixture
def read_again_soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The clients that are made later are closed by the test, as the end of a sandbox would."""
    monkeypatch.setattr("okta_gateway.current_parts.AGAIN_SECONDS", 0.2)
    monkeypatch.setattr("okta_gateway.store.connection.SELECTION_MS", 1_000)
    with ExitStack() as clients:
        made = MongoClient[Document]
        monkeypatch.setattr(
            "okta_gateway.store.connection.MongoClient",
            lambda *args, **options: clients.enter_context(made(*args, **options)),
        )
        yield


def environment(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    """A function has its environment for as long as it lives."""
    for name, value in settings.items():
        if value:
            monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("read_again_soon")
def test_the_iam_api_takes_the_new_password_over(
    tmp_path: Path, secrets: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator is told 503 (`store_credentials_refused`) until the secret has the new password, and once more.

    A change may consist of several steps, so that it is not made again behind the caller's back: the refused request
    makes the next one connect anew, in the same sandbox. What was acknowledged with 200 is there.
    """
    with a_store(tmp_path) as (store, uri):
        arn = secrets.put("iam-api", DOCUMENTDB_URI=uri)
        own = {"DOCUMENTDB_URI": "", "SCOPES_SOURCE": "documentdb", **secrets.for_extension(arn)}
        with running_iam(tmp_path, uri, **own) as (rig, sandboxes):
            environment(monkeypatch, rig.settings)
            rig.write_rules(**{"registry-admins": ["registry:admin:full"]})
            groups = [rig.okta.add_group(f"team-{n}") for n in range(THREADS)]
            acknowledged: dict[int, list[str]] = {}

            def act(number: int, count: int) -> Said:
                scopes = [("mcp:servers:read", "mcp:servers:list", "mcp:servers:write")[count % 3]]
                path = f"/api/iam/groups/{groups[number]}/scopes"
                answer = sandboxes[number].call("PUT", path, {"scopes": scopes}, actor=ADA)
                if answer.status == 200:
                    acknowledged[number] = scopes
                    return Said(200)
                return Said(answer.status, answer.code)

            with calling(act) as callers:
                callers.until(lambda said: said.count(Said(200)) >= THREADS)
                with changed(store, secrets, uri, "iam-api"):
                    callers.until(lambda said: Said(503, REFUSED) in said)
                callers.until(lambda said: said.count(Said(200)) >= 3 * THREADS)
            assert {one.code for one in callers.results()} <= {"", "store_unavailable", REFUSED, "change_under_way"}
            assert {one.status for one in callers.results()} <= {200, 409, 503}
            for number, scopes in acknowledged.items():
                answer = sandboxes[number].call("GET", f"/api/iam/groups/{groups[number]}/scopes")
                assert answer.ok()["scopes"] == scopes


@pytest.mark.usefixtures("read_again_soon")
def test_sign_in_takes_the_new_password_over(
    tmp_path: Path, secrets: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person with a session is told 500 (`store_credentials_refused`) until the secret has the new password, and once
    more in each sandbox. Nobody is signed out by it, and nobody has to sign in again.
    """
    with a_store(tmp_path) as (store, uri):
        arn = secrets.put("login", DOCUMENTDB_URI=uri)
        with running_sign_in(tmp_path, uri, DOCUMENTDB_URI="", **secrets.for_extension(arn)) as rig:
            environment(monkeypatch, rig.settings)
            browsers = [rig.browser().signed_in() for _ in range(THREADS)]

            def act(number: int, _count: int) -> Said:
                return said(browsers[number])

            with calling(act) as callers:
                callers.until(lambda said: said.count(Said(200)) >= THREADS)
                with changed(store, secrets, uri, "login"):
                    callers.until(lambda said: Said(500, REFUSED) in said)
                callers.until(lambda said: said.count(Said(200)) >= 3 * THREADS)
            assert set(callers.results()) <= {Said(200), Said(500, REFUSED), Said(500, "store_unavailable")}
            assert [said(browser) for browser in browsers] == [Said(200)] * THREADS


def said(browser: Browser) -> Said:
    """What a page is told that asks for a token."""
    answer = browser.token()
    return Said(200) if answer.status_code == 200 else Said(answer.status_code, answer.json()["error"])
