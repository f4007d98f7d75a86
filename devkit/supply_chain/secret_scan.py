"""Secrets in the files or in the history of this repository: `python -m devkit.supply_chain.secret_scan`.

What detect-secrets finds and known_values.yml does not explain fails; `--accept "why it protects nothing"` explains it.
Nothing is looked up, and no value is shown, only where it is. The exit status is 2 where the history is not all here.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from devkit.locked_environment import EnvironmentFailed
from devkit.locks import ROOT
from devkit.supply_chain import COULD_NOT_CHECK
from devkit.supply_chain.environment import AUDIT
from devkit.supply_chain.repository_text import History, files, history

KNOWN = Path(__file__).with_name("known_values.yml")
DETECTOR = Path(__file__).with_name("okta_detector.py")
SAYS_SO = "not-for-production|your-[a-z0-9-]+-here"
"""Values that say themselves that they protect nothing."""
HASHES = "--hash=sha256:[0-9a-f]{64}"
"""Lines of lock files are nobody's secret."""
NOT_SCANNED = KNOWN.relative_to(ROOT)
"""It consists of hashes, which a test holds it to."""


class ScanFailed(Exception):
    """detect-secrets did not run; the message is what it said."""


class Found(NamedTuple):
    """Something that looks like a secret: where it is, what kind, and the SHA-1 of its value."""

    place: str
    line: int
    kind: str
    value_hash: str


def scan(folder: Path, paths: Sequence[Path]) -> list[Found]:
    """What detect-secrets finds in the files. Raises ScanFailed."""
    command = [AUDIT.program("detect-secrets"), "-C", str(folder), "scan", "--no-verify", "--plugin", str(DETECTOR)]
    command += [f"--exclude-secrets={SAYS_SO}", f"--exclude-lines={HASHES}"]
    names = [path.relative_to(folder).as_posix() for path in paths]
    done = subprocess.run([*command, *names], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ScanFailed(done.stderr.strip())
    results: Mapping[str, Iterable[Mapping[str, str]]] = json.loads(done.stdout)["results"]
    return [
        Found(name, int(row["line_number"]), row["type"], row["hashed_secret"])
        for name, rows in sorted(results.items())
        for row in rows
    ]


def scan_history(past: History) -> list[Found]:
    """What detect-secrets finds in lines that are no longer there; a place names its commit. Raises ScanFailed."""
    with tempfile.TemporaryDirectory() as scratch:
        written = []
        for path, lines in past.lines.items():
            if Path(path) == NOT_SCANNED:
                continue
            file = Path(scratch, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("\n".join(lines), encoding="utf-8")
            written.append(file)
        found = scan(Path(scratch), written)
    commits = {path: list(lines.values()) for path, lines in past.lines.items()}
    return [
        each._replace(place=f"{each.place} in commit {commits[each.place][each.line - 1]}", line=0) for each in found
    ]


def load_known(path: Path = KNOWN) -> dict[str, str]:
    """The hashes of values that protect nothing, each with the reason."""
    explained: Mapping[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return {value_hash: reason for reason, hashes in explained.items() for value_hash in hashes}


def save_known(known: Mapping[str, str], path: Path = KNOWN) -> None:
    """Write the file again, reasons and hashes in order, under the comment it begins with."""
    text = path.read_text(encoding="utf-8")
    comment = [line for line in text.splitlines() if line.startswith("#")]
    reasons = sorted(set(known.values()))
    grouped = {reason: sorted(each for each, why in known.items() if why == reason) for reason in reasons}
    rows = yaml.safe_dump(grouped, sort_keys=False, width=120, allow_unicode=True)
    path.write_text("\n".join([*comment, rows]), encoding="utf-8")


def report(unknown: Sequence[Found]) -> str:
    """What a person has to know and to do about values that nobody explained."""
    places = [f"  {each.place}{f':{each.line}' if each.line else ''}: {each.kind}" for each in unknown]
    return "\n".join(
        [
            f"Values that look like secrets: {len({each.value_hash for each in unknown})}",
            *places,
            "A real one: end it where it is valid, since the history keeps it (docs/runbook.md, A key is compromised).",
            "One that protects nothing: .venv/bin/python -m devkit.supply_chain.secret_scan --accept 'why it does not'",
        ]
    )


def not_scanned(past: History) -> str:
    """What of the history is not here, as a sentence; nothing where all of it is."""
    if past.is_whole:
        return ""
    if not past.commits:
        return "There is no git history here: the files were scanned, and no commit."
    return f"This clone is shallow: the files and {past.commits} commits were scanned, and nothing older."


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Scan, then report or accept; return the exit status."""
    known = load_known()
    try:
        AUDIT.make()
        past = history(root)
        paths = [path for path in files(root) if path.relative_to(root) != NOT_SCANNED]
        found = [*scan(root, paths), *scan_history(past)]
    except (EnvironmentFailed, ScanFailed) as error:
        print(f"Nothing was scanned for secrets: {error}")
        return COULD_NOT_CHECK
    unknown = [each for each in found if each.value_hash not in known]
    if arguments[:1] == ["--accept"]:
        (reason,) = arguments[1:]
        save_known(known | {each.value_hash: reason for each in unknown})
        print(f"Wrote {KNOWN.name}. Look at what was accepted before you commit it:\n{report(unknown)}")
        return 0
    if unknown:
        print(report(unknown))
        return 1
    if missing := not_scanned(past):
        print(missing)
        return COULD_NOT_CHECK
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
