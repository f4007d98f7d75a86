"""The software bill of materials: which third-party packages are in which zip file, under which licence (CycloneDX)."""

import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

_METADATA = re.compile(r"python/[^/]+\.dist-info/METADATA")
_IN_PACKAGE = "okta-gateway:package"


def bill_of_materials(archives: Iterable[Path], version: str) -> str:
    """The document for what the archives hold; the same archives give the same document, so it bears no date."""
    found: dict[tuple[str, str], Component] = {}
    zips: dict[tuple[str, str], set[str]] = defaultdict(set)
    for archive in archives:
        for metadata in _installed(archive):
            key = (metadata["Name"].lower(), metadata["Version"])
            found.setdefault(key, _component(metadata))
            zips[key].add(archive.name)
    for key, component in found.items():
        component.properties.update(Property(name=_IN_PACKAGE, value=name) for name in zips[key])
    product = Component(name="okta-gateway", version=version, type=ComponentType.APPLICATION, bom_ref="okta-gateway")
    serial = uuid5(NAMESPACE_URL, f"okta-gateway {sorted((*key, *sorted(zips[key])) for key in found)}")
    bom = Bom(components=found.values(), serial_number=serial, metadata=BomMetaData(component=product))
    bom.register_dependency(product, found.values())
    return _without_date(JsonV1Dot6(bom).output_as_string())


def _installed(archive: Path) -> Iterable[Message]:
    with zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            if _METADATA.fullmatch(name):
                yield BytesHeaderParser().parsebytes(packed.read(name))


def _component(metadata: Message) -> Component:
    name, version = metadata["Name"].lower(), metadata["Version"]
    purl = PackageURL(type="pypi", name=name, version=version)
    licence = metadata["License-Expression"] or metadata["License"]
    licences = [LicenseFactory().make_from_string(licence)] if licence else []
    return Component(name=name, version=version, purl=purl, bom_ref=purl.to_string(), licenses=licences)


def _without_date(document: str) -> str:
    plain = json.loads(document)
    del plain["metadata"]["timestamp"]
    return json.dumps(plain, indent=2, sort_keys=True) + "\n"
