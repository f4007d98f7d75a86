"""`okta-gateway scopes`: are the access rules right, and are those of the file and of the store the same?"""

from collections.abc import Callable
from pathlib import Path

import typer

from devkit.cli.answers import OK, PROBLEM, Answer, CannotCheck, ProblemFound, error_console, respond, working
from devkit.cli.notes import kept_warnings
from devkit.cli.options import Json, RulesFile, SettingsSource, Yes, source_of
from devkit.cli.rules_check import check_rules
from devkit.cli.rules_difference import Change, differences
from devkit.cli.rules_sources import read_file, read_store, rules_file
from devkit.cli.rules_yaml import write_rules
from devkit.cli.scopes_view import near, show_changes, show_check
from devkit.cli.settings import open_database, read_settings, settings_with_store
from devkit.cli.who_can_command import who_can
from okta_gateway.store.access_rules import AccessRuleCollections, Rules
from okta_gateway.store.connection import Database, Document

scopes = typer.Typer(name="scopes", help="The access rules: groups, scopes and routes.", no_args_is_help=True)

type Work = Callable[[Path, Rules, Database[Document]], Answer]
"""Gets the file, its rules, and the store."""


@scopes.command()
def check(context: typer.Context, file: RulesFile = None, as_json: Json = False) -> None:  # noqa: FBT002 typer's option
    """Validate the access rules of the file."""
    source = source_of(context)

    def answer() -> Answer:
        settings = read_settings(source)
        with kept_warnings() as notes:
            checked = check_rules(rules_file(settings, file), settings)
        members = {**checked._asdict(), "file": str(checked.file), "notes": list(notes)}
        return Answer(PROBLEM if checked.problems else OK, members, lambda screen: show_check(screen, checked, notes))

    respond(answer, as_json=as_json)


@scopes.command()
def diff(context: typer.Context, file: RulesFile = None, as_json: Json = False) -> None:  # noqa: FBT002
    """Compare the file's rules with those of the document store."""

    def compare(place: Path, mine: Rules, store: Database[Document]) -> Answer:
        changes = differences(mine, read_store(store))
        return _changed(PROBLEM if changes else OK, place, changes, shown=True)

    respond(lambda: _with_both(source_of(context), file, compare), as_json=as_json)


@scopes.command()
def push(context: typer.Context, file: RulesFile = None, yes: Yes = False, as_json: Json = False) -> None:  # noqa: FBT002
    """Make the rules of the document store those of the file."""

    def write(place: Path, mine: Rules, store: Database[Document]) -> Answer:
        collections = AccessRuleCollections(store)
        changes = differences(mine, collections.read())
        if not changes:
            return _changed(OK, place, changes, shown=True)
        _agree(place, changes, "Replace the rules of the store?", yes=yes, as_json=as_json)
        with working("Writing ..."):
            collections.replace(mine)
        return _changed(OK, place, changes, "The store has the rules of the file now.")

    respond(lambda: _with_both(source_of(context), file, write), as_json=as_json)


@scopes.command()
def pull(context: typer.Context, file: RulesFile = None, yes: Yes = False, as_json: Json = False) -> None:  # noqa: FBT002
    """Make the rules of the file those of the document store."""

    def write(place: Path, mine: Rules, store: Database[Document]) -> Answer:
        theirs = read_store(store)
        changes = differences(mine, theirs)
        if not changes:
            return _changed(OK, place, changes, shown=True)
        if not theirs["groups"]:
            raise ProblemFound("store_empty", "The store has no access rules: okta-gateway scopes push writes them.")
        _agree(place, changes, f"Replace the rules of {near(place)}?", yes=yes, as_json=as_json)
        write_rules(place, theirs)
        return _changed(OK, place, changes, f"{near(place)} has the rules of the store now.")

    respond(lambda: _with_both(source_of(context), file, write), as_json=as_json)


scopes.command("who-can")(who_can)


def _with_both(source: SettingsSource, chosen: Path | None, work: Work) -> Answer:
    with kept_warnings(), settings_with_store(source) as settings, open_database(settings) as store:
        place = rules_file(settings, chosen)
        return work(place, read_file(place), store)


def _agree(place: Path, changes: list[Change], question: str, *, yes: bool, as_json: bool) -> None:
    """Show what will change, and go on when that is wanted. Raises CannotCheck and ProblemFound."""
    if as_json and not yes:
        raise CannotCheck("With --json nobody is asked: add --yes to change the rules.")
    if not as_json:
        show_changes(error_console(), place, changes)
    if not yes and not typer.confirm(question, err=True):
        raise ProblemFound("not_wanted", "Nothing was changed.")


def _changed(exit_code: int, place: Path, changes: list[Change], done: str = "", *, shown: bool = False) -> Answer:
    members = {"file": str(place), "changes": [change._asdict() for change in changes], "written": bool(done)}
    if shown:
        return Answer(exit_code, members, lambda screen: show_changes(screen, place, changes))
    return Answer(exit_code, members, lambda screen: screen.print(done))
