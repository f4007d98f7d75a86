"""Runs checks one after the other; what makes no sense after an earlier finding is skipped, and says why."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from devkit.cli.answers import CannotCheck
from devkit.doctor.case import Case
from devkit.doctor.findings import Check, Finding, Need, Result, not_checked, skipped
from devkit.explain import Disagreement
from okta_gateway.errors import OktaGatewayError

FIRST = ("settings", "domain")
"""Without them nothing else can be looked at."""


class Examined(NamedTuple):
    """A check and what it found."""

    check: Check
    finding: Finding


def examine(case: Case, checks: Iterable[Check]) -> Iterator[Examined]:
    """Run the checks in their order; each is told when it is done, so that somebody can watch."""
    stopped: dict[str, str] = {}
    for check in checks:
        earlier = () if check.name in FIRST else FIRST
        because = next((stopped[name] for name in (*earlier, *check.after) if name in stopped), None)
        if because:
            finding, failed = skipped(f"of {because!r}"), True
        else:
            finding, failed = _unmet(case, check) or _run(case, check)
        if failed:
            stopped[check.name] = because or check.title
        yield Examined(check, finding)


def _run(case: Case, check: Check) -> tuple[Finding, bool]:
    """The finding, and whether it stops what comes after."""
    try:
        finding = check.run(case)
    except OktaGatewayError as error:
        finding = not_checked(error.detail or error.code, error.advice)
    except (CannotCheck, Disagreement) as error:
        finding = not_checked(str(error), "")
    return finding, finding.result in (Result.PROBLEM, Result.NOT_CHECKED)


def _unmet(case: Case, check: Check) -> tuple[Finding, bool] | None:
    """What is missing of what the check needs; that says nothing about anything else."""
    return next(((_MISSING[need], False) for need in check.needs if not _HAS[need](case)), None)


_HAS: dict[Need, Callable[[Case], bool]] = {
    Need.CUSTOM_SERVER: lambda case: bool(case.server_id),
    Need.ORG_SERVER: lambda case: not case.server_id,
    Need.MANAGEMENT_API: lambda case: case.has_api_credential,
    Need.SIGN_IN: lambda case: all(case.web_client),
    Need.MACHINE: lambda case: all(case.machine),
    Need.TOKEN: lambda case: bool(case.token),
    Need.STORE: lambda case: case.has_store,
}
_MISSING: dict[Need, Finding] = {
    Need.CUSTOM_SERVER: skipped("it is about custom authorization servers, and OKTA_AUTH_SERVER_ID is not set"),
    Need.ORG_SERVER: skipped("it is about the org authorization server, and OKTA_AUTH_SERVER_ID is set"),
    Need.MANAGEMENT_API: not_checked(
        "Okta shows this to administrators only, and there is no OKTA_API_TOKEN.",
        "Set OKTA_API_TOKEN, or OKTA_API_CLIENT_ID with OKTA_API_PRIVATE_KEY, for the time of this check.",
    ),
    Need.SIGN_IN: skipped("OKTA_CLIENT_ID and OKTA_CLIENT_SECRET are not set: nobody signs in with a browser"),
    Need.MACHINE: skipped("OKTA_M2M_CLIENT_ID and OKTA_M2M_CLIENT_SECRET are not set"),
    Need.TOKEN: skipped("no token was given: okta-gateway doctor TOKEN, or - to read one from standard input"),
    Need.STORE: skipped("no DOCUMENTDB_URI is set"),
}
