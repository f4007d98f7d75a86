"""`okta-gateway explain`: what the authorizer says to a token, step by step, and what would have to change."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from devkit.cli.answers import NOT_CHECKED, OK, PROBLEM, Answer, CannotCheck, respond, working
from devkit.cli.asked_route import LOCAL_STAGE_ARN, AskedRoute, parse_route, parse_stage
from devkit.cli.explain_view import Asked, show_explanation
from devkit.cli.key_sets import fetch_key_set, read_key_set
from devkit.cli.notes import kept_warnings
from devkit.cli.options import Json, SettingsSource, source_of
from devkit.cli.settings import read_settings, settings_with_store
from devkit.explain import Explainer, Explanation, authorization_of, open_authorizer, with_saved_keys

Token = Annotated[
    str, typer.Argument(help="The token, or - to read it from standard input, which no process list shows.")
]
Keys = Annotated[Path | None, typer.Option(help="A saved key set; nothing is asked over the network then.")]
SaveKeys = Annotated[Path | None, typer.Option(help="Save the issuer's key set to this file, for --keys.")]
Route = Annotated[str, typer.Option(help='Also say whether this request passes, such as "GET /api/servers".')]
StageArn = Annotated[str, typer.Option(help="The stage, as in the authorizer's events.")]


def explain(
    context: typer.Context,
    token: Token = "",
    keys: Keys = None,
    save_keys: SaveKeys = None,
    route: Route = "",
    stage_arn: StageArn = LOCAL_STAGE_ARN,
    as_json: Json = False,  # noqa: FBT002 typer makes an option of it
) -> None:
    """Explain what the authorizer says to a token, step by step."""
    source = source_of(context)

    def answer() -> Answer:
        if save_keys:
            saved = _save(source, save_keys)
            if not token:
                return saved
        asked = parse_route(route) if route else None
        return _explain(source, _read(token), keys, asked, stage_arn)

    respond(answer, as_json=as_json)


def _read(token: str) -> str:
    text = sys.stdin.read() if token == "-" else token  # noqa: S105 the usual name of standard input
    if not text.strip():
        raise CannotCheck("There is no token: give it as the argument, or - and the token on standard input.")
    return text


def _save(source: SettingsSource, file: Path) -> Answer:
    with working("Fetching the key set ..."):
        address, body = fetch_key_set(read_settings(source))
    try:
        file.write_bytes(body)
    except OSError as error:
        raise CannotCheck(f"{file} cannot be written ({error.strerror}).") from error
    return Answer(
        OK,
        {"keys": str(file), "fetched_from": address},
        lambda console: console.print(f"The key set of {address} is in {file}."),
    )


def _explain(source: SettingsSource, text: str, keys: Path | None, asked: AskedRoute | None, stage_arn: str) -> Answer:
    stage = parse_stage(stage_arn)
    with kept_warnings() as notes, settings_with_store(source) as settings, working("Asking the authorizer ..."):
        parts = open_authorizer(settings, stage)
        if keys:
            parts = with_saved_keys(parts, read_key_set(keys))
        explanation = Explainer(parts, stage).explain(authorization_of(text))
    is_open = asked.is_open(explanation.policy, stage) if asked and explanation.policy else None
    shown = Asked(asked, is_open)
    members = {**explanation.as_json(), "route": _route_members(shown), "notes": list(notes)}
    return Answer(
        _exit_code(explanation, shown), members, lambda console: show_explanation(console, explanation, shown, notes)
    )


def _route_members(asked: Asked) -> dict[str, object] | None:
    return {"asked": str(asked.route), "open": asked.is_open} if asked.route else None


def _exit_code(explanation: Explanation, asked: Asked) -> int:
    if explanation.verdict.outcome == "failed":
        return NOT_CHECKED
    return OK if explanation.verdict.outcome == "allowed" and asked.is_open is not False else PROBLEM
