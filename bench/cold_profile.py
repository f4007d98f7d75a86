"""Where the time of a cold start goes, sampled in fresh processes (bench/cold_start.py), as a table."""

import json
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping

from rich.console import Console

from bench.markdown import table
from bench.sandbox_rows import Row
from devkit.gateway.functions import FunctionDefinition
from devkit.locks import ROOT

PROCESSES = 15
SMALLEST = 0.02
"""Of the empty function's cold start; what is smaller everywhere is summed up."""
ABOUT = """\
### Where the time of a cold start goes

From the import of the handler to its first answer, as multiples of the empty function's whole cold start: means of
{processes} fresh processes, looked at five times a millisecond. An import counts for the package that a module of ours
asks for, with all that it brings. *Wait* is what the thread that fetches the keys does while the first decision waits
for it; before that, its work is hidden in the imports beside it, since the two take turns in one Python."""


def cold_profile(profiled: Mapping[str, Row], floor: float, console: Console) -> str:
    """The section; `floor` is the empty function's cold start in seconds."""
    console.print(f"samples of cold starts, {PROCESSES} for each of {', '.join(profiled)}")
    spent: dict[str, Counter[str]] = {name: Counter() for name in profiled}
    for _ in range(PROCESSES):
        for name, row in profiled.items():
            spent[name].update(_one_start(row))
    means = {name: _scaled(seconds, 1 / (PROCESSES * floor)) for name, seconds in spent.items()}
    return f"{ABOUT.format(processes=PROCESSES)}\n\n{profile_table(means)}"


def profile_table(multiples: Mapping[str, Mapping[str, float]]) -> str:
    """By column and what was done, in multiples of the floor; the largest first, the small ones together."""
    whole: Counter[str] = Counter()
    for column in multiples.values():
        whole.update(column)
    large = [
        what for what, _ in whole.most_common() if any(of[what] >= SMALLEST for of in multiples.values() if what in of)
    ]
    small = [what for what in whole if what not in large]
    lines = [[f"`{what}`", *(_figure(column.get(what, 0)) for column in multiples.values())] for what in large]
    lines.append([f"{len(small)} smaller things", *(_figure(_sum(column, small)) for column in multiples.values())])
    lines.append(["all", *(_figure(sum(column.values())) for column in multiples.values())])
    return table(["what", *multiples], lines)


def _one_start(row: Row) -> dict[str, float]:
    """Seconds by what was done."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as event:
        json.dump(row.events[0], event)
        event.flush()
        done = subprocess.run(
            [*row.function.python, "-m", "bench.cold_start", event.name],
            env=_environment(row.function),
            capture_output=True,
            text=True,
            check=True,
        )
    seconds: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return seconds


def _environment(function: FunctionDefinition) -> dict[str, str]:
    """What a sandbox has, and this folder to start the program from."""
    paths = [function.code, *function.paths, ROOT]
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "AWS_SAM_LOCAL": "true",
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        **function.environment,
    }


def _scaled(seconds: Mapping[str, float], factor: float) -> dict[str, float]:
    return {name: value * factor for name, value in seconds.items()}


def _sum(column: Mapping[str, float], names: list[str]) -> float:
    return sum(column.get(name, 0) for name in names)


def _figure(value: float) -> str:
    return f"{value:.2f}" if value else ""
