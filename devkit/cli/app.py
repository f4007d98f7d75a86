"""The command's frame: the options in front of every command, and the commands."""

import typer

from devkit.cli.doctor_command import doctor
from devkit.cli.explain_command import explain
from devkit.cli.m2m_commands import m2m
from devkit.cli.options import ROOT, EnvFile, FromEnvironment, OrgMode, SettingsSource, State
from devkit.cli.scopes_commands import scopes
from devkit.cli.setup_command import setup
from devkit.cli.token_command import token

app = typer.Typer(
    name="okta-gateway",
    help="Okta in front of an API: why a token is refused, tokens to try, and the access rules.\n\n"
    "Exit codes: 0 all is well, 1 a problem was found, 2 it could not be checked.",
    no_args_is_help=True,
    add_completion=False,
    # Typer's own tracebacks show the values of variables, and one of them may be a token.
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def settings(
    context: typer.Context,
    env_file: EnvFile = ROOT / ".env",
    state: State = ROOT / ".local",
    environment: FromEnvironment = False,  # noqa: FBT002 typer makes an option of it
    org_mode: OrgMode = False,  # noqa: FBT002
) -> None:
    """Note where the settings come from."""
    context.obj = SettingsSource(env_file, state, environment, org_mode)


app.command()(explain)
app.command()(doctor)
app.command()(setup)
app.command()(token)
app.add_typer(scopes)
app.add_typer(m2m)


def main() -> None:
    """Run the command that the command line names."""
    app(prog_name="okta-gateway")
