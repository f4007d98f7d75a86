"""`python -m devkit.stack run` starts the local stack and stays; `python -m devkit.stack demo` plays the story once."""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from devkit.console.beside import CONSOLE
from devkit.gateway.template import TemplateError
from devkit.okta_standin import OrgFileError
from devkit.serving import PortTaken
from devkit.stack.config import OKTA_PORT, ConfigProblem, LaptopConfig, read_env_file
from devkit.stack.curl_lines import recipes, sign_in_lines
from devkit.stack.decisions import DecisionLog
from devkit.stack.demo import PLAIN_WIDTH, play_story
from devkit.stack.parts import Place, RunningStack, running_stack
from devkit.stack.stop import Stop, Stopped, silence, stop_on_signals

ROOT = Path(__file__).parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        with stop_on_signals() as stop:
            return _run(options, stop) if options.command == "run" else _demo(options, stop)
    except Stopped:
        print("Stopped.")
        return 0 if options.command == "run" else 130
    except BrokenPipeError:
        silence()
        return 1
    except (ConfigProblem, PortTaken, TemplateError, OrgFileError) as problem:
        print(_sentence(problem), file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devkit.stack")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="start the stack and stay until Ctrl-C")
    run.add_argument("--env-file", type=Path, default=ROOT / ".env", help="settings (default: .env)")
    run.add_argument(
        "--org-mode", action="store_true", help="sign in at the stand-in's org server; the gateway issues the tokens"
    )
    run.add_argument("--state", type=Path, default=ROOT / ".local", help="database, keys and logs (default: .local)")
    demo = commands.add_parser("demo", help="play the story against a stack of its own")
    demo.add_argument("--env-file", type=Path, help="settings (default: none)")
    return parser


def _run(options: argparse.Namespace, stop: Stop) -> int:
    config = read_env_file(options.env_file)
    if options.org_mode:
        config = config.in_org_mode()
    place = Place(options.state.resolve(), config.gateway_port, OKTA_PORT, has_console=True)
    print("Starting ...", flush=True)
    with running_stack(config, place, DecisionLog(_show), stop.check) as stack:
        _introduce(stack, config, place)
        stop.wait()
        print("\nStopping ...", flush=True)
    print("Stopped.", flush=True)
    return 0


def _demo(options: argparse.Namespace, stop: Stop) -> int:
    config = read_env_file(options.env_file) if options.env_file else LaptopConfig()
    if config.uses_real_okta or config.get("DOCUMENTDB_URI"):
        raise ConfigProblem(
            f"{config.source}: the demo brings its own Okta and database; take OKTA_DOMAIN and DOCUMENTDB_URI out."
        )
    print("Starting a stack for the demo ...", flush=True)
    console = Console() if sys.stdout.isatty() else Console(width=PLAIN_WIDTH)
    with (
        tempfile.TemporaryDirectory(prefix="okta-gateway-demo-") as state,
        running_stack(config, Place(Path(state)), DecisionLog(), stop.check) as stack,
    ):
        return 0 if play_story(stack, console, stop.check) else 1


def _introduce(stack: RunningStack, config: LaptopConfig, place: Place) -> None:
    addresses = stack.addresses
    print(f"\n  gateway   {addresses.gateway}\n  Okta      {addresses.okta}\n  backend   {addresses.backend}")
    print(f"  logs      {place.state / 'logs'}")
    print("\n".join(["", *sign_in_lines(addresses, config, runs=stack.signs_in)]))
    print(f"\nSee why a token is let in or refused: http://localhost:{config.gateway_port}{CONSOLE}\n")
    print("Paste into another terminal:")
    for recipe in recipes(addresses, config):
        print(f"\n  {recipe.title}\n")
        print("\n".join(recipe.lines))
    print(
        "\nThe authorizer's decisions follow; the gateway remembers each token's for 60 s. Ctrl-C ends everything.",
        flush=True,
    )


def _show(line: str) -> None:
    try:
        print(line, flush=True)
    except OSError:
        silence()


def _sentence(problem: Exception) -> str:
    if isinstance(problem, PortTaken):
        return (
            f"Port {problem.port} is taken: stop the program that uses it, or set GATEWAY_URL in .env to another port."
        )
    return str(problem)


if __name__ == "__main__":
    sys.exit(main())
