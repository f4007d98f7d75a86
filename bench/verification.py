"""Part of the benchmarks: verification alone, against the libraries that people use instead."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from bench.environment import BENCH
from bench.in_process import RULES
from bench.issuer import AUDIENCE, Issuer, issuer
from bench.markdown import table
from bench.node_verifier import NodeMissing, install
from bench.results import ratio, shown, verdict
from bench.section import Section
from bench.verifiers import OURS, RAW, Workload
from bench.verifying import NODE, NODE_RAW, ROUNDS
from devkit.locks import ROOT

TOKENS = 500
LIMIT = 1.6
"""Ours, in raw verifications (issue 7)."""

ABOUT = """\
CPU time of one verification, as a multiple of one raw RSA-2048 verification of `cryptography` of the same signatures;
{rounds} interleaved rounds. {count} distinct tokens of 12 claims and 5 groups in turn; every verifier has its keys at
hand and is told to check signature, issuer, audience and expiry. Ours checks more than the others do: one spelling of
each token, no name twice in its JSON, type, lifetime, client. Node's times are over Python's raw verification and, in
the last column, over Node's own of the same round."""


class _Answer(NamedTuple):
    """What bench.verifying prints."""

    times: dict[str, list[float]]
    said: str


def run(console: Console) -> Section:
    """Takes half a minute, and longer the first time, when npm installs what Node needs."""
    console.print("verification: ours and the libraries that people use, in interleaved rounds")
    with tempfile.TemporaryDirectory() as folder, issuer() as okta:
        return section(*_times(Path(folder, "workload.json"), okta))


def section(times: Mapping[str, Sequence[float]], said: str) -> Section:
    """What is said goes below the table: why Node's rows are not in it."""
    about = ABOUT.format(count=TOKENS, rounds=ROUNDS)
    return Section("Verification alone", "\n\n".join([about, comparison(times), *([f"{said}."] if said else [])]))


def _times(workload: Path, okta: Issuer) -> _Answer:
    workload.write_text(json.dumps(_workload(okta)._asdict()), encoding="utf-8")
    try:
        return _measured(workload, install())
    except NodeMissing as error:
        return _measured(workload, None)._replace(said=str(error))


def comparison(times: Mapping[str, Sequence[float]]) -> str:
    """The table of the verifiers, the quickest first."""
    ratios = {name: ratio(values, times[RAW]) for name, values in times.items()}
    rows = []
    for name, measured in sorted(ratios.items(), key=lambda item: item[1].median):
        over_node = shown(ratio(times[NODE], times[NODE_RAW])) if name == NODE else ""
        rows.append([name, shown(measured), verdict(measured, LIMIT if name == OURS else None), over_node])
    return table(["verifier", "x raw RSA", "wanted", "x Node's raw RSA"], rows)


def _workload(okta: Issuer) -> Workload:
    return Workload(
        environment={**okta.environment(), "SCOPES_FILE": str(RULES), "LOG_LEVEL": "ERROR"},
        event=okta.events(1)[0],
        issuer=okta.issuer,
        audience=AUDIENCE,
        key_set=okta.key_set,
        tokens=okta.tokens(TOKENS),
    )


def _measured(workload: Path, node_program: Path | None) -> _Answer:
    """Run it; its signs of life go to the person's terminal."""
    programs = [str(workload), *([str(node_program)] if node_program else [])]
    command = [str(BENCH.python), "-m", "bench.verifying", *programs]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "layers" / "okta_gateway" / "python")])
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, stdin=subprocess.DEVNULL
    )
    return _Answer(**json.loads(done.stdout))
