"""What people see: readable at 80 columns, without colour, and whatever a token may hold."""

import io
from typing import Any

import pytest
from rich.console import Console

from devkit.cli.asked_route import parse_route
from devkit.cli.explain_view import Asked, show_explanation
from devkit.explain import Explanation
from tests.tokens import STRANGER_KEY, machine_token, okta_token, signing_key
from tests.unit.cli.explaining import explain

LONG = "a-group-with-a-very-long-name-" * 6


def shown(explanation: Explanation, asked: Asked | None = None, **options: Any) -> str:
    screen = Console(file=io.StringIO(), width=80, highlight=False, markup=False, emoji=False, **options)
    show_explanation(screen, explanation, asked or Asked(), ["a note"])
    assert isinstance(screen.file, io.StringIO)
    return "".join(f"{line.rstrip()}\n" for line in screen.file.getvalue().splitlines())


@pytest.mark.parametrize(
    "token",
    [
        okta_token(),
        machine_token(),
        okta_token(groups=[LONG, "readers"], sub="x" * 200, iss="https://evil.example/" + "y" * 300),
        okta_token(groups=[LONG, "readers"], sub="x" * 200),
        okta_token(groups=[]),
        okta_token(key=signing_key(STRANGER_KEY)),
        "not a token",
    ],
    ids=["user", "machine", "long and refused", "long", "no rights", "forged", "no token"],
)
def test_it_fits_into_80_columns_without_colour(token: str) -> None:
    text = shown(explain(token))
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text


def test_an_allowed_token_is_shown_with_its_way_to_the_routes() -> None:
    text = shown(explain(machine_token()), Asked(parse_route("POST /api/servers"), is_open=False))
    assert text.startswith("Allowed.\nPOST /api/servers is a 403: the policy does not open it.\n")
    assert "Groups, from idp_m2m_clients\n  readers  list, read\n" in text
    assert "GET /api/servers/*   by read\n" in text
    assert "GET /api/iam/whoami  open to everybody with a good token\n" in text
    assert "Allow  GET/api/iam/whoami, GET/api/servers, GET/api/servers/*\n" in text
    assert "FAIL" not in text


def test_a_refused_token_is_shown_with_the_step_and_what_to_do() -> None:
    text = shown(explain(okta_token(aud="api://other")))
    assert text.startswith("Refused: 401.\naudience_mismatch: accepted: api://ai-registry; aud is 'api://other'\n")
    assert "What to do: OKTA_AUDIENCE must be" in text
    assert "  FAIL  Audience" in text
    assert "Routes" not in text


@pytest.mark.parametrize("name", ["\x1b[2J\x1b[31mred", "a\rb", "[bold]x[/bold]", ":smile:", "\u202egnp.exe", "\x07"])
def test_text_of_a_token_moves_no_cursor_and_is_no_markup(name: str) -> None:
    text = shown(explain(okta_token(groups=[name, "readers"], sub=name)), force_terminal=True, no_color=True)
    for control in ("\x1b[2J", "\x1b[31m", "\r", "\u202e", "\x07"):
        assert control not in text
    assert name in text or not name.isprintable()


def test_no_part_of_a_token_is_on_the_screen() -> None:
    token = okta_token()
    text = shown(explain(token)).replace("\n", "").replace(" ", "")
    assert not [segment for segment in token.split(".") if segment[:20] in text]
