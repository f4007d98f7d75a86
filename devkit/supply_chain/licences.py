"""Whether every package has a licence that fits, and the page that says so: `python -m devkit.supply_chain.licences`.

With `--check` it only compares docs/reference/licences.md. What a package says of itself is read in .venv.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

import yaml

from devkit.locks import LOCK_FILES, ROOT
from devkit.supply_chain.pinned import pinned

PAGE = ROOT / "docs" / "reference" / "licences.md"
RULES = Path(__file__).with_name("licence_rules.yml")


class LicenceUnknown(Exception):
    """A package does not say its licence in a way that the rules know; the message names both."""


@dataclass(frozen=True)
class Rules:
    """The content of licence_rules.yml: licences by SPDX name with the reason why they may be used."""

    deployed: Mapping[str, str]
    development: Mapping[str, str]
    names: Mapping[str, str]
    packages: Mapping[str, Mapping[str, str]]

    def allow(self, expression: str, *, deployed: bool) -> bool:
        """Whether an SPDX expression of names, AND and OR is allowed; with anything else in it, it is not."""
        allowed = set(self.deployed) if deployed else {*self.deployed, *self.development}
        return any(set(choice.split(" AND ")) <= allowed for choice in expression.split(" OR "))


@dataclass(frozen=True)
class Package:
    """A package of a lock file, and the layers that carry it to Lambda, by the names of their folders."""

    name: str
    version: str
    licence: str
    layers: Sequence[str] = field(default=())


def load_rules(path: Path = RULES) -> Rules:
    """Read the rules. Raises TypeError where a part is missing or unknown."""
    return Rules(**yaml.safe_load(path.read_text(encoding="utf-8")))


def licence_of(name: str, about: PackageMetadata | None, rules: Rules) -> str:
    """The SPDX expression for a package with this metadata (None: not installed here). Raises LicenceUnknown."""
    if name in rules.packages:
        return rules.packages[name]["licence"]
    if about is None:
        raise LicenceUnknown(f"{name} is not installed here, so that nobody can say its licence")
    if expression := about.get("License-Expression"):
        return str(expression)
    said = str(about.get("License") or "").strip()
    for stated in (said, " AND ".join(sorted({rules.names.get(text, text) for text in _classified(about)}))):
        if rules.allow(expression := rules.names.get(stated, stated), deployed=False):
            return expression
    raise LicenceUnknown(f"{name} says {said.partition('\n')[0] or 'nothing'!r} of its licence")


def _classified(about: PackageMetadata) -> list[str]:
    """What the classifiers say, without those that only group licences."""
    trove = [text.rpartition(" :: ")[2] for text in about.get_all("Classifier") or () if text.startswith("License ::")]
    return [text for text in trove if text not in {"OSI Approved", "DFSG approved"}]


def packages(rules: Rules, root: Path = ROOT) -> list[Package]:
    """Everything that the locks of pyproject.toml pin, by name. Raises LicenceUnknown for the first that is unclear."""
    laptop, *layers = LOCK_FILES
    in_layers = {Path(lock.path).parent.name: pinned(root / lock.path) for lock in layers}
    return [
        Package(
            name,
            version,
            licence_of(name, _installed(name), rules),
            [layer for layer, names in in_layers.items() if name in names],
        )
        for name, version in sorted(pinned(root / laptop.path).items())
    ]


def _installed(name: str) -> PackageMetadata | None:
    try:
        return metadata(name)
    except PackageNotFoundError:
        return None


def refused(found: Sequence[Package], rules: Rules) -> list[str]:
    """A sentence for each package whose licence is not allowed where it is used."""
    return [
        f"{package.name} is under {package.licence}, which {RULES.name} does not allow"
        f" {'on Lambda' if package.layers else 'for development'}: replace it, or add the licence with its reason."
        for package in found
        if not rules.allow(package.licence, deployed=bool(package.layers))
    ]


def page(found: Sequence[Package], rules: Rules) -> str:
    """The page as it should be."""
    deployed = [package for package in found if package.layers]
    laptop = [package for package in found if not package.layers]
    lines = [
        "# Licences",
        "",
        "<!-- Written by `python -m devkit.supply_chain.licences`: change requirements.lock or licence_rules.yml. -->",
        "",
        "The gateway is under Apache-2.0. These are the licences of the packages that it comes with, as each says",
        "itself. `make check` refuses one that devkit/supply_chain/licence_rules.yml does not allow.",
        "",
        f"## On Lambda: {len(deployed)} packages",
        "",
        "| package | version | licence | layer |",
        "| --- | --- | --- | --- |",
        *(f"| {each.name} | {each.version} | {each.licence} | {', '.join(each.layers)} |" for each in deployed),
        "",
        *_reasons(rules.deployed),
        "",
        f"## On a laptop and in CI only: {len(laptop)} packages",
        "",
        "Those of requirements.lock. Scanners and other tools with locks of their own (requirements-*.lock) are not",
        "listed: they are run as they are, and handed on to nobody.",
        "",
        "| package | version | licence |",
        "| --- | --- | --- |",
        *(f"| {each.name} | {each.version} | {each.licence} |" for each in laptop),
        "",
        "Besides those above:",
        "",
        *_reasons(rules.development),
        "",
        "## Read in the licence file",
        "",
        "| package | licence | because |",
        "| --- | --- | --- |",
        *(f"| {name} | {row['licence']} | {row['because']} |" for name, row in rules.packages.items()),
    ]
    return "\n".join(lines) + "\n"


def _reasons(allowed: Mapping[str, str]) -> list[str]:
    return ["| allowed | since it |", "| --- | --- |", *(f"| {name} | {why} |" for name, why in allowed.items())]


def main(arguments: list[str]) -> int:
    """Check the licences, then write or compare the page; return the exit status."""
    rules = load_rules()
    try:
        found = packages(rules)
    except LicenceUnknown as error:
        print(f"{error}: read its licence file and add it to {RULES.name}, with the reason.")
        return 1
    if sentences := refused(found, rules):
        print("\n".join(sentences))
        return 1
    if "--check" not in arguments:
        PAGE.write_text(page(found, rules), encoding="utf-8")
        print(f"Wrote {PAGE.relative_to(ROOT)}: {len(found)} packages.")
    elif PAGE.read_text(encoding="utf-8") != page(found, rules):
        print(f"{PAGE.relative_to(ROOT)} is stale: run python -m devkit.supply_chain.licences.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
