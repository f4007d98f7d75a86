"""The hooks themselves: run by AWS's runner, they neither fail nor leave anything running or alike in two copies."""

import gc
import random
import ssl
import sys
import threading
import time
import weakref

import pytest
from awslambdaric.lambda_runtime_hooks_runner import run_after_restore, run_before_snapshot

from okta_gateway.current_parts import survive
from okta_gateway.errors import KeysUnavailable
from okta_gateway.snapstart.hooks import KEY_FETCH, SEED_BYTES, register
from okta_gateway.tokens.key_fetch import _Fetch
from tests.infra.repository import PACKAGE, imported_modules, name_of, python_files


def nothing() -> None:
    """A hook with nothing to do."""


def refuse() -> None:
    raise KeysUnavailable("the issuer does not answer")


def break_down() -> None:
    raise ValueError("mongodb://user:a-secret@db.example.com")


@pytest.mark.parametrize(
    ("step", "told"),
    [
        pytest.param(refuse, "keys_unavailable: the issuer does not answer", id="cannot be checked"),
        pytest.param(break_down, "unexpected_failure", id="defect"),
    ],
)
def test_a_hook_that_fails_is_told_and_survived(step: object, told: str, caplog: pytest.LogCaptureFixture) -> None:
    register(step, step)  # type: ignore[arg-type]
    run_before_snapshot()
    run_after_restore()
    messages = [record.getMessage() for record in caplog.records]
    assert [message.partition(":")[0] for message in messages] == ["before the snapshot", "after the restore"]
    assert all(told in message for message in messages)
    assert "a-secret" not in caplog.text


def test_what_the_process_itself_ends_with_is_not_survived() -> None:
    with pytest.raises(SystemExit):
        survive("exit", sys.exit)


def test_random_numbers_differ_in_copies_of_one_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[bytes] = []
    monkeypatch.setattr(ssl, "RAND_add", lambda seed, entropy: added.append(seed))
    register(nothing, nothing)
    state = random.getstate()
    drawn = []
    for _ in range(2):
        random.setstate(state)
        run_after_restore()
        drawn.append(random.random())
    random.setstate(state)
    assert len({*drawn, random.random()}) == 3
    assert [len(seed) for seed in added] == [SEED_BYTES, SEED_BYTES]
    assert added[0] != added[1]


def test_nothing_deployed_draws_from_what_is_alike_in_copies() -> None:
    """`random`; all else is os.urandom: `secrets`, and version 4 of `uuid`, the only one used."""
    drawing = {name_of(path) for path in python_files("layers", "functions") if "random" in imported_modules(path)}
    assert drawing == {name_of(PACKAGE / "snapstart" / "hooks.py")}


def test_no_fetch_is_under_way_in_the_snapshot() -> None:
    ended = threading.Event()

    def fetch() -> None:
        time.sleep(0.05)
        ended.set()

    register(threading.Thread(target=fetch, name=KEY_FETCH, daemon=True).start, nothing)
    run_before_snapshot()
    assert ended.is_set()
    assert _Fetch("https://dev-123456.okta.com/oauth2/v1/keys").name == KEY_FETCH


class Client:
    """Something that only the garbage collector finds, as it is with the clients of boto3."""

    def __init__(self) -> None:
        self.itself = self


def test_what_nobody_holds_any_more_is_not_in_the_snapshot() -> None:
    clients: list[weakref.ref[Client]] = []
    register(lambda: clients.append(weakref.ref(Client())), nothing)
    gc.disable()
    try:
        run_before_snapshot()
        (client,) = clients
        assert client() is None
    finally:
        gc.enable()
