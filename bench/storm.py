"""A cold storm: many sandboxes at once against one Okta, whose key endpoint is well, slow, or limits its callers."""

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from rich.console import Console

from bench.load_processes import Memory, memory_of
from bench.markdown import table
from bench.section import Section
from bench.storm_keys import Behaviour, KeyEndpoint, Tenant
from bench.storm_sandbox import Survivor, Tokens, invoke_of, survive
from devkit.gateway.functions import FunctionDefinition
from devkit.gateway.lambda_sandbox import Sandbox
from devkit.okta_standin.keys import SigningKey, generate_rsa_key
from devkit.serving import serve
from okta_gateway.access.scopes_file import compile_rules

ROOT = Path(__file__).parents[1]
SANDBOXES = 50
LONE_STARTS = 7
MAX_DESCRIBED = 20
"""Of wrong decisions; all are counted."""
PATIENCE = 60.0
"""Seconds after which a sandbox counts as not recovered; the pauses between its fetches grow to 10 s (KeyCache)."""
WELL = Behaviour("answers at once")
STORMS = (WELL, Behaviour("answers after 1 s", delay=1.0), Behaviour("429 beyond 10 a second", per_second=10))
AUTHORIZER = FunctionDefinition(
    "token-authorizer",
    "app.handler",
    ROOT / "functions/token_authorizer",
    paths=(ROOT / "layers/okta_gateway/python",),
    timeout=30,
)
ABOUT = """\
{count} sandboxes of the authorizer start at once under AWS's runtime client, each with one caller, who sends a genuine
token, a forged one, and both again every half second until the genuine one is let in. All ask one key endpoint on
loopback. Times are seconds since a process was started, and multiples of a lone cold start in the same run ({cold} ms;
{low} to {high} ms in {starts} of them). Alone on {cores} cores, {count} cold starts take {least} of those.
"""
COLUMNS = (
    "key endpoint",
    "wrong decisions",
    "told 500",
    "first answer: median, last",
    "let in: median, last",
    "never let in",
    "fetches a sandbox",
    "of all, 429",
    "resident MB each",
    "MB together",
)
STRANGER = SigningKey(generate_rsa_key())
"""The forger's key."""


class Storm(NamedTuple):
    """What came of starting so many sandboxes at once."""

    title: str
    survivors: Sequence[Survivor]
    memory: Sequence[Memory]
    fetches: Sequence[int]
    """Of each sandbox."""
    limited: int
    """How many fetches got 429."""


@dataclass(frozen=True)
class Weather:
    """What all storms share: the authorizer without its Okta, and where it logs."""

    authorizer: FunctionDefinition
    log: IO[bytes]

    def storm(self, behaviour: Behaviour, count: int, patience: float = PATIENCE) -> Storm:
        """Start `count` sandboxes at once, each with a caller of its own; end them when all have answered rightly."""
        endpoint = KeyEndpoint(behaviour)
        with serve(endpoint.app()) as okta, ThreadPoolExecutor(count) as callers:
            tenants = [Tenant(okta, number, endpoint.key) for number in range(count)]
            # Signed beforehand: fifty signatures in the middle of the storm would be work of the callers.
            tokens = [Tokens(tenant.token(), tenant.token(STRANGER), tenant.person) for tenant in tenants]
            sandboxes = list(callers.map(self._start, tenants))
            try:
                survivors = list(callers.map(partial(self._call, patience), sandboxes, tokens))
                memory = [memory_of(sandbox.pid) for sandbox in sandboxes]
            finally:
                list(callers.map(Sandbox.stop, sandboxes))
            fetches = [endpoint.asked[tenant.server] for tenant in tenants]
        return Storm(behaviour.title, survivors, memory, fetches, endpoint.limited)

    def _start(self, tenant: Tenant) -> Sandbox:
        environment = {**self.authorizer.environment, **tenant.environment()}
        return Sandbox(replace(self.authorizer, environment=environment), self.log)

    def _call(self, patience: float, sandbox: Sandbox, tokens: Tokens) -> Survivor:
        invoke = invoke_of(sandbox, self.authorizer)
        return survive(invoke, tokens, lambda: time.perf_counter() - sandbox.spawned_at, patience)


def run(console: Console) -> Section:
    """Measure the storms and lone cold starts beside them."""
    with tempfile.TemporaryDirectory(prefix="okta-gateway-storm-") as folder, Path(folder, "log").open("wb") as log:
        weather = prepared(Path(folder), log)
        weather.storm(WELL, 1)  # unmeasured: compiles .pyc files and fills the file system's cache
        lone = [weather.storm(WELL, 1).survivors[0].first_answer for _ in range(LONE_STARTS)]
        storms = []
        for behaviour in STORMS:
            console.print(f"storm: {SANDBOXES} sandboxes, the key endpoint {behaviour.title}")
            storms.append(weather.storm(behaviour, SANDBOXES))
    return Section("Cold storm", report(storms, lone, os.cpu_count() or 1))


def prepared(folder: Path, log: IO[bytes]) -> Weather:
    """The authorizer with its rules compiled into `folder`."""
    rules = folder / "scopes.json"
    rules.write_text(compile_rules(ROOT / "layers/policies/scopes.yml"), encoding="utf-8")
    return Weather(replace(AUTHORIZER, environment={"SCOPES_FILE": str(rules)}), log)


def report(storms: Sequence[Storm], lone: Sequence[float], cores: int) -> str:
    """The storms in Markdown; times are multiples of the median lone cold start."""
    cold = statistics.median(lone)
    count = len(storms[0].survivors)
    about = ABOUT.format(
        count=count,
        cold=_milliseconds(cold),
        low=_milliseconds(min(lone)),
        high=_milliseconds(max(lone)),
        starts=len(lone),
        cores=cores,
        least=f"{count / cores:.0f}",
    )
    wrong = [f"- WRONG: {storm.title}: {fault}" for storm in storms for one in storm.survivors for fault in one.wrong]
    text = f"{about}\n{table(COLUMNS, [_row(storm, cold) for storm in storms])}"
    return "\n".join([text, "", *wrong[:MAX_DESCRIBED]]) if wrong else text


def _row(storm: Storm, cold: float) -> list[str]:
    survivors = storm.survivors
    right = [one.right_since for one in survivors if one.right_since is not None]
    return [
        storm.title,
        str(sum(len(one.wrong) for one in survivors)),
        str(sum(one.not_checked for one in survivors)),
        _median_and_last([one.first_answer for one in survivors], cold),
        _median_and_last(right, cold),
        str(len(survivors) - len(right)),
        _range(storm.fetches),
        str(storm.limited),
        f"{statistics.median(one.resident_kb for one in storm.memory) / 1024:.0f}",
        f"{sum(one.proportional_kb for one in storm.memory) / 1024:.0f}",
    ]


def _median_and_last(seconds: Sequence[float], cold: float) -> str:
    if not seconds:
        return "-"
    return ", ".join(f"{value:.1f} s ({value / cold:.0f} x)" for value in (statistics.median(seconds), max(seconds)))


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.0f}"


def _range(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high} ({sum(counts)} in all)"
