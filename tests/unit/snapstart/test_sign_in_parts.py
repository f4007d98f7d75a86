"""Sign-in's parts over a restore: keys are published by those that sign, and a rehearsal leaves nothing behind."""

import base64
import functools
from pathlib import Path
from typing import Any

import pytest
from awslambdaric.lambda_runtime_hooks_runner import run_after_restore, run_before_snapshot

from okta_gateway.login.routes import SignIn
from okta_gateway.login.settings import LoginSettings
from okta_gateway.login_wiring import sign_in
from tests.unit.login.routing import SETTINGS


class Made:
    """Everything that was made, by its number; and what was done with it."""

    def __init__(self, settings: LoginSettings) -> None:
        self.settings = settings
        self.count = 0
        self.done: list[str] = []

    def make(self, settings: LoginSettings) -> tuple[SignIn, Any]:
        self.count += 1
        number = self.count

        def used(what: str) -> Any:
            self.done.append(f"{what} {number}")
            return number

        keys: Any = [number]
        parts = functools.partial(used, "parts")
        return SignIn(settings, functools.partial(used, "rules"), keys, parts), functools.partial(used, "close")


@pytest.fixture
def made(tmp_path: Path) -> Made:
    key = tmp_path / "session.key"
    key.write_bytes(base64.b64encode(bytes(32)))
    return Made(SETTINGS._replace(session_key=str(key)))


def numbers(sign_in: SignIn) -> list[object]:
    """Which of those that were made these are."""
    return [sign_in.parts(), sign_in.rules(), *sign_in.signing_keys]


@pytest.fixture
def signing_in(made: Made, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    """What the routes work with, where a snapshot will be taken."""
    monkeypatch.setattr("okta_gateway.login_wiring.parse_login_settings", lambda _environ: made.settings)
    monkeypatch.setattr("okta_gateway.login_wiring._made", lambda settings, _clock: made.make(settings))
    return sign_in({"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"})


def test_before_the_snapshot_everything_is_used_once_closed_and_made_anew(made: Made, signing_in: SignIn) -> None:
    run_before_snapshot()
    assert made.done == ["parts 1", "rules 1", "close 1"]
    assert numbers(signing_in) == [2, 2, 2]


def test_with_another_secret_after_the_restore_all_parts_are_others(made: Made, signing_in: SignIn) -> None:
    run_before_snapshot()
    made.settings = made.settings._replace(client_secret="another-secret")
    run_after_restore()
    assert numbers(signing_in) == [3, 3, 3]


def test_refused_credentials_have_the_next_request_work_by_the_new_secret(
    made: Made, signing_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("okta_gateway.current_parts.AGAIN_SECONDS", 0.0)
    made.settings = made.settings._replace(client_secret="another-secret")
    signing_in.credentials_refused()
    assert numbers(signing_in) == [2, 2, 2]
