"""How packages are made, without the package index; tests/e2e/packages builds all of them and runs what is in them."""

import importlib.util
import marshal
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from devkit.packaging.archive import write_zip
from devkit.packaging.build import MANIFEST, build_all, build_one
from devkit.packaging.bytecode import RUNTIME, compile_modules, demand_runtime_python
from devkit.packaging.packages import DEPENDENCY_LAYERS, Package, packages
from devkit.packaging.problem import IndexUnreachable, PackagingProblem
from devkit.packaging.pruning import prune
from devkit.packaging.requirements import locked, without_what_others_bring
from devkit.packaging.unpacking import extract
from devkit.packaging.wheels import ARCHITECTURES, install, platform_tags
from tests.infra.repository import ROOT

OWN_CODE = [package for package in packages(ROOT) if not package.name.startswith(DEPENDENCY_LAYERS)]
FLAG_UNCHECKED_HASH = 0b01  # PEP 552: hash-based, and the source is not looked at
HASH = "--hash=sha256:" + "0" * 64


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def names_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("package", OWN_CODE, ids=lambda package: package.name)
def test_a_package_of_our_code_has_the_same_bytes_every_time(package: Package, tmp_path: Path) -> None:
    built = []
    for name in ("one", "another"):
        (tmp_path / name).mkdir()
        built.append(build_one(package, tmp_path / name).read_bytes())
    assert built[0] == built[1]


def test_there_is_a_package_for_each_function_and_each_layer() -> None:
    functions = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    dependencies = {f"{layer}-{machine}" for layer in DEPENDENCY_LAYERS for machine in ("x86_64", "arm64")}
    assert {package.name for package in packages(ROOT)} == functions | dependencies | {"okta_gateway", "policies"}


def test_the_bytes_of_a_zip_depend_on_names_and_contents_alone(tmp_path: Path) -> None:
    first = written(tmp_path / "first", {"b/c.py": "1", "a.py": "2"})
    second = written(tmp_path / "second", {"a.py": "2", "b/c.py": "1"})
    (second / "a.py").chmod(0o600)
    os.utime(second / "b" / "c.py", (0, 0))
    for folder in (first, second):
        write_zip(folder, folder.with_suffix(".zip"))
    assert first.with_suffix(".zip").read_bytes() == second.with_suffix(".zip").read_bytes()


def test_files_are_packed_in_the_order_of_their_names(tmp_path: Path) -> None:
    """A folder lists them in an order of its own, another one on each machine."""
    names = [f"{number * 7 % 40:02}.py" for number in range(40)]
    write_zip(written(tmp_path / "folder", dict.fromkeys(names, "")), tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert packed.namelist() == sorted(names)


def test_everybody_may_read_what_is_packed(tmp_path: Path) -> None:
    folder = written(tmp_path / "folder", {"a.py": ""})
    (folder / "a.py").chmod(0o600)
    write_zip(folder, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        mode = packed.infolist()[0].external_attr >> 16
    assert stat.filemode(mode) == "-rw-r--r--"


def test_a_compiled_module_is_used_without_a_look_at_its_source(tmp_path: Path) -> None:
    compile_modules(written(tmp_path, {"a.py": "def f(): pass\n"}), "/opt")
    source = tmp_path / "a.py"
    compiled = Path(importlib.util.cache_from_source(str(source))).read_bytes()
    assert int.from_bytes(compiled[4:8], "little") == FLAG_UNCHECKED_HASH
    assert marshal.loads(compiled[16:]).co_filename == "/opt/a.py"


def test_a_module_that_does_not_compile_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackagingProblem, match=r"broken\.py"):
        compile_modules(written(tmp_path, {"broken.py": "def\n"}), "/opt")


def test_another_python_than_the_runtimes_is_refused() -> None:
    demand_runtime_python(RUNTIME)
    with pytest.raises(PackagingProblem, match=r"this is Python 3\.14: put Python 3\.13 first on PATH"):
        demand_runtime_python((3, 14))


def test_our_code_is_packed_without_what_a_laptop_leaves_beside_it(tmp_path: Path) -> None:
    leftovers = {"__pycache__/app.cpython-312.pyc": "", ".DS_Store": "", ".mypy_cache/x": ""}
    written(tmp_path / "functions" / "f", {"app.py": "", **leftovers})
    package = next(package for package in packages(tmp_path) if package.name == "f")
    package.fill(tmp_path / "packed")
    assert names_below(tmp_path / "packed") == {"app.py", "__pycache__/app.cpython-313.pyc"}


def test_wheels_lose_what_a_function_never_reads(tmp_path: Path) -> None:
    kept = ("p/a.py", "p/a.so", "p-1.dist-info/METADATA", "p-1.dist-info/licenses/LICENSE", "p/testing.py")
    lost = ("bin/p", "p/tests/a.py", "p/__pycache__/a.pyc", "p/a.pyi", "p/py.typed", "p/a.c", "p-1.dist-info/RECORD")
    prune(written(tmp_path, dict.fromkeys((*kept, *lost), "")))
    assert names_below(tmp_path) == set(kept)


def test_wrong_access_rules_make_no_package(tmp_path: Path) -> None:
    rules = written(tmp_path, {"layers/policies/scopes.yml": "groups: {a: b}\n"})
    (package,) = (package for package in packages(rules) if package.name == "policies")
    with pytest.raises(PackagingProblem, match=r"The access rules are not right: scopes\.yml, line 1"):
        package.fill(tmp_path)


def test_a_layer_leaves_out_what_the_layers_below_it_bring(tmp_path: Path) -> None:
    written(tmp_path, {"low.txt": f"a==1 \\\n    {HASH}\n", "high.txt": f"a==1 \\\n    {HASH}\nb==2 \\\n    {HASH}\n"})
    kept = without_what_others_bring(tmp_path / "high.txt", [tmp_path / "low.txt"])
    assert kept == f"b==2 \\\n    {HASH}\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param(f"a==2 \\\n    {HASH}\n", "lock different files of a", id="another version below"),
        pytest.param("a==1\n", "is not a lock file with hashes", id="no hash"),
        pytest.param(f"-r other.txt {HASH}\n", "is not a lock file with hashes", id="an option"),
    ],
)
def test_a_lock_that_cannot_be_trusted_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    written(tmp_path, {"low.txt": f"a==1 \\\n    {HASH}\n", "high.txt": text})
    with pytest.raises(PackagingProblem, match=complaint):
        without_what_others_bring(tmp_path / "high.txt", [tmp_path / "low.txt"])


