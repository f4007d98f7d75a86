"""The custom authorization server and its parts: scopes, claims, a policy and its two rules."""

from functools import partial
from typing import Any

from devkit.setup.site import PAGE_SIZE, SERVER, SERVERS, Site
from devkit.setup.steps import CREATE, THERE, Look, State, Step, there_or
from devkit.setup.wanted import (
    ACCESS_TOKEN,
    ID_TOKEN,
    MACHINE_RULE,
    POLICY,
    USER_RULE,
    GroupFilter,
    Wanted,
    claim_body,
    machine_rule_body,
    policy_body,
    scope_body,
    server_body,
    user_rule_body,
)

_SCOPE_READ_ONLY = ("id", "system", "_links")
"""What a PUT does not carry (Okta's OpenAPI document: readOnly)."""
_RULES = f"{SERVER}/policies/{{}}/rules"


def server_steps(wanted: Wanted) -> list[Step]:
    """In the order in which Okta needs them: a rule names scopes, and belongs to a policy."""
    kinds = {"access tokens": ACCESS_TOKEN, "ID tokens": ID_TOKEN}
    rules = {USER_RULE: user_rule_body(), MACHINE_RULE: machine_rule_body(wanted.machine_scope)}
    return [
        Step(f"authorization server {wanted.name!r}, audience {wanted.audience}", _look_for_server, _make_server),
        Step("scope groups", partial(_look_for_scope, "groups"), partial(_make_scope, "groups")),
        Step(
            f"scope {wanted.machine_scope}, for machines and for who asks for none",
            partial(_look_for_default_scope, wanted.machine_scope),
            partial(_make_default_scope, wanted.machine_scope),
        ),
        *(
            Step(f"claim groups in {tokens}: {wanted.filter.type} {wanted.filter.value}", *_claim(kind, wanted.filter))
            for tokens, kind in kinds.items()
        ),
        Step(f"access policy {POLICY!r} for all clients", _look_for_policy, _make_policy),
        *(
            Step(f"rule {name!r}", partial(_look_for_rule, name), partial(_make_rule, body))
            for name, body in rules.items()
        ),
    ]


def _look_for_server(site: Site) -> Look:
    """By the id of the settings, else by its name."""
    if known := site.known.get("OKTA_AUTH_SERVER_ID"):
        server = site.api.get(SERVER, known).members()
    else:
        found = site.named(site.wanted.name, SERVERS, q=site.wanted.name, limit=PAGE_SIZE)
        if found is None:
            return CREATE
        server = found
    # Not the id of the answer: `default` is an id too, and it is in the issuer of that server's tokens.
    site.server_id = known or str(server["id"])
    audiences = server.get("audiences") or [""]
    _learn_server(site, str(audiences[0]))
    note = "" if audiences == [site.wanted.audience] else f"its audience is {audiences[0]}"
    return Look(State.KEPT, note) if note else THERE


def _make_server(site: Site) -> None:
    server = site.api.create(SERVERS, body=server_body(site.wanted)).members()
    site.server_id = str(server["id"])
    _learn_server(site, site.wanted.audience)


def _learn_server(site: Site, audience: str) -> None:
    site.learn(OKTA_AUTH_SERVER_ID=site.server_id, OKTA_AUDIENCE=audience)


def _look_for_scope(name: str, site: Site) -> Look:
    return there_or(site.named(name, f"{SERVER}/scopes", site.server_id, limit=PAGE_SIZE))


def _make_scope(name: str, site: Site) -> None:
    site.api.create(f"{SERVER}/scopes", site.server_id, body=scope_body(name))


def _look_for_default_scope(name: str, site: Site) -> Look:
    scopes = site.scopes
    if not any(scope.get("name") == name for scope in scopes):
        return CREATE
    return THERE if any(scope.get("default") for scope in scopes) else Look(State.CHANGE, "make it the default scope")


def _make_default_scope(name: str, site: Site) -> None:
    """The default scope, unless there is one: of two, a rule that knows only the first would refuse both."""
    scopes = site.scopes
    is_default = not any(scope.get("default") for scope in scopes)
    there = next((scope for scope in scopes if scope.get("name") == name), None)
    if there is None:
        site.api.create(f"{SERVER}/scopes", site.server_id, body=scope_body(name, is_default=is_default))
        return
    body = {key: value for key, value in there.items() if key not in _SCOPE_READ_ONLY} | {"default": True}
    site.api.put(f"{SERVER}/scopes/{{}}", site.server_id, str(there["id"]), body=body)


def _claim(kind: str, chosen: GroupFilter) -> tuple[Any, Any]:
    def look(site: Site) -> Look:
        claim = site.claim(kind)
        if claim is None:
            return CREATE
        found = GroupFilter(str(claim.get("group_filter_type")), str(claim.get("value")))
        return THERE if found == chosen else Look(State.KEPT, f"its filter is {found.type} {found.value}")

    def make(site: Site) -> None:
        site.api.create(f"{SERVER}/claims", site.server_id, body=claim_body(kind, chosen))

    return look, make


def _look_for_policy(site: Site) -> Look:
    policy = site.named(POLICY, f"{SERVER}/policies", site.server_id)
    site.policy_id = str(policy["id"]) if policy else ""
    return there_or(policy)


def _make_policy(site: Site) -> None:
    policy = site.api.create(f"{SERVER}/policies", site.server_id, body=policy_body()).members()
    site.policy_id = str(policy["id"])


def _look_for_rule(name: str, site: Site) -> Look:
    return there_or(site.named(name, _RULES, site.server_id, site.policy_id))


def _make_rule(body: dict[str, Any], site: Site) -> None:
    site.api.create(_RULES, site.server_id, site.policy_id, body=body)
