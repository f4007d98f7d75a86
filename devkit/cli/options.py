"""Options that commands share, and where they take their settings from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).parents[2]

EnvFile = Annotated[Path, typer.Option(help="Settings, as make run reads them.", show_default=".env")]
State = Annotated[Path, typer.Option(help="Keys and database of the local stack.", show_default=".local")]
FromEnvironment = Annotated[
    bool, typer.Option("--environment", help="Take the settings from environment variables, as a Lambda function does.")
]
OrgMode = Annotated[
    bool, typer.Option("--org-mode", help="The local stack runs with --org-mode: the gateway issues the tokens.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
RulesFile = Annotated[
    Path | None,
    typer.Option("--file", help="The access rules.", show_default="SCOPES_FILE, else layers/policies/scopes.yml"),
]


@dataclass(frozen=True)
class SettingsSource:
    """Where settings come from: an env file and the local stack's own, or environment variables."""

    env_file: Path = ROOT / ".env"
    state: Path = ROOT / ".local"
    environment: bool = False
    org_mode: bool = False


def source_of(context: typer.Context) -> SettingsSource:
    """What the options in front of the command say."""
    source = context.obj
    assert isinstance(source, SettingsSource)  # noqa: S101 the callback in app.py puts it there
    return source
