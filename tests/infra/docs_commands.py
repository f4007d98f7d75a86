"""Commands that a page shows and that cannot run here: whether the program, the command and its options exist."""

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import botocore.loaders
import typer.main
from botocore import xform_name
from typer.core import TyperGroup

from devkit.cli.app import app
from tests.infra.repository import ROOT

TARGETS = frozenset(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
TERRAFORM = frozenset({"apply", "destroy", "import", "init", "output", "plan"})
TERRAFORM_OPTIONS = frozenset({"json", "replace"})
SAM = frozenset({"build", "deploy", "validate"})
SAM_OPTIONS = frozenset({"--guided", "--lint"})
FREE = frozenset({"cd", "cp", "curl", "echo", "export", "git", "cat"})
"""Their own options are nobody's business but theirs."""
CONTROL = re.compile(r"[|;&()]+")


def complaints(text: str) -> list[str]:
    """What is wrong with the commands of a block; nothing when all exist."""
    return [complaint for words in commands(text) if (complaint := complaint_about(words))]


def commands(text: str) -> Iterator[list[str]]:
    """The simple commands of a block, without redirections and assignments, those in `$(...)` included."""
    joined = re.sub(r"\\\n\s*", " ", text)
    for line in joined.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        for token in [*lexer, ";"]:
            if not CONTROL.fullmatch(token):
                words.append(token)
            elif simple := [word for word in words if not re.match(r"[A-Z_]+=", word)]:
                yield simple
                words = []
            else:
                words = []


def complaint_about(words: Sequence[str]) -> str:
    """One sentence, or nothing."""
    program, *arguments = words
    if program in FREE:
        return ""
    if about := ABOUT.get(program.removeprefix(".venv/bin/")):
        return about(arguments)
    return f"nobody knows the program {program}"


def _about_make(arguments: list[str]) -> str:
    unknown = [word for word in arguments if word not in TARGETS and "=" not in word]
    return f"make has no target {unknown[0]}" if unknown else ""


def _about_terraform(arguments: list[str]) -> str:
    options = {word.lstrip("-").partition("=")[0] for word in arguments if word.startswith("-")}
    return "" if arguments[0] in TERRAFORM and options <= TERRAFORM_OPTIONS else f"what is terraform {arguments}?"


def _about_sam(arguments: list[str]) -> str:
    return "" if arguments[0] in SAM and {*arguments[1:]} <= SAM_OPTIONS else f"what is sam {arguments}?"


def _about_ours(arguments: list[str]) -> str:
    command = typer.main.get_command(app)
    rest = list(arguments)
    while isinstance(command, TyperGroup) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        if name not in command.commands:
            return f"okta-gateway has no command {name}"
        command = command.commands[name]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in rest if word.startswith("--") and word not in {*known, "--help"}]
    return f"okta-gateway {command.name} has no option {unknown[0]}" if unknown else ""


def _about_aws(arguments: list[str]) -> str:
    service, operation, *rest = arguments
    model = botocore.loaders.Loader().load_service_model(service, "service-2")
    names = {xform_name(name, "-"): name for name in model["operations"]}
    if operation not in names:
        return f"aws {service} has no command {operation}"
    shape = model["shapes"][model["operations"][names[operation]]["input"]["shape"]]
    options = {f"--{xform_name(member, '-')}" for member in shape["members"]}
    unknown = [word for word in rest if word.startswith("--") and word not in options]
    return f"aws {service} {operation} has no option {unknown[0]}" if unknown else ""


def _about_modules(arguments: list[str]) -> str:
    if arguments[:1] != ["-m"] or not arguments[1].startswith("devkit"):
        return ""
    place = Path(*arguments[1].split("."))
    found = [path for path in (place.with_suffix(".py"), place / "__main__.py") if (ROOT / path).is_file()]
    return "" if found else f"there is no module {arguments[1]}"


def _about_files(arguments: list[str]) -> str:
    """For programs that are given files of this repository, after options and commands of their own."""
    missing = [word for word in arguments if "/" in word and not (ROOT / word).exists()]
    return f"there is no {missing[0]}" if missing else ""


ABOUT: dict[str, Callable[[list[str]], str]] = {
    "make": _about_make,
    "okta-gateway": _about_ours,
    "aws": _about_aws,
    "terraform": _about_terraform,
    "sam": _about_sam,
    "python": _about_modules,
    "python3": _about_modules,
    "pytest": _about_files,
    "ruff": _about_files,
}
