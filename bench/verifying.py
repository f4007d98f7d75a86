"""Run by the peers' Python: time the verifiers over a workload and print what each round took, as JSON.

`python -m bench.verifying WORKLOAD [NODE_PROGRAM]`: with a program, a round of Node's follows each round of these.
"""

import json
import sys
from contextlib import ExitStack
from pathlib import Path

from bench.interleaved import Operation, measure
from bench.node_verifier import NodeMissing, NodeVerifier
from bench.verifiers import Workload, operations

ROUNDS = 300
BATCH = 50
"""Tokens of one round."""
NODE, NODE_RAW = "aws-jwt-verify on Node, `verifySync`", "`crypto.verify` on Node"


def main(workload_path: Path, node_program: Path | None) -> None:
    """Measure; the number of rounds done goes to standard error, as a sign of life."""
    workload = Workload(**json.loads(workload_path.read_text(encoding="utf-8")))
    timed = operations(workload)
    times: dict[str, list[float]] = {}
    said = ""
    with ExitStack() as stack:
        node = stack.enter_context(NodeVerifier(node_program, workload_path)) if node_program else None
        for number in range(ROUNDS):
            first = number * BATCH % len(workload.tokens)
            measured = _round(timed, first)
            try:
                measured |= _node_round(node, first) if node else {}
            except NodeMissing as error:
                node, said = None, str(error)
                times = {name: values for name, values in times.items() if name in timed}
            for name, seconds in measured.items():
                times.setdefault(name, []).append(seconds)
            if sys.stderr.isatty():
                print(f"{number + 1} of {ROUNDS} rounds", end="\r", file=sys.stderr, flush=True)
    print(json.dumps({"times": times, "said": said}))


def _round(timed: dict[str, Operation], first: int) -> dict[str, float]:
    """Seconds for one of the tokens from `first` on, by verifier."""
    batch = slice(first, first + BATCH)
    operations = {name: one._replace(arguments=one.arguments[batch], batch=BATCH) for name, one in timed.items()}
    return {name: values[0] for name, values in measure(operations, 1).items()}


def _node_round(node: NodeVerifier, first: int) -> dict[str, float]:
    raw, aws_jwt_verify = node.round(first, BATCH)
    return {NODE_RAW: raw, NODE: aws_jwt_verify}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
