"""Sustained load on the local gateway: are all decisions right, how long do they take, and does anything grow?"""

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx
from rich.console import Console

from bench.load_processes import Growth, Sample, Watch, growth, look
from bench.load_stack import Stack, running_stack
from bench.markdown import table
from bench.section import Section
from bench.traffic import HOSTILE_SHARE, NEW_A_SECOND, Kind, Traffic
from bench.traffic_figures import quantile
from bench.traffic_sender import Sender, Sent, http_exchange
from bench.traffic_tokens import CALLERS, HOSTILE, Mint

SECONDS = 180.0
CONNECTIONS = 8
LOG_SECONDS = 10.0
"""How long the last lines of the authorizer's log may take to reach its file."""
QUANTILES = {"50 %": 500, "90 %": 900, "99 %": 990, "99.9 %": 999, "max": 1000}
"""In per mille."""
VERIFIED = frozenset(caller.code for caller in CALLERS)
"""Codes of genuine tokens, whose policies the gateway keeps: of these it may ask for one again."""

ABOUT = """\
The local stack (gateway, Okta, document store, backend) in one process, its functions in a sandbox each. The sender is
another process on the same machine: {connections} connections, each of which sends its next request when the last one
is answered. So the machine is always busy, and a latency is mostly the wait for the requests before it. {new:.0f} times
a second a request carries a newly signed token of one of {callers} people and machines; of the others {kept:.0%} carry
one of these tokens again, whose policy the gateway keeps, and {bad:.0%} one of {hostile} kinds of bad credentials; on
open and on closed routes. A right answer has the right status and names the right caller, and the codes in the
authorizer's log are those that the requests must have led to, by number.
"""
ABOUT_MEMORY = """\
Resident memory, MB: medians of the thirds of the run. The slope leaves out the first third, in which the caches fill
(the gateway keeps a policy for 60 s); ± is the standard deviation of the samples about that line. Files and threads:
medians of the first and the last third.
"""

ABOUT_BLOCKS = """\
Resident memory has in it what the allocators keep of freed memory. What the stack's process has in use, in thousands of
blocks (`sys.getallocatedblocks`), medians of the thirds: {medians}; within the second third {low:.0f} to {high:.0f}."""
GROWTH_COLUMNS = (
    "process",
    "first third",
    "second",
    "last",
    "slope, kB per 1,000 requests",
    "± kB",
    "open files",
    "threads",
)


class Load(NamedTuple):
    """What the load sent, what the authorizer logged meanwhile, and how the processes went on."""

    sent: Sent
    logged: Counter[str]
    samples: Mapping[str, Sequence[Sample]]
    key_fetches: int
    """Of all parts of the stack, by the local Okta's count."""
    blocks: Sequence[int] = ()
    """What Python had in use in the stack's process, each second (see load_serve)."""
    ended: Sequence[str] = ()
    """Processes that were there at the start and not at the end."""

    @property
    def faults(self) -> list[str]:
        """Everything that is not as it must be, in words."""
        unsaid = self.sent.wrong - len(self.sent.described)
        more = [f"and {unsaid} more wrong answers"] if unsaid else []
        ended = [f"{name} ended during the load" for name in self.ended]
        return [*self.sent.described, *more, *ended, *log_faults(self.sent.asked, self.logged)]


def run(console: Console) -> Section:
    """Three minutes of it."""
    console.print(f"load: {SECONDS:.0f} s")
    return Section("Sustained load", report(measure(SECONDS, CONNECTIONS), CONNECTIONS))


def measure(seconds: float, connections: int) -> Load:
    """Start a local stack, send for so long from this process, end it. Raises StackFailed."""
    with tempfile.TemporaryDirectory(prefix="okta-gateway-load-") as folder, running_stack(Path(folder)) as stack:
        traffic = Traffic(Mint(stack.okta, stack.key_folder))
        before = len(stack.blocks())
        sender = Sender(traffic, lambda: http_exchange(stack.gateway))
        with Watch(stack.processes, sender.count, interval=min(1.0, seconds / 20)) as watch:
            sent = sender.send(seconds, connections)
        ended = [name for name, pid in stack.processes.items() if look(pid, 0, 0) is None]
        blocks = stack.blocks()[before:]
        return Load(sent, _whole_log(stack, sent), watch.samples, _key_fetches(stack), blocks, ended)


