"""Known holes in what the lock files pin: `python -m devkit.supply_chain.advisories` runs PyPA's pip-audit over them.

An advisory fails unless accepted_advisories.yml says why not. pip-audit calls a package clean that its service does not
know. So the service is first asked for a package that has a hole for certain, and every package it skips is named: the
exit status is 2 unless all were looked up.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import yaml

from devkit.locked_environment import EnvironmentFailed
from devkit.locks import ROOT
from devkit.supply_chain import COULD_NOT_CHECK
from devkit.supply_chain.environment import AUDIT
from devkit.supply_chain.pinned import pinned

ACCEPTED = Path(__file__).with_name("accepted_advisories.yml")
SERVICES = ("pypi", "osv")
"""Where pip-audit can ask; the first that knows the hole below is taken."""
KNOWN_HOLE = ("requests", "2.19.0")
"""CVE-2018-18074: credentials go along on a redirect from https to http."""
LOOK_AGAIN_AFTER = timedelta(days=183)
SECONDS = 600

Pin = tuple[str, str]


class Accepted(NamedTuple):
    """An advisory that somebody looked at, and why it stands."""

    id: str
    package: str
    because: str
    looked_at: date


class Advisory(NamedTuple):
    """A known hole of a pinned package; `fixed_in` holds the versions without it."""

    package: str
    version: str
    ids: frozenset[str]
    fixed_in: Sequence[str]


class Answer(NamedTuple):
    """What a service says about some packages; `skipped` are those that it does not know."""

    advisories: Sequence[Advisory]
    skipped: frozenset[str]


class ServiceUnreachable(Exception):
    """pip-audit got no answer from its service; the message is the last line of what it said."""


Ask = Callable[[str, Iterable[Pin]], Answer]
"""Asks a service about packages. Raises ServiceUnreachable."""


def ask_pip_audit(service: str, pins: Iterable[Pin], *options: str) -> Answer:
    """Have pip-audit look up packages of different names, by name and version alone. Raises ServiceUnreachable."""
    command = [AUDIT.program("pip-audit"), "--no-deps", "--disable-pip", "--vulnerability-service", service, *options]
    command += ["--format", "json", "--progress-spinner", "off", "--desc", "off"]
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text("".join(f"{name}=={version}\n" for name, version in pins), encoding="utf-8")
        command += ["--requirement", str(wanted)]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS)
        except subprocess.TimeoutExpired as error:
            raise ServiceUnreachable(f"no answer in {SECONDS} s") from error
    try:
        return answer_of(json.loads(done.stdout))
    except ValueError as error:
        raise ServiceUnreachable((done.stderr.strip().splitlines() or ["it said nothing"])[-1]) from error


def without_doubles(pins: Iterable[Pin]) -> list[dict[str, str]]:
    """The packages in as few parts as possible, each with one version of a name: pip-audit refuses two."""
    parts: list[dict[str, str]] = []
    for name, version in pins:
        part = next((part for part in parts if name not in part), None)
        if part is None:
            parts.append(part := {})
        part[name] = version
    return parts


def answer_of(document: Mapping[str, Sequence[Mapping[str, object]]]) -> Answer:
    """The answer in pip-audit's JSON format."""
    advisories: list[Advisory] = []
    skipped = set()
    for row in document["dependencies"]:
        name = str(row["name"])
        if "skip_reason" in row:
            skipped.add(name)
        for hole in _list(row.get("vulns")):
            ids = frozenset({str(hole["id"]), *map(str, hole["aliases"])})
            advisories.append(Advisory(name, str(row["version"]), ids, tuple(map(str, hole["fix_versions"]))))
    return Answer(advisories, frozenset(skipped))


def _list(value: object) -> list[dict[str, list[str]]]:
    return value if isinstance(value, list) else []


def load_accepted(path: Path = ACCEPTED) -> list[Accepted]:
    """Read the file. Raises TypeError for an entry that lacks something, ValueError for an empty reason."""
    entries = [Accepted(**row) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]
    if empty := [entry.id for entry in entries if not (entry.because and isinstance(entry.looked_at, date))]:
        raise ValueError(f"{path.name}: {', '.join(empty)} needs a reason and a day")
    return entries


def usable_service(ask: Ask) -> str:
    """The first service that knows KNOWN_HOLE. Raises ServiceUnreachable with what each said."""
    said = []
    for service in SERVICES:
        try:
            if ask(service, [KNOWN_HOLE]).advisories:
                return service
            said.append(f"{service}: does not know the hole in {'=='.join(KNOWN_HOLE)}, so it knows none")
        except ServiceUnreachable as error:
            said.append(f"{service}: {error}")
    raise ServiceUnreachable("\n".join(said))


def standing(advisories: Iterable[Advisory], accepted: Sequence[Accepted], today: date) -> list[str]:
    """A sentence for each advisory that nobody accepted, or so long ago that somebody has to look again."""
    sentences = []
    for each in advisories:
        looked_at = [entry.looked_at for entry in accepted if entry.package == each.package and entry.id in each.ids]
        if looked_at and today - max(looked_at) <= LOOK_AGAIN_AFTER:
            continue
        mended = f"take {' or '.join(each.fixed_in)}" if each.fixed_in else "no version is without it"
        state = f"looked at on {max(looked_at)}, look again" if looked_at else mended
        sentences.append(f"{each.package} {each.version} has {', '.join(sorted(each.ids))}: {state}.")
    return sentences


def check(pins: Sequence[Pin], ask: Ask, accepted: Sequence[Accepted], today: date) -> int:
    """Look the packages up, say what was found and what was not looked up; return the exit status."""
    try:
        service = usable_service(ask)
        answers = [ask(service, part.items()) for part in without_doubles(pins)]
    except ServiceUnreachable as error:
        print(f"Nobody could be asked for advisories, so none of {len(pins)} packages was checked:\n{error}")
        return COULD_NOT_CHECK
    advisories = [advisory for answer in answers for advisory in answer.advisories]
    if sentences := standing(advisories, accepted, today):
        print("\n".join([*sentences, f"Raise the version, or say in {ACCEPTED.name} why it may stand."]))
        return 1
    if skipped := [name for answer in answers for name in sorted(answer.skipped)]:
        print(f"{len(skipped)} of {len(pins)} packages are unknown at {service}, and were not checked:")
        print(", ".join(skipped))
        return COULD_NOT_CHECK
    return 0


def every_pin(root: Path = ROOT) -> list[Pin]:
    """What all lock files pin, each name and version once."""
    locks = [*root.glob("requirements*.lock"), *root.glob("layers/*/requirements.txt")]
    return sorted({pin for lock in locks for pin in pinned(lock).items()})


def main() -> int:
    """Make pip-audit's environment and check; return the exit status."""
    try:
        AUDIT.make()
    except EnvironmentFailed as error:
        print(error)
        return COULD_NOT_CHECK
    return check(every_pin(), ask_pip_audit, load_accepted(), datetime.now(UTC).date())


if __name__ == "__main__":
    sys.exit(main())
