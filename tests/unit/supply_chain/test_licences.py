"""Which licences a package may have where, and how it is found out what it has."""

import re
from email.message import Message
from importlib.metadata import PackageMetadata, distribution
from typing import cast

import pytest

from devkit.locks import ROOT
from devkit.supply_chain.licences import LicenceUnknown, Package, Rules, licence_of, load_rules, packages, refused

RULES = Rules(
    deployed={"MIT": "", "Apache-2.0": ""},
    development={"LGPL-3.0-or-later": ""},
    names={"MIT License": "MIT", "Apache 2.0": "Apache-2.0"},
    packages={"unclear": {"licence": "Apache-2.0", "because": "read"}},
)


def about(**fields: str | list[str]) -> PackageMetadata:
    message = Message()
    for name, values in fields.items():
        for value in [values] if isinstance(values, str) else values:
            message[name.replace("_", "-")] = value
    return cast("PackageMetadata", message)


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        pytest.param({"License_Expression": "MIT OR Apache-2.0", "License": "x"}, "MIT OR Apache-2.0", id="expression"),
        pytest.param({"License_Expression": "GPL-3.0-only"}, "GPL-3.0-only", id="an expression is taken as it is"),
        pytest.param({"License": "Apache 2.0"}, "Apache-2.0", id="another name"),
        pytest.param({"License": "Apache-2.0 AND MIT"}, "Apache-2.0 AND MIT", id="expression in the old field"),
        pytest.param(
            {"License": "Copyright by\nmany", "Classifier": "License :: OSI Approved :: MIT License"},
            "MIT",
            id="a text, and a classifier",
        ),
        pytest.param(
            {"Classifier": ["License :: OSI Approved", "License :: OSI Approved :: MIT License"]}, "MIT", id="a group"
        ),
    ],
)
def test_a_licence_is_what_the_package_says(fields: dict[str, str | list[str]], licence: str) -> None:
    assert licence_of("x", about(**fields), RULES) == licence


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param(about(), id="nothing"),
        pytest.param(about(License="BSD"), id="no licence in particular"),
        pytest.param(about(Classifier="License :: OSI Approved :: BSD License"), id="no classifier in particular"),
        pytest.param(
            about(Classifier=["License :: OSI Approved :: MIT License", "License :: Other/Proprietary License"]),
            id="one of two is unknown",
        ),
        pytest.param(None, id="not installed"),
    ],
)
def test_an_unclear_licence_is_unknown(metadata: PackageMetadata | None) -> None:
    with pytest.raises(LicenceUnknown, match="some-package"):
        licence_of("some-package", metadata, RULES)


def test_what_somebody_read_in_the_licence_file_counts_first() -> None:
    assert licence_of("unclear", about(License="MIT"), RULES) == "Apache-2.0"


@pytest.mark.parametrize(
    ("licence", "on_lambda", "on_a_laptop"),
    [
        ("MIT", True, True),
        ("LGPL-3.0-or-later", False, True),
        ("GPL-3.0-only", False, False),
        ("GPL-3.0-only OR MIT", True, True),
        ("GPL-3.0-only AND MIT", False, False),
        ("MIT AND LGPL-3.0-or-later", False, True),
        ("MIT WITH something", False, False),
        ("(MIT)", False, False),
    ],
)
def test_a_licence_is_allowed_where_it_is_listed(licence: str, *, on_lambda: bool, on_a_laptop: bool) -> None:
    assert bool(refused([Package("x", "1", licence, ["a layer"])], RULES)) is not on_lambda
    assert bool(refused([Package("x", "1", licence)], RULES)) is not on_a_laptop


def licences(found: list[Package]) -> set[str]:
    return {name for package in found for name in re.split(" (?:OR|AND) ", package.licence)}


def test_the_figures_of_the_security_page_are_right() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    found = packages(load_rules())
    assert f"{len([package for package in found if package.layers])} that are deployed" in text
    assert f"{len(found)} on a laptop" in text


def test_every_rule_is_used() -> None:
    rules = load_rules()
    found = packages(rules)
    assert set(rules.deployed) - licences([package for package in found if package.layers]) == set()
    assert set(rules.development) - licences(found) == set()
    assert set(rules.packages) - {package.name for package in found} == set()


def test_every_rule_has_its_reason() -> None:
    rules = load_rules()
    read = [row["because"] for row in rules.packages.values()]
    assert all([*rules.deployed.values(), *rules.development.values(), *read])


def test_the_licence_of_every_deployed_package_travels_with_it() -> None:
    """devkit/packaging keeps `licenses`, `LICENSE` and `NOTICE` of each dist-info."""
    without = []
    deployed = [package.name for package in packages(load_rules()) if package.layers]
    for name in deployed:
        inside = [path.parts[1] for path in distribution(name).files or () if ".dist-info" in path.parts[0]]
        if not {file.partition(".")[0] for file in inside} & {"licenses", "LICENSE"}:
            without.append(name)
    assert len(deployed) > 10
    assert without == []
