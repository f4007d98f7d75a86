"""Where the result of a setup is written down: .env for the laptop, terraform.tfvars for AWS."""

from pathlib import Path
from typing import NamedTuple

from devkit.cli.answers import CannotCheck
from devkit.setup.settings_files import Line, differing, env_line, merge, tfvars_line
from devkit.setup.site import Site

TERRAFORM = (
    "OKTA_DOMAIN",
    "OKTA_CLIENT_ID",
    "OKTA_CLIENT_SECRET",
    "OKTA_M2M_CLIENT_ID",
    "OKTA_M2M_CLIENT_SECRET",
    "OKTA_AUTH_SERVER_ID",
    "OKTA_AUDIENCE",
)
"""Terraform's variables have the same names in small letters (DESIGN, section 6)."""


class Files(NamedTuple):
    """Both files. Their other lines stay."""

    env: Path
    tfvars: Path

    def write(self, site: Site) -> None:
        """Write what is known by now. Raises CannotCheck."""
        for path, settings, line in self._contents(site):
            try:
                merge(path, settings, line)
            except (OSError, UnicodeDecodeError) as error:
                raise CannotCheck(
                    f"{path} cannot be written ({type(error).__name__}): run the command again."
                ) from None

    def differing(self, site: Site) -> list[str]:
        """What the files say otherwise, as far as that is known before anything is made."""
        return [
            f"{name} in {path}"
            for path, settings, line in self._contents(site)
            for name in differing(path, settings, line)
        ]

    def _contents(self, site: Site) -> list[tuple[Path, dict[str, str], Line]]:
        variables = {name.lower(): site.known[name] for name in TERRAFORM if site.known.get(name)}
        return [
            (self.env, dict(site.learned), env_line),
            (self.tfvars, {"okta_enabled": "true", **variables}, tfvars_line),
        ]
