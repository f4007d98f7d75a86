"""Part of the benchmarks: cold start, warm answer and memory under AWS's runtime client, against an empty function."""

import random
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import track

from bench.cold_profile import cold_profile
from bench.markdown import table
from bench.results import ratio, shown, verdict
from bench.sandbox import Measured, measure
from bench.sandbox_rows import EMPTY, ENRICHED, NEW, WARM_EVENTS, Limits, Row, rows
from bench.section import Section

ROUNDS = 21
FEWEST_ROUNDS = 9
ENOUGH_SECONDS = 210
"""A slow machine does no further round after so long, once it has done the fewest."""
COLUMNS = ("cold", "warm", "memory")
ABOUT = """\
Each function runs under AWS's own runtime client (`awslambdaric`), one process a sandbox, as multiples of a function
that returns a constant; {rounds} interleaved rounds. Cold: from the start of the process to its first answer. Warm: the
median of {events} answers of the same process, through the runtime client, whose own time is in every row. Memory: the
process's peak.

Ours fetches its keys from an issuer on loopback while the imports run; in one row they are in its settings, as on an
org without a custom authorization server, and nothing is fetched. A machine's groups come from a store on loopback
that speaks DocumentDB's protocol and is written in Python, so that a lookup's own time says nothing about DocumentDB;
its address is in a secret, read from a stand-in of AWS's Parameters and Secrets extension, or with boto3. The peers
answer with a policy for the same routes, without the denies that ours has."""
EMPTY_TIMES = (
    "Here the empty function's cold start took {cold:.1f} ms, its warm answer {warm:.0f} µs; it had {memory:.1f} MB."
)

type Rounds = Mapping[str, Sequence[Measured]]


def run(console: Console) -> Section:
    """Takes about four minutes."""
    console.print("sandboxes: ours and the usual libraries under AWS's runtime client, in interleaved rounds")
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("wb") as log, rows(Path(folder)) as compared:
        measured = _rounds(compared, log, console)
        floor = statistics.median(one.cold for one in measured[EMPTY])
        profile = cold_profile({"a person's token": compared[NEW], "a machine's": compared[ENRICHED]}, floor, console)
    about = ABOUT.format(rounds=len(measured[EMPTY]), events=WARM_EVENTS)
    limits = {name: row.limits for name, row in compared.items()}
    text = "\n\n".join([about, comparison(measured, limits), _floor(measured[EMPTY]), profile])
    return Section("In a sandbox, beside what people use instead", text)


def comparison(measured: Rounds, limits: Mapping[str, Limits]) -> str:
    """The table: each figure over the empty function's of the same round."""
    floors = [_cold(measured[EMPTY]), _warm(measured[EMPTY]), _memory(measured[EMPTY])]
    lines = []
    for name, of_rounds in measured.items():
        values = (_cold(of_rounds), _warm(of_rounds), _memory(of_rounds))
        ratios = [ratio(one, floor) for one, floor in zip(values, floors, strict=True)]
        wanted = [
            f"{what} {verdict(found, limit)}"
            for what, found, limit in zip(COLUMNS, ratios, limits[name], strict=True)
            if limit is not None
        ]
        lines.append([name, *map(shown, ratios), "; ".join(wanted)])
    return table(["function", *COLUMNS, "wanted"], lines)


def _rounds(compared: Mapping[str, Row], log: IO[bytes], console: Console) -> Rounds:
    """Before the first round each runs once unmeasured: that compiles its modules and fills the file system's cache."""
    measured: dict[str, list[Measured]] = {name: [] for name in compared}
    for row in compared.values():
        measure(row.function, row.events[:2], log)
    started = time.monotonic()
    for number in track(range(ROUNDS), "rounds", console=console, disable=not console.is_terminal):
        if number >= FEWEST_ROUNDS and time.monotonic() - started > ENOUGH_SECONDS:
            break
        for name in random.sample(list(compared), len(compared)):
            measured[name].append(measure(compared[name].function, compared[name].events, log))
    return measured


def _floor(empty: Sequence[Measured]) -> str:
    cold, warm, memory = (statistics.median(values) for values in (_cold(empty), _warm(empty), _memory(empty)))
    return EMPTY_TIMES.format(cold=cold * 1e3, warm=warm * 1e6, memory=memory / 1e6)


def _cold(measured: Sequence[Measured]) -> list[float]:
    return [one.cold for one in measured]


def _warm(measured: Sequence[Measured]) -> list[float]:
    return [statistics.median(one.warm) for one in measured]


def _memory(measured: Sequence[Measured]) -> list[float]:
    return [float(one.memory) for one in measured]
