"""Are the settings right by themselves? Nothing is asked over the network."""

import re

from devkit.cli.rules_check import check_rules
from devkit.cli.rules_sources import rules_file
from devkit.doctor.case import Case
from devkit.doctor.console_paths import SERVERS
from devkit.doctor.findings import Check, Finding, Need, ok, problem, skipped
from devkit.stack.function_settings import KNOWN_LATER
from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.setting_values import is_okta_host, parse_list, parse_okta_domain
from okta_gateway.settings import parse_authorizer_settings

RULES_PROBLEM = "The access rules are not right"
_OF_THE_DOMAIN = re.compile(r"(?:^|: )OKTA_DOMAIN: ")


def check_settings(case: Case) -> Finding:
    """Every problem but those that have a check of their own."""
    told = case.problems or _refused(case)
    problems = [line for line in told if not line.startswith(RULES_PROBLEM) and not _OF_THE_DOMAIN.search(line)]
    if problems:
        return problem("\n".join(problems), "The functions would not start with them.", "Correct what is named.")
    return ok("each has a value that the functions take")


def _refused(case: Case) -> tuple[str, ...]:
    """What the authorizer refuses of settings that nobody has looked at yet, as environment variables are."""
    try:
        parse_authorizer_settings({**KNOWN_LATER, **case.settings})
    except ConfigurationInvalid as error:
        return tuple(error.problems)
    return ()


def check_domain(case: Case) -> Finding:
    """OKTA_DOMAIN is a host, and not that of the admin console."""
    domain = case.get("OKTA_DOMAIN")
    if not domain:
        return skipped("the settings name no OKTA_DOMAIN")
    try:
        url = parse_okta_domain(domain)
    except ValueError as error:
        return problem(
            f"OKTA_DOMAIN: {error}.",
            "No token has an issuer like that, so that every one would be refused.",
            "Copy the domain from the menu in the upper right corner of the admin console, without '-admin'.",
        )
    if not is_okta_host(url):
        return ok(f"{domain} is none of Okta's own domains: taken for a custom domain of the org")
    return ok(domain)


def check_rules_file(case: Case) -> Finding:
    """The access rules can be read, and what each group gets fits into one policy."""
    if broken := [line for line in case.problems if line.startswith(RULES_PROBLEM)]:
        return _rules_problem("\n".join(broken))
    if case.get("SCOPES_SOURCE") == "documentdb":
        return ok(f"{len(case.groups_of_rules)} groups, from the document store")
    checked = check_rules(rules_file(case.settings, None), case.settings)
    if checked.problems:
        return _rules_problem("\n".join(checked.problems))
    return ok(f"{checked.groups} groups, {checked.scopes} scopes")


def _rules_problem(seen: str) -> Finding:
    return problem(seen, "The authorizer refuses to work with them.", "okta-gateway scopes check says which line.")


def check_machine_at_org_server(case: Case) -> Finding:
    """Okta refuses client secrets at the org server (Okta: SUP; "Authorization servers", machine-to-machine: No)."""
    if not all(case.machine):
        return ok("only people get in, by tokens that the gateway issues at sign-in")
    return problem(
        "OKTA_M2M_CLIENT_ID is set, and OKTA_AUTH_SERVER_ID is not.",
        "The org authorization server gives machines no tokens that an API can verify.",
        f"Make a custom authorization server ({SERVERS} > Add Authorization Server, or okta-gateway setup), and set "
        "OKTA_AUTH_SERVER_ID and OKTA_AUDIENCE.",
    )


def check_allowed_clients(case: Case) -> Finding:
    """The gateway's own clients are among those that may call."""
    if not case.get("OKTA_ALLOWED_CLIENT_IDS"):
        return ok("every client of the authorization server may call")
    allowed = parse_list(case.get("OKTA_ALLOWED_CLIENT_IDS"))
    own = {"OKTA_CLIENT_ID": case.web_client.client_id, "OKTA_M2M_CLIENT_ID": case.machine.client_id}
    left_out = [name for name, client_id in own.items() if client_id and client_id not in allowed]
    if left_out:
        return problem(
            f"OKTA_ALLOWED_CLIENT_IDS does not have the {' and the '.join(left_out)}.",
            "Their tokens are refused (client_not_allowed).",
            "Add them, or leave OKTA_ALLOWED_CLIENT_IDS out.",
        )
    return ok(f"{len(allowed)} clients may call")


SETTING_CHECKS = (
    Check("settings", "Settings", check_settings),
    Check("domain", "Okta domain", check_domain),
    Check("rules", "Access rules", check_rules_file),
    Check("allowed_clients", "Allowed clients", check_allowed_clients, (Need.CUSTOM_SERVER,)),
    Check("machine_at_org_server", "Machines and the org server", check_machine_at_org_server, (Need.ORG_SERVER,)),
)
