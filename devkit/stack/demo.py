"""Plays the story against a running stack and shows, step by step, whether it went as it must."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from rich.text import Text

from devkit.stack.iam_story import STORY, TOKEN_ENDPOINT
from devkit.stack.okta_client import OktaClient
from devkit.stack.parts import RunningStack
from devkit.stack.seeds import AUTH_SERVER_ID, MACHINE_SCOPE
from devkit.stack.story import Event, Step
from devkit.stack.verdict import Observation, faults_of

TIMEOUT = 40.0  # seconds; API Gateway itself gives up after 29
NOT_ASKED = "the gateway's cached policy"
PLAIN_WIDTH = 150  # columns, where there is no terminal that has a width


@dataclass(frozen=True)
class Outcome:
    """A step that was played: what the client got, the authorizer's reason, and what was not as it must be."""

    step: Step
    got: str
    why: str
    faults: tuple[str, ...]


def play_story(stack: RunningStack, console: Console, check_stop: Callable[[], None]) -> bool:
    """Play every step, show the table, return whether all is right. `check_stop` may raise between two steps."""
    player = _Player(stack)
    outcomes = []
    with console.status("") as status:
        for number, step in enumerate(STORY, 1):
            check_stop()
            status.update(f"{number} of {len(STORY)}: {step.title}")
            outcomes.append(player.play(step))
    console.print(_table(outcomes))
    wrong = sum(1 for outcome in outcomes if outcome.faults)
    if wrong:
        console.print(f"{wrong} of {len(outcomes)} steps did not go as they must.", style="bold red")
    else:
        console.print(f"All {len(outcomes)} steps went as they must.", style="bold green")
    return not wrong


class _Player:
    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._okta = OktaClient(stack.addresses.okta, stack.addresses.auth_server_id or AUTH_SERVER_ID)
        self._tokens: dict[str, str] = {}
        self._kept: dict[str, str] = {}

    def play(self, written: Step) -> Outcome:
        try:
            step = self._filled_in(written)
            self._bring_about(step.event)
            if step.at_okta:
                return self._ask_okta(step)
            seen = self._ask(step)
        except (httpx.HTTPError, KeyError) as error:
            return Outcome(written, "no answer", "-", (f"{type(error).__name__}: {error}",))
        why = seen.decision.reason if seen.decision else NOT_ASKED
        return Outcome(step, str(seen.status), why, faults_of(step, seen))

    def _filled_in(self, step: Step) -> Step:
        """The step with what earlier ones kept in the place of its {name}. Raises KeyError."""
        backend = {name: value.format_map(self._kept) for name, value in step.backend.items()}
        return replace(step, path=step.path.format_map(self._kept), backend=backend)

    def _ask_okta(self, step: Step) -> Outcome:
        try:
            self._machine_token(step)
            status = 200
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
        faults = () if status == step.status else (f"instead of {step.status}",)
        return Outcome(step, str(status), f"{TOKEN_ENDPOINT} was asked", faults)

    def _bring_about(self, event: Event) -> None:
        match event:
            case Event.KEYS_ROTATED:
                self._okta.rotate_keys()
            case Event.STORE_DOWN:
                self._stack.store.stop()
            case Event.STORE_UP:
                self._stack.store.start()

    def _ask(self, step: Step) -> Observation:
        token = self._token(step)
        asked_before, decided_before = self._stack.authorizer_calls(), len(self._stack.decisions)
        response = httpx.request(
            step.method,
            self._stack.addresses.gateway + step.path,
            headers={**step.headers, "Authorization": f"Bearer {token}"},
            json=step.body if step.method == "POST" else None,
            timeout=TIMEOUT,
        )
        asked = self._stack.authorizer_calls() > asked_before
        decision = self._stack.decisions.next_after(decided_before) if asked else None
        if response.is_success and step.keep:
            self._kept |= {name: str(response.json()[member]) for member, name in step.keep.items()}
        return Observation(response.status_code, asked, decision, _seen_by_backend(response))

    def _token(self, step: Step) -> str:
        if step.holder not in self._tokens:
            self._tokens[step.holder] = self._machine_token(step) if step.secret else step.token(self._okta)
        return self._tokens[step.holder]

    def _machine_token(self, step: Step) -> str:
        return self._okta.machine_token(self._kept["client_id"], self._kept[step.secret], MACHINE_SCOPE)


def _seen_by_backend(response: httpx.Response) -> Mapping[str, Any] | None:
    try:
        answer = response.json()
    except ValueError:
        return None
    you = answer.get("you") if isinstance(answer, dict) else None
    return you if isinstance(you, dict) else None


def _table(outcomes: list[Outcome]) -> Table:
    table = Table(title="Okta in front of an API: who gets in, and why", title_justify="left")
    for column in ("Step", "Asked", "Expected", "Got", "Why, in the authorizer's log"):
        table.add_column(column, overflow="fold")
    for outcome in outcomes:
        step = outcome.step
        title = f"{step.title} ({step.event})" if step.event else step.title
        expected = "\n".join([str(step.status), *(f"{name}: {value}" for name, value in step.backend.items())])
        got = f"{outcome.got} as expected" if not outcome.faults else "\n".join((outcome.got, *outcome.faults))
        style = "bold red" if outcome.faults else "green"
        asked = TOKEN_ENDPOINT if step.at_okta else f"{step.method} {step.path}"
        table.add_row(title, asked, expected, Text(got, style=style), outcome.why)
    return table