@pytest.mark.parametrize("layer", DEPENDENCY_LAYERS)
def test_no_marker_of_a_lock_tells_systems_apart(layer: str) -> None:
    """pip judges markers by the machine that packages, which may be a Mac."""
    entries = locked(ROOT / "layers" / layer / "requirements.txt").values()
    assert [entry for entry in entries if "sys_platform" in entry or "platform_system" in entry] == []
    assert [entry for entry in entries if "platform_machine" in entry or "os_name" in entry] == []


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_wheels_are_for_the_glibc_of_amazon_linux_2023_and_older(architecture: str) -> None:
    tags = platform_tags(architecture)
    assert tags[0] == f"manylinux_2_34_{ARCHITECTURES[architecture]}"
    assert not [tag for tag in tags if "musl" in tag]


def test_an_index_that_does_not_answer_is_one_clear_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    written(tmp_path, {"lock.txt": f"no-such-package-here==1 \\\n    {HASH}\n"})
    with pytest.raises(IndexUnreachable, match=r"check your network, proxy or pip index setting"):
        install(tmp_path / "lock.txt", tmp_path / "target", "x86_64")


def test_a_failed_build_leaves_the_last_one_as_it_was(tmp_path: Path) -> None:
    output = written(tmp_path / "dist", {MANIFEST: "{}"})

    def fail(_folder: Path) -> None:
        raise PackagingProblem("no")

    with pytest.raises(PackagingProblem, match="no"):
        build_all(ROOT, [*OWN_CODE[:1], Package("broken", fail)], output)
    assert names_below(output) == {MANIFEST}


def test_a_folder_with_other_things_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(PackagingProblem, match="holds other things than packages"):
        build_all(ROOT, OWN_CODE, written(tmp_path, {"thesis.txt": "irreplaceable"}))
    assert names_below(tmp_path) == {"thesis.txt"}


def test_two_layers_of_a_function_with_the_same_file_are_a_problem(tmp_path: Path) -> None:
    for layer in ("one", "two"):
        write_zip(written(tmp_path / layer, {"python/a.py": ""}), tmp_path / f"{layer}.zip")
    extract(tmp_path / "one.zip", tmp_path / "opt")
    with pytest.raises(PackagingProblem, match=r"two\.zip and a layer before it both bring python/a\.py"):
        extract(tmp_path / "two.zip", tmp_path / "opt")


def test_a_package_that_is_not_there_names_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(PackagingProblem, match="run make package"):
        extract(tmp_path / "a.zip", tmp_path / "opt")


def test_a_problem_is_a_sentence_and_an_exit_status(tmp_path: Path) -> None:
    written(tmp_path, {"thesis.txt": ""})
    command = [sys.executable, "-m", "devkit.packaging", "--output", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr == f"{tmp_path} holds other things than packages: name another folder, or empty this one.\n"


def test_one_package_can_be_put_into_a_folder_as_sam_build_does(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "devkit.packaging", "--fill", "policies", str(tmp_path / "artifacts")]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    assert names_below(tmp_path / "artifacts") == {"scopes.json"}


def test_a_package_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "devkit.packaging", "--fill", "polices", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("There is no package polices; there are policies, okta_gateway, ")
