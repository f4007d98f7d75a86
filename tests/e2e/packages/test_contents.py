"""What is in the packages: the same bytes every time, for the right machine, no more than a function needs."""

import hashlib
import json
import re
import zipfile
from pathlib import Path

import pytest

from devkit.gateway.cfn_yaml import read_yaml
from devkit.packaging.packages import DEPENDENCY_LAYERS
from devkit.packaging.requirements import locked
from devkit.packaging.unpacking import layers_of
from okta_gateway.access.scopes_file import compile_rules
from tests.e2e.packages.conftest import ROOT

AUTHORIZER_LAYERS_LIMIT = 13_000_000  # bytes, zipped: issue 5
LAMBDA_LIMIT = 250 * 1024 * 1024  # bytes, unpacked, function and layers: AWS, "Lambda quotas"
GLIBC = 34  # minor version on Amazon Linux 2023
MACHINES = {"x86_64": 0x3E, "arm64": 0xB7}  # e_machine in the ELF header (elf.h): EM_X86_64, EM_AARCH64
RESOURCES = read_yaml(ROOT / "template.yaml")["Resources"]
FUNCTIONS = {
    Path(resource["Properties"]["CodeUri"]).name: name
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Serverless::Function"
}
SLOW = pytest.mark.timeout(600)  # two builds, and the packages from the index
pytestmark = SLOW


def layers(function: str, architecture: str) -> list[str]:
    return [f"{name}.zip" for name in layers_of(FUNCTIONS[function], RESOURCES, architecture)]


def names_in(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as packed:
        return packed.namelist()


def test_the_same_input_gives_the_same_bytes(dist: Path, dist_again: Path) -> None:
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (dist, dist_again))
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


@pytest.mark.parametrize("architecture", MACHINES)
def test_extensions_are_for_the_machine_and_the_c_library_of_lambda(dist: Path, architecture: str) -> None:
    seen = 0
    for layer in DEPENDENCY_LAYERS:
        with zipfile.ZipFile(dist / f"{layer}-{architecture}.zip") as packed:
            for name in packed.namelist():
                if re.search(r"\.so(\.\d+)*$", name):
                    content = packed.read(name)
                    assert int.from_bytes(content[18:20], "little") == MACHINES[architecture], name
                    assert max([int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", content)], default=0) <= GLIBC
                    seen += 1
    assert seen >= 5


def test_a_function_has_the_layers_of_its_machine() -> None:
    dependencies = [f"{name}-arm64.zip" for name in DEPENDENCY_LAYERS]
    assert layers("iam_api", "arm64") == [*dependencies, "okta_gateway.zip", "policies.zip"]
    assert layers("token_authorizer", "arm64") == ["dependencies-arm64.zip", "okta_gateway.zip", "policies.zip"]


@pytest.mark.parametrize("architecture", MACHINES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_two_layers_of_a_function_bring_the_same_file(dist: Path, function: str, architecture: str) -> None:
    names = [name for layer in layers(function, architecture) for name in names_in(dist / layer)]
    assert [name for name in set(names) if names.count(name) > 1] == []


@pytest.mark.parametrize("architecture", MACHINES)
def test_the_authorizers_layers_are_small(dist: Path, architecture: str) -> None:
    sizes = {layer: (dist / layer).stat().st_size for layer in layers("token_authorizer", architecture)}
    assert sum(sizes.values()) <= AUTHORIZER_LAYERS_LIMIT, sizes


@pytest.mark.parametrize("architecture", MACHINES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_with_its_layers_is_below_lambdas_limit(dist: Path, function: str, architecture: str) -> None:
    packed = json.loads((dist / "manifest.json").read_text())["packages"]
    names = [f"{function}.zip", *layers(function, architecture)]
    assert sum(packed[name]["unpacked_bytes"] for name in names) < LAMBDA_LIMIT


def test_nothing_is_shipped_that_lambda_has_or_nobody_runs(dist: Path) -> None:
    unwanted = re.compile(r"(^|/)(boto3|botocore|tests?|bin|pip|devkit)/|\.pyi$")
    assert [name for path in dist.glob("*.zip") for name in names_in(path) if unwanted.search(name)] == []


def test_every_module_is_compiled(dist: Path) -> None:
    for path in dist.glob("*.zip"):
        names = names_in(path)
        modules = [name for name in names if name.endswith(".py")]
        assert len([name for name in names if name.endswith(".cpython-313.pyc")]) == len(modules), path.name


def test_the_layer_of_our_code_brings_the_databases_certificates(dist: Path) -> None:
    assert "python/okta_gateway/store/rds-ca-bundle.pem" in names_in(dist / "okta_gateway.zip")


def test_the_rules_are_compiled(dist: Path) -> None:
    with zipfile.ZipFile(dist / "policies.zip") as packed:
        assert packed.namelist() == ["scopes.json"]
        compiled = packed.read("scopes.json").decode()
    assert json.loads(compiled) == json.loads(compile_rules(ROOT / "layers" / "policies" / "scopes.yml"))


def test_the_manifest_tells_size_and_digest_of_every_package(dist: Path) -> None:
    packed = json.loads((dist / "manifest.json").read_text())["packages"]
    assert sorted(packed) == sorted(path.name for path in dist.glob("*.zip"))
    for name, entry in packed.items():
        content = (dist / name).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_bill_of_materials_names_every_locked_package_and_where_it_is(dist: Path) -> None:
    document = json.loads((dist / "sbom.cdx.json").read_text())
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    versions = {
        f"{name}=={entry.split('==')[1].split()[0]}"
        for layer in DEPENDENCY_LAYERS
        for name, entry in locked(ROOT / "layers" / layer / "requirements.txt").items()
    }
    listed = {f"{part['name'].replace('_', '-')}=={part['version']}" for part in document["components"]}
    assert listed == versions
    assert all(part["licenses"] and part["properties"] for part in document["components"])
