"""What a check is, and what it finds."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from devkit.doctor.case import Case


class Result(StrEnum):
    """How a check ended."""

    OK = "ok"
    PROBLEM = "problem"
    NOT_CHECKED = "could not check"
    SKIPPED = "skipped"


class Finding(NamedTuple):
    """What was found: `seen` is what there is, `meaning` what follows from it, `fix` what to do about it and where."""

    result: Result
    seen: str
    meaning: str = ""
    fix: str = ""


class Need(StrEnum):
    """What a check cannot do without."""

    CUSTOM_SERVER = "custom server"
    ORG_SERVER = "org server"
    MANAGEMENT_API = "management API"
    SIGN_IN = "web application"
    MACHINE = "machine client"
    TOKEN = "token"  # noqa: S105 - the need's name
    STORE = "document store"


class Check(NamedTuple):
    """One check. It is skipped while one of those that it comes `after` has found a problem or has failed.

    `run` may raise any OktaGatewayError: then the question could not be answered.
    """

    name: str
    title: str
    run: Callable[[Case], Finding]
    needs: tuple[Need, ...] = ()
    after: tuple[str, ...] = ()


def ok(seen: str) -> Finding:
    return Finding(Result.OK, seen)


def problem(seen: str, meaning: str, fix: str) -> Finding:
    return Finding(Result.PROBLEM, seen, meaning, fix)


def not_checked(seen: str, fix: str) -> Finding:
    return Finding(Result.NOT_CHECKED, seen, fix=fix)


def skipped(because: str) -> Finding:
    return Finding(Result.SKIPPED, f"because {because}")


def listed(names: Iterable[str], most: int = 5) -> str:
    """Names in a sentence; of many, the first ones and how many there are besides."""
    known = list(names)
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more