def log_faults(asked: Counter[str], logged: Counter[str]) -> list[str]:
    """Where the authorizer's log is not what the requests must have made of it.

    Beyond it there may be genuine tokens, which the gateway may ask for again, and nothing else.
    """
    wrong = sorted(code for code in asked | logged if logged[code] < asked[code] or code not in asked)
    wrong += sorted(code for code in asked if logged[code] > asked[code] and code not in VERIFIED)
    return [f"the authorizer logged {logged[code]} x {code} instead of {asked[code]}" for code in wrong]


def asked_again(load: Load) -> int:
    """How often the gateway asked for a policy that it should have had."""
    return sum((load.logged - load.sent.asked)[code] for code in VERIFIED)


def report(load: Load, connections: int) -> str:
    """The load in Markdown."""
    about = "\n".join(_about(load, connections))
    return "\n\n".join([about, _latencies(load), _growth(load.samples), _blocks(load.blocks)])


def _about(load: Load, connections: int) -> Iterator[str]:
    sent, unknown = load.sent, load.logged["no_matching_key"]
    statuses = ", ".join(f"{count:,} x {status or 'no answer'}" for status, count in sorted(sent.statuses.items()))
    yield ABOUT.format(
        connections=connections,
        new=NEW_A_SECOND,
        callers=len(CALLERS),
        kept=1 - HOSTILE_SHARE,
        bad=HOSTILE_SHARE,
        hostile=len(HOSTILE),
    )
    rate = sent.requests / sent.seconds
    yield f"- {sent.requests:,} requests in {sent.seconds:.0f} s, {rate:.0f} a second: {statuses}"
    yield f"- {sent.wrong} wrong answers; {load.logged.total():,} decisions of the authorizer"
    yield f"- {asked_again(load)} policies asked for again that the gateway should have kept"
    yield f"- {load.key_fetches} fetches of Okta's keys by all parts; {unknown:,} tokens named a key that is not there"
    for fault in load.faults:
        yield f"- WRONG: {fault}"


def _latencies(load: Load) -> str:
    rows = [_latency_row(kind, load.sent.latencies[kind]) for kind in Kind if kind in load.sent.latencies]
    return table(("latency in ms", "requests", *QUANTILES), rows)


def _latency_row(kind: Kind, latencies: Sequence[float]) -> list[str]:
    return [kind, f"{len(latencies):,}", *(f"{quantile(latencies, one) * 1e3:.1f}" for one in QUANTILES.values())]


def _growth(samples: Mapping[str, Sequence[Sample]]) -> str:
    grown = {name: growth(of_process) for name, of_process in samples.items()}
    rows = [_growth_row(name, row) for name, row in grown.items() if row]
    if not rows:
        return "Memory over time is read from /proc, which this machine does not have, or the run was too short for it."
    return f"{ABOUT_MEMORY}\n{table(GROWTH_COLUMNS, rows)}"


def _growth_row(name: str, row: Growth) -> list[str]:
    files, threads = (f"{first}, {last}" for first, last in (row.files, row.threads))
    thirds = (f"{kb / 1024:.1f}" for kb in row.thirds_kb)
    return [name, *thirds, f"{row.kb_per_1000:.0f}", f"{row.noise_kb:.0f}", files, threads]


def _blocks(blocks: Sequence[int]) -> str:
    if len(blocks) < 6:
        return "Blocks of memory in use: the run was too short to say."
    third = len(blocks) // 3
    thirds = (blocks[:third], blocks[third : 2 * third], blocks[2 * third :])
    medians = ", ".join(f"{statistics.median(part) / 1e3:.0f}" for part in thirds)
    return ABOUT_BLOCKS.format(medians=medians, low=min(thirds[1]) / 1e3, high=max(thirds[1]) / 1e3)


def _whole_log(stack: Stack, sent: Sent) -> Counter[str]:
    """The authorizer's decisions, once all that were asked for are in the file."""
    until = time.monotonic() + LOG_SECONDS
    while (logged := stack.decisions()).total() < sent.asked.total() and time.monotonic() < until:
        time.sleep(0.1)
    return logged


def _key_fetches(stack: Stack) -> int:
    counts = httpx.get(f"{stack.okta}/_standin/requests").raise_for_status().json()
    return sum(count for path, count in counts.items() if path.endswith("/v1/keys"))
