"""`python -m devkit.verify_aws --outputs outputs.json`: every step, a line each; status 1 if one is different."""

import argparse
import sys
from pathlib import Path

import httpx

from devkit.verify_aws.deployed import (
    SECONDS,
    TOKEN_VARIABLE,
    DeployedGateway,
    Outcome,
    OutputsUnreadable,
    read_outputs,
    token_from,
)
from devkit.verify_aws.steps import STEPS, run_step


def main(arguments: list[str] | None = None) -> int:
    """Run the steps; return 0, 1 where something is not as assumed, 2 where the gateway is not known or not reached."""
    options = _options(arguments)
    try:
        outputs = read_outputs(options.outputs)
    except OutputsUnreadable as error:
        print(error, file=sys.stderr)
        return 2
    url = options.url or outputs.get("api_url")
    if not url:
        print(
            "Where is the gateway? Give --outputs with what `terraform output -json` wrote, or --url.", file=sys.stderr
        )
        return 2
    with httpx.Client(timeout=SECONDS) as client:
        gateway = DeployedGateway(url.rstrip("/"), options.path, client, outputs, token_from())
        try:
            return _run(gateway)
        except httpx.HTTPError as error:
            print(f"\n{url} did not answer: {type(error).__name__}. Is the address right?", file=sys.stderr)
            return 2


def _run(gateway: DeployedGateway) -> int:
    counts = dict.fromkeys(Outcome, 0)
    for step in STEPS:
        print(f"{step.name:<20}", end="", flush=True)
        answer = run_step(step, gateway)
        counts[answer.outcome] += 1
        print(f"{answer.outcome.value:<12}{answer.said}", flush=True)
    print("\n" + ", ".join(f"{count} {outcome.value}" for outcome, count in counts.items()) + ".")
    if counts[Outcome.DIFFERENT]:
        print("docs/deployment.md says for each step what depends on it.")
    return 1 if counts[Outcome.DIFFERENT] else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="verify-aws",
        description="Asks a deployed gateway what could not be proven without an account.",
        epilog=f"{TOKEN_VARIABLE} holds an access token of somebody who may GET the path.",
    )
    parser.add_argument("--outputs", type=Path, help="file with the answer of terraform output -json")
    parser.add_argument("--url", help="address of the gateway, where there are no outputs")
    parser.add_argument("--path", default="/api/servers", help="a path that the token's owner may GET")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
