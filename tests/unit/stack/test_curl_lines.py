"""The lines to paste: complete, safe to paste into bash and zsh, and without anybody's secret."""

import re
import subprocess
from pathlib import Path

import pytest

from devkit.stack.config import LaptopConfig
from devkit.stack.curl_lines import Addresses, Recipe, recipes, sign_in_lines

LOCAL = Addresses("http://localhost:8888", "http://127.0.0.1:8889", "aus1", "http://127.0.0.1:9")
REAL = LaptopConfig(
    {
        "OKTA_DOMAIN": "dev-1.okta.com",
        "OKTA_AUTH_SERVER_ID": "aus1",
        "OKTA_M2M_CLIENT_ID": "0oareal",
        "OKTA_M2M_CLIENT_SECRET": "hunter2",
    },
    Path("/home/me/my clone/.env"),
)
REAL_ORG_MODE = LaptopConfig({"OKTA_DOMAIN": "dev-1.okta.com", "OKTA_CLIENT_SECRET": "hunter2"}, REAL.source)
CONFIGS = [
    pytest.param(LaptopConfig(), id="stand-in"),
    pytest.param(REAL, id="real org"),
    pytest.param(LaptopConfig(org_mode=True), id="stand-in, org mode"),
    pytest.param(REAL_ORG_MODE, id="real org, org mode"),
]


def all_lines(shown: list[Recipe]) -> list[str]:
    return [line for recipe in shown for line in recipe.lines]


def test_the_stand_in_shows_a_user_a_machine_and_refusals() -> None:
    titles = " / ".join(recipe.title for recipe in recipes(LOCAL, LaptopConfig()))
    for answer in ("200", "201", "403", "401"):
        assert answer in titles


@pytest.mark.parametrize("config", CONFIGS)
def test_every_line_is_valid_shell_by_itself(config: LaptopConfig) -> None:
    for line in all_lines(recipes(LOCAL, config)):
        subprocess.run(["sh", "-n", "-c", line], check=True)


@pytest.mark.parametrize("config", CONFIGS)
def test_no_line_holds_what_an_interactive_shell_would_expand(config: LaptopConfig) -> None:
    for line in all_lines(recipes(LOCAL, config)):
        unquoted = re.sub(r"'[^']*'", "", line)
        assert not re.search(r"[!#*?~`]", unquoted), unquoted
        assert "!" not in line


def test_a_real_secret_is_never_shown() -> None:
    shown = recipes(LOCAL, REAL)
    assert "hunter2" not in repr(shown)
    assert any("'/home/me/my clone/.env'" in line for line in all_lines(shown))


@pytest.mark.parametrize("config", [REAL, REAL_ORG_MODE], ids=["custom server", "org server"])
def test_a_real_org_is_never_asked_for_stand_in_tokens(config: LaptopConfig) -> None:
    assert "_standin" not in repr(recipes(LOCAL, config))


@pytest.mark.parametrize("config", [LaptopConfig(org_mode=True), REAL_ORG_MODE], ids=["stand-in", "real org"])
def test_in_org_mode_no_machine_is_shown(config: LaptopConfig) -> None:
    assert "client_credentials" not in repr(recipes(LOCAL, config))


@pytest.mark.parametrize(
    ("config", "runs", "words"),
    [
        pytest.param(
            LaptopConfig(), True, ("http://localhost:8888/oauth2/", "pat@example.com", "password"), id="local"
        ),
        pytest.param(REAL, True, ("http://localhost:8888/oauth2/callback/okta", "redirect URI"), id="real org"),
        pytest.param(REAL, False, ("No sign-in", "OKTA_CLIENT_ID"), id="no web application"),
    ],
)
def test_how_to_sign_in_is_said(config: LaptopConfig, runs: bool, words: tuple[str, ...]) -> None:
    said = " ".join(sign_in_lines(LOCAL, config, runs=runs))
    assert all(word in said for word in words)
    assert config.uses_real_okta <= ("password" not in said)


def test_the_scope_of_machines_can_be_chosen() -> None:
    config = LaptopConfig({**REAL.values, "OKTA_M2M_SCOPE": "mcp.call"}, REAL.source)
    assert "scope=mcp.call" in repr(recipes(LOCAL, config))
