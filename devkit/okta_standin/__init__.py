"""A local Okta: one org with its authorization servers, seeded by `org.yml`."""

from devkit.okta_standin.app import create_app
from devkit.okta_standin.keys import KeyFileError
from devkit.okta_standin.org import Org
from devkit.okta_standin.org_file import SEED, load_org
from devkit.okta_standin.yaml_entry import OrgFileError

__all__ = ["SEED", "KeyFileError", "Org", "OrgFileError", "create_app", "load_org"]
