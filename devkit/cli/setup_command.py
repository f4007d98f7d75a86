"""`okta-gateway setup`: make the Okta side, and write down what the gateway has to know of it."""

import os
from typing import Annotated, NamedTuple

import typer

from devkit.cli.answers import OK, PROBLEM, Answer, CannotCheck, ProblemFound, error_console, respond, working
from devkit.cli.options import Json, Yes, source_of
from devkit.cli.setup_view import show_done, show_plan
from devkit.doctor.console_paths import GROUPS
from devkit.setup.app_steps import MACHINE
from devkit.setup.choices import CREDENTIAL, Choices, known_settings, management_api, wanted_of
from devkit.setup.plan import Plan, Stopped, by_hand, carry_out, plan
from devkit.setup.site import Site
from devkit.setup.steps import State
from devkit.setup.written import Files
from okta_gateway.okta.errors import OktaFeatureMissing

Name = Annotated[str, typer.Option(help="What the server and the web application are called.")]
GatewayUrl = Annotated[str, typer.Option(help="Where people reach the gateway.", show_default="GATEWAY_URL of .env")]
Machine = Annotated[bool, typer.Option(help="Make a machine client too.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan, and change nothing.")]


class Manner(NamedTuple):
    """Whether anything is changed, whether anybody is asked, and for whom the answer is."""

    dry_run: bool
    yes: bool
    as_json: bool


def setup(
    context: typer.Context,
    name: Name = "okta-gateway",
    gateway_url: GatewayUrl = "",
    machine: Machine = True,  # noqa: FBT002 typer makes an option of it
    dry_run: DryRun = False,  # noqa: FBT002
    yes: Yes = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Make what the gateway needs at Okta: server, scopes, claims, policy, groups, applications, assignments.

    Shows the plan first. What is there stays as it is, nothing is deleted, and after a failure it goes on where it was.
    OKTA_DOMAIN and OKTA_API_TOKEN have to be in the env file or in the environment. OKTA_AUDIENCE, where it is set, is
    the audience of a new server.
    """
    source = source_of(context)
    choices = Choices(name, gateway_url, machine)

    def answer() -> Answer:
        known = known_settings(source.env_file, os.environ)
        api, wanted = management_api(known), wanted_of(known, choices)
        site = Site(api, wanted, {key: value for key, value in known.items() if key not in CREDENTIAL})
        site.learn(OKTA_DOMAIN=known["OKTA_DOMAIN"])
        files = Files(source.env_file, source.state / "terraform.tfvars")
        return _set_up(site, files, Manner(dry_run, yes, as_json))

    respond(answer, as_json=as_json)


def _set_up(site: Site, files: Files, manner: Manner) -> Answer:
    if manner.as_json and not (manner.yes or manner.dry_run):
        raise CannotCheck("With --json nobody is asked: add --yes to change the org, or --dry-run.")
    with working("Looking at the org ..."):
        planned = plan(site)
    if manner.dry_run:
        return Answer(OK, _members(site, planned, []), lambda screen: show_plan(screen, planned, files, []))
    try:
        return _made(site, planned, files, manner)
    except OktaFeatureMissing:
        if not planned.has_server:
            raise
    with working("Looking at the org ..."):
        without = plan(site, has_server=False)
    return _made(site, without, files, manner)


def _made(site: Site, planned: Plan, files: Files, manner: Manner) -> Answer:
    """Ask, make what is missing, and write down each setting as soon as there is one."""
    _agree(site, planned, files, manner)
    done: list[str] = []
    files.write(site)
    try:
        with error_console().status("") as status:
            for step in carry_out(site, planned):
                files.write(site)
                done.append(step.title)
                status.update(f"{len(done)} of {len(planned.to_do)}: {step.title}")
    except Stopped as error:
        raise ProblemFound("stopped", str(error)) from None
    hint = "" if planned.has_server else by_hand(site)
    kept = any(each.look.state is State.KEPT for each in planned.steps)
    members = _members(site, planned, done)
    return Answer(PROBLEM if kept else OK, members, lambda screen: show_done(screen, planned, files, _next(site, hint)))


def _agree(site: Site, planned: Plan, files: Files, manner: Manner) -> None:
    """Show the plan, and go on when that is wanted. Raises ProblemFound."""
    differing = files.differing(site)
    if not manner.as_json:
        show_plan(error_console(), planned, files, differing)
    if manner.yes or not (planned.to_do or differing):
        return
    if not typer.confirm("Go on?", err=True):
        raise ProblemFound("not_wanted", "Nothing was changed.")


def _next(site: Site, by_hand: str) -> list[str]:
    """What is left to people, in its order."""
    steps = [by_hand] if by_hand else []
    steps.append(f"Put people into the groups {', '.join(site.wanted.groups)} ({GROUPS} > the group > Assign people).")
    if machine := site.app_ids.get(MACHINE):
        add = f"okta-gateway m2m add NAME --client-id {machine} --group GROUP"
        steps.append(f"Give the machine client its groups: {add}.")
    return [*steps, "Look whether all is well: okta-gateway doctor."]


def _members(site: Site, planned: Plan, done: list[str]) -> dict[str, object]:
    steps = [{"title": step.title, "state": look.state.value, "note": look.note} for step, look in planned.steps]
    return {
        "authorization_server": site.server_id or None,
        "steps": steps,
        "done": done,
        "by_hand": None if planned.has_server else by_hand(site),
    }
