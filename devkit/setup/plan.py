"""From looking at the org to a plan, and from the plan to the org; on one without the licence, to what goes there."""

from collections.abc import Iterator
from typing import NamedTuple

from devkit.doctor.console_paths import APP_SIGN_ON
from devkit.setup.app_steps import app_steps, group_steps
from devkit.setup.server_steps import server_steps
from devkit.setup.site import Site
from devkit.setup.steps import Planned, Step
from okta_gateway.errors import OktaGatewayError
from okta_gateway.okta.errors import OktaFeatureMissing

NO_LICENCE = (
    "This org has no licence for custom authorization servers ('API Access Management', E0000015): the gateway is set "
    "up for the org authorization server. It issues the tokens itself when people sign in, and machines cannot call."
)
CLAIM_BY_HAND = (
    "One thing is left to do by hand, since Okta has no public API for it: {path}: Group claim type Filter, name "
    "groups, {filter}."
)


class Stopped(Exception):
    """A step failed. What was made before it stays, and is found by the next run."""

    def __init__(self, step: Step, cause: OktaGatewayError) -> None:
        advice = getattr(cause, "advice", "")
        causes = "; ".join(getattr(cause, "causes", ()))
        said = f"{cause.detail or cause.code}{f' ({causes})' if causes else ''}"
        super().__init__(f"{step.title}: {said}. {advice} What was made stays: run the command again to go on.")


class Plan(NamedTuple):
    """All steps. `has_server` is false on an org whose licence leaves only the org authorization server."""

    steps: list[Planned]
    has_server: bool

    @property
    def to_do(self) -> list[Planned]:
        return [planned for planned in self.steps if planned.is_to_do]


def plan(site: Site, *, has_server: bool = True) -> Plan:
    """Look at the org. Raises a kind of OktaChangeRefused, or of CheckFailed when it could not be looked at."""
    try:
        return Plan([Planned(step, step.look(site)) for step in _steps(site, has_server=has_server)], has_server)
    except OktaFeatureMissing:
        if not has_server:
            raise
        return plan(site, has_server=False)


def carry_out(site: Site, planned: Plan) -> Iterator[Step]:
    """Make what is missing, and yield each step when it is done. Raises Stopped, and OktaFeatureMissing."""
    for step, _ in planned.to_do:
        try:
            step.make(site)
        except OktaFeatureMissing:
            raise
        except OktaGatewayError as error:
            raise Stopped(step, error) from None
        yield step


def by_hand(site: Site) -> str:
    """What nobody but a person can do in org mode."""
    names = {"STARTS_WITH": "Starts with", "REGEX": "Matches regex"}
    chosen = site.wanted.filter
    return CLAIM_BY_HAND.format(path=APP_SIGN_ON, filter=f"{names[chosen.type]} {chosen.value}")


def _steps(site: Site, *, has_server: bool) -> list[Step]:
    wanted = site.wanted if has_server else site.wanted._replace(machine_label="")
    return [*(server_steps(wanted) if has_server else []), *group_steps(wanted), *app_steps(wanted)]
