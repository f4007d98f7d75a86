"""What one decision costs in a process, as multiples of one raw RSA-2048 verification; and where the time goes."""

import functools
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from unittest import mock

from awslambdaric.bootstrap import Unbuffered
from rich.console import Console

from bench.in_process import (
    ENOUGH_TOKENS,
    RAW,
    RULES,
    Event,
    Function,
    at_other_stages,
    function,
    log_file,
    raw_verifications,
    token_of,
)
from bench.interleaved import Operation, Times, measure, multiples
from bench.issuer import Issuer, issuer, one_machine
from bench.markdown import table
from bench.section import Section
from bench.stopwatch import Step, profile
from okta_gateway.access import decision
from okta_gateway.access.decision import Authorizer
from okta_gateway.access.decision_log import DecisionLog
from okta_gateway.access.scopes import AccessRules
from okta_gateway.access.scopes_file import compile_rules
from okta_gateway.apigateway.events import parse_authorizer_event
from okta_gateway.store.m2m_clients import M2MClients
from okta_gateway.tokens import jws, verifier
from okta_gateway.tokens.verifier import Verifier

ROUNDS = 300
VERIFICATION = "our verification alone"
NEW, SEEN = "new token", "seen token"
TARGETS = {VERIFICATION: 1.6, NEW: 2.5, SEEN: 0.4}
"""Multiples of the raw verification to stay below. Shown, not enforced: no test passes or fails by the clock."""
MACHINE_GROUPS = ("public-mcp-users", "mcp-agents")

ABOUT = """\
CPU time of one call of the handler in a warm process, as a multiple of one raw RSA-2048 verification of `cryptography`
in the same round ({raw} µs here). {rounds} interleaved rounds; the median, and the 10 % and 90 % quantiles. {tokens}
tokens of about 950 characters with five groups, in turn, so that a new token has been forgotten when its turn comes
again. Every decision writes its log line to a file, through the stream of AWS's runtime client; that is counted."""
ABOUT_STEPS = """\
Where the time goes: each step's own time inside calls of the handler, without that of the steps below it. Medians, from
which what the stopwatch costs is taken off. In a call, caches and branch predictors are as the step before left them,
so that even RSA costs more there than in the loop that is the unit."""


class Subjects(NamedTuple):
    """What is measured, and what it is asked."""

    okta: Issuer
    user: Function
    machine: Function
    one_url: Function
    events: list[dict[str, str]]
    machine_events: list[dict[str, str]]


class Measured(NamedTuple):
    """CPU times of the rows, and the seconds of the steps of two of them."""

    times: Times
    new: dict[str, float]
    seen: dict[str, float]


def run(console: Console) -> Section:
    """Takes less than a minute."""
    console.print("decision: in one process, against one raw RSA verification")
    with _subjects() as subjects, log_file():
        new, seen = subjects.events, subjects.events[:1] * len(subjects.events)
        measured = Measured(
            measure(_rows(subjects), ROUNDS),
            profile(subjects.user.decide, new * 2, _steps(subjects.user)),
            profile(subjects.user.decide, seen, _steps(subjects.user)),
        )
    return Section("What one decision costs in a process", _text(measured))


@contextmanager
def _subjects() -> Iterator[Subjects]:
    """The function without a store, with one whose lookup answers at once, and with one address for all stages."""
    rules = compile_rules(RULES)
    with mock.patch.object(M2MClients, "groups_of", return_value=MACHINE_GROUPS), issuer() as okta:
        user = function(okta, rules)
        machine = function(okta, rules, DOCUMENTDB_URI="mongodb://127.0.0.1:27017")
        one_url = function(okta, rules, GATEWAY_TOKENS="false")
        subjects = Subjects(
            okta, user, machine, one_url, okta.events(ENOUGH_TOKENS), okta.events(ENOUGH_TOKENS, one_machine)
        )
        yield subjects


def _rows(subjects: Subjects) -> dict[str, Operation]:
    user, new = subjects.user, subjects.events
    tokens = [token_of(event) for event in new]
    seen, malformed = new[:1], [_with_token(new[0], "not.a-token")]
    bad_signature = [_with_token(event, _with_other_signature(token)) for event, token in zip(new, tokens, strict=True)]
    return {
        RAW: raw_verifications(subjects.okta, new),
        VERIFICATION: Operation(_verifier(user, new[0]).verify, tokens),
        NEW: Operation(user.decide, new),
        "new token, its policy not made yet": Operation(subjects.one_url.decide, at_other_stages(new[0])),
        "new token of a machine whose groups are remembered": Operation(
            subjects.machine.decide, subjects.machine_events
        ),
        SEEN: Operation(user.decide, seen, before=functools.partial(user.decide, seen[0])),
        "refused for its signature": Operation(user.refuse, bad_signature),
        "refused for its shape": Operation(user.refuse, malformed),
    }


def _verifier(of: Function, event: Event) -> Verifier:
    return of.parts.at(parse_authorizer_event(event).stage_arn).verifier


def _with_token(event: Event, token: str) -> Event:
    return {**event, "authorizationToken": f"Bearer {token}"}


def _with_other_signature(token: str) -> str:
    """A signature as well formed as the right one."""
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{signature[::-1][1:]}{signature[-1]}"


def _steps(subject: Function) -> Sequence[Step]:
    return (
        Step("handler itself", subject.app, "handler"),
        Step("event read", subject.app, "parse_authorizer_event"),
        Step("digest of the token, looking it up, remembering it", Authorizer, "decide"),
        Step("token: base64url", jws, "decode_base64url"),
        Step("token: JSON", jws, "parse_json_object"),
        Step("token: the rest of its parsing", verifier, "parse"),
        Step("header checked", Verifier, "profile_of"),
        Step("header checked", verifier, "verify_header"),
        Step("key looked up", verifier, "find_key"),
        Step("RSA", verifier, "verify_signature"),
        Step("claims checked", verifier, "verify_claims"),
        Step("principal", decision, "identify"),
        Step("groups to scopes and permissions", AccessRules, "scopes_of"),
        Step("groups to scopes and permissions", AccessRules, "permissions_of"),
        Step("policy, made before for the same scopes", decision, "build_policy"),
        Step("answer", subject.app, "policy_answer"),
        Step("log line: text", DecisionLog, "decided"),
        Step("log line: write", Unbuffered, "write"),
    )


def _text(measured: Measured) -> str:
    raw = statistics.median(measured.times[RAW])
    about = ABOUT.format(raw=f"{raw * 1e6:.1f}", rounds=ROUNDS, tokens=f"{ENOUGH_TOKENS:,}")
    return "\n\n".join((about, _rows_table(measured.times), ABOUT_STEPS, _steps_table(measured, raw)))


def _rows_table(times: Times) -> str:
    rows = [
        (name, f"{ratio.median:.2f}", f"{ratio.low:.2f} to {ratio.high:.2f}", _target(name))
        for name, ratio in multiples(times, RAW).items()
    ]
    return table(("what", "x raw RSA", "10 % to 90 %", "wanted"), rows)


def _target(name: str) -> str:
    return f"<= {TARGETS[name]}" if name in TARGETS else ""


def _steps_table(measured: Measured, raw: float) -> str:
    rows = [
        (name, f"{seconds / raw:.2f}", f"{measured.seen[name] / raw:.2f}" if measured.seen[name] else "")
        for name, seconds in measured.new.items()
    ]
    whole = ("all steps", *(f"{sum(steps.values()) / raw:.2f}" for steps in (measured.new, measured.seen)))
    return table(("step", NEW, SEEN), [*rows, whole])
