"""`okta-gateway doctor`: what is wrong between Okta, the settings and the gateway, and how to mend it."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from devkit.cli.answers import NOT_CHECKED, OK, PROBLEM, Answer, error_console, respond
from devkit.cli.doctor_view import show_examined
from devkit.cli.notes import kept_warnings
from devkit.cli.options import Json, SettingsSource, source_of
from devkit.cli.settings import Settings, read_config, read_settings, settings_with_store
from devkit.doctor import CHECKS, Case, Examined, examine
from devkit.doctor.findings import Result
from devkit.setup.choices import CREDENTIAL
from devkit.stack.config import ConfigProblem
from devkit.stack.seeds import AGENT

MACHINE = ("OKTA_M2M_CLIENT_ID", "OKTA_M2M_CLIENT_SECRET", "OKTA_M2M_SCOPE")
"""Of the laptop alone: no function reads them."""
Token = Annotated[
    str,
    typer.Argument(help="A token to look at too, or - to read it from standard input, which no process list shows."),
]


def doctor(context: typer.Context, token: Token = "", as_json: Json = False) -> None:  # noqa: FBT002 typer's option
    """Look for every mistake that is known of in the settings, at Okta and in the document store.

    Nothing is changed anywhere. With OKTA_API_TOKEN, in the env file or in the environment, the org is looked at too.
    """
    source = source_of(context)

    def answer() -> Answer:
        with kept_warnings() as notes, _case(source, token) as case:
            examined = _examined(case)
        members = {"summary": _counts(examined), "checks": [_members(each) for each in examined], "notes": list(notes)}
        return Answer(_exit_code(examined), members, lambda screen: show_examined(screen, examined))

    respond(answer, as_json=as_json)


@contextmanager
def _case(source: SettingsSource, token: str) -> Iterator[Case]:
    text = sys.stdin.read() if token == "-" else token  # noqa: S105 the usual name of standard input
    try:
        settings, problems = read_settings(source) | _machine(source), ""
    except ConfigProblem as error:
        settings, problems = _as_written(source), str(error)
    if problems:
        yield Case(_credential() | settings, tuple(problems.splitlines()), text.strip())
        return
    with settings_with_store(source) as with_store:
        yield Case(_credential() | settings | with_store, (), text.strip())


def _credential() -> Settings:
    """The environment may have it for the time of a command, so that it need not stay in a file."""
    return {name: os.environ[name] for name in CREDENTIAL if os.environ.get(name)}


def _as_written(source: SettingsSource) -> Settings:
    """What can be looked at of settings that are not right; none where the file cannot even be read."""
    try:
        config = read_config(source)
    except ConfigProblem:
        return {}
    return {"AUTH_PROVIDER": "okta", "GATEWAY_URL": config.gateway_url, **config.values}


def _machine(source: SettingsSource) -> Settings:
    config = read_config(source)
    if not config.uses_real_okta and not config.uses_org_server:
        return dict(zip(MACHINE, (AGENT.client_id, AGENT.secret), strict=False))
    return {name: config.get(name) for name in MACHINE if config.get(name)}


def _examined(case: Case) -> list[Examined]:
    examined = []
    with error_console().status("") as status:
        for each in examine(case, CHECKS):
            examined.append(each)
            status.update(f"{len(examined)} of {len(CHECKS)}: {each.check.title}")
    return examined


def _members(examined: Examined) -> dict[str, str]:
    check, finding = examined
    return {"name": check.name, "title": check.title, **finding._asdict(), "result": finding.result.value}


def _counts(examined: Sequence[Examined]) -> dict[str, int]:
    counts = Counter(each.finding.result for each in examined)
    return {result.value: counts[result] for result in Result}


def _exit_code(examined: Sequence[Examined]) -> int:
    results = {each.finding.result for each in examined}
    if Result.PROBLEM in results:
        return PROBLEM
    return NOT_CHECKED if Result.NOT_CHECKED in results else OK
