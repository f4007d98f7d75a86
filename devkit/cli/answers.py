"""What a command answers: for people on a calm screen, for programs as JSON, and for both an exit code."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from devkit.explain import Disagreement
from devkit.serving import PortTaken
from devkit.stack.config import ConfigProblem
from devkit.stack.stop import silence
from okta_gateway.errors import OktaGatewayError

OK, PROBLEM, NOT_CHECKED = 0, 1, 2
"""Exit codes: all is well; a problem was found; the question could not be answered."""


class Answer(NamedTuple):
    """The answer of a command; `show` writes it for people."""

    exit_code: int
    members: Mapping[str, object]
    show: Callable[[Console], None]


class CannotCheck(Exception):
    """A command could not do its work; the message is one sentence that says what to do."""


class ProblemFound(Exception):
    """A command found a problem that is its whole answer; `code` is stable, the message says what and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def respond(make: Callable[[], Answer], *, as_json: bool) -> NoReturn:
    """Make the answer and give it, whatever it is; ends the command with its exit code."""
    try:
        answer, screen = make(), console()
    except (CannotCheck, ProblemFound, ConfigProblem, OktaGatewayError, Disagreement, PortTaken) as error:
        answer, screen = _of_error(error), error_console()
    try:
        if as_json:
            print(json.dumps(answer.members, indent=2))
        else:
            answer.show(screen)
        sys.stdout.flush()
    except BrokenPipeError:
        silence()
    raise typer.Exit(answer.exit_code)


def console() -> Console:
    """Standard output; nothing in it is taken for markup, since much of it comes from tokens."""
    return Console(highlight=False, markup=False, emoji=False)


def error_console() -> Console:
    """Standard error, for what is not the answer."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something takes its time."""
    with error_console().status(Text(what)):
        yield


def printable(text: str) -> str:
    """Text from a token must not move the cursor of somebody's terminal."""
    return "".join(character if character.isprintable() or character == "\n" else "?" for character in text)


def _of_error(error: Exception) -> Answer:
    exit_code = PROBLEM if isinstance(error, ProblemFound) else NOT_CHECKED
    code = error.code if isinstance(error, ProblemFound | OktaGatewayError) else "not_checked"
    message = printable(error.detail or code if isinstance(error, OktaGatewayError) else str(error))
    advice = error.advice if isinstance(error, OktaGatewayError) else ""

    def show(screen: Console) -> None:
        screen.print(Text(message, style="bold red"))
        if advice:
            screen.print(Text(advice))

    return Answer(exit_code, {"error": {"code": code, "message": message, "advice": advice}}, show)
