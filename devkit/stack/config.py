"""What a person wrote into .env: read strictly, so that a typing error is a sentence and never a silent default."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from dotenv.parser import Binding, parse_stream

from devkit.gateway.request import LOCAL_STAGE
from okta_gateway.setting_rows import SETTINGS

LOCAL_GATEWAY_URL = "http://localhost:8888"  # the guides' redirect URI lives there
OKTA_PORT = 8889
"""Wanted for the stand-in, so that its issuer, and with it tokens, outlive a restart; any other does as well."""
FIRST_FREE_PORT = 1024  # lower ones belong to root
LIKENESS = 0.75  # difflib's ratio from which an unknown name counts as a misspelt one

INSECURE_LOOPBACK = "OKTA_ALLOW_INSECURE_LOOPBACK"
SIGN_IN_CLIENT = ("OKTA_CLIENT_ID", "OKTA_CLIENT_SECRET")
KNOWN_SETTINGS = tuple(setting.name for setting in SETTINGS)


class ConfigProblem(Exception):
    """A setting of the laptop stack is wrong; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class LaptopConfig:
    """The settings of one stack. Values are kept out of the representation: some are secrets.

    `org_mode` makes the stand-in's org authorization server the one that people sign in at; with a real org it is
    OKTA_AUTH_SERVER_ID alone that decides.
    """

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    source: Path | None = None
    org_mode: bool = False

    def get(self, name: str, default: str = "") -> str:
        """The value of a setting, or `default` when it is not set or empty."""
        return self.values.get(name) or default

    @property
    def uses_real_okta(self) -> bool:
        """Whether tokens come from an Okta org on the internet and not from the stand-in."""
        return bool(self.get("OKTA_DOMAIN"))

    @property
    def uses_org_server(self) -> bool:
        """Whether people sign in at the org authorization server, so that the gateway issues their tokens."""
        return self.org_mode or (self.uses_real_okta and not self.get("OKTA_AUTH_SERVER_ID"))

    @property
    def signs_in(self) -> bool:
        """Whether there is a web application for people to sign in with; the stand-in has one."""
        return not self.uses_real_okta or all(map(self.get, SIGN_IN_CLIENT))

    @property
    def gateway_url(self) -> str:
        """Where people reach the gateway."""
        return self.get("GATEWAY_URL", LOCAL_GATEWAY_URL)

    @property
    def gateway_port(self) -> int:
        """The port of `gateway_url`."""
        port = urlsplit(self.gateway_url).port
        assert port is not None  # noqa: S101 - read_env_file demands one
        return port

    @property
    def stage_in_path(self) -> bool:
        """Whether the gateway is below its stage's name, as it is at an execute-api address."""
        return urlsplit(self.gateway_url).path == f"/{LOCAL_STAGE}"

    def gateway_url_at(self, port: int) -> str:
        """The address of the gateway when it listens on this port."""
        return f"http://localhost:{port}" + (f"/{LOCAL_STAGE}" if self.stage_in_path else "")

    def in_org_mode(self) -> Self:
        """The same settings with the org authorization server. Raises ConfigProblem when they name a custom one."""
        if self.get("OKTA_AUTH_SERVER_ID"):
            raise ConfigProblem(
                f"{self.source}: OKTA_AUTH_SERVER_ID names a custom authorization server, and --org-mode asks for the"
                " org's own: take one of them out."
            )
        return replace(self, org_mode=True)


def read_env_file(path: Path) -> LaptopConfig:
    """Read the file; a file that does not exist is an empty one. Raises ConfigProblem."""
    try:
        stream = path.open(encoding="utf-8")
    except FileNotFoundError:
        return LaptopConfig()
    except OSError as error:
        raise ConfigProblem(f"{path} cannot be read ({error.strerror}): make it readable or remove it.") from error
    try:
        with stream:
            bindings = list(parse_stream(stream))
    except UnicodeDecodeError as error:
        raise ConfigProblem(f"{path} is not UTF-8 text: save it as UTF-8.") from error
    config = LaptopConfig(_values(path, bindings), path)
    _demand_local_gateway(config)
    _demand_okta_settings(config)
    return config


def _values(path: Path, bindings: list[Binding]) -> dict[str, str]:
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, binding in _meaningful(bindings):
        where = f"{path}, line {line}"
        if binding.error or binding.key is None or binding.value is None:
            raise ConfigProblem(f"{where}: this is not NAME=value; close the quotes, or put # in front of a remark.")
        if binding.key in lines:
            raise ConfigProblem(
                f"{where}: {binding.key} is set in line {lines[binding.key]} already; keep one of them."
            )
        if meant := _meant(binding.key):
            raise ConfigProblem(f"{where}: there is no setting {binding.key}; did you mean {meant}?")
        lines[binding.key] = line
        values[binding.key] = binding.value
    return values


def _meaningful(bindings: list[Binding]) -> Iterator[tuple[int, Binding]]:
    for binding in bindings:
        text = binding.original.string
        blank = len(text) - len(text.lstrip())
        # The parser counts the blank lines before a binding as part of it.
        if binding.error or binding.key is not None:
            yield binding.original.line + text[:blank].count("\n"), binding


def _meant(name: str) -> str | None:
    """The setting that an unknown name looks like; other programs may keep their own names in the same file."""
    if name in KNOWN_SETTINGS:
        return None
    close = difflib.get_close_matches(name.upper(), KNOWN_SETTINGS, n=1, cutoff=LIKENESS)
    return close[0] if close else None


def _demand_local_gateway(config: LaptopConfig) -> None:
    try:
        url = urlsplit(config.gateway_url)
        fits = (
            url.scheme == "http"
            and url.hostname in {"localhost", "127.0.0.1"}
            and (url.port or 0) >= FIRST_FREE_PORT
            and f"{url.path}?{url.query}#{url.fragment}" in {"?#", f"/{LOCAL_STAGE}?#"}
        )
    except ValueError:
        fits = False
    if not fits:
        raise ConfigProblem(
            f"{config.source}: GATEWAY_URL is where the local gateway listens; write http://localhost:PORT with a port"
            f" from {FIRST_FREE_PORT} to 65535, with /{LOCAL_STAGE} behind it to have the stage in every path, or leave"
            f" it out for {LOCAL_GATEWAY_URL}."
        )


def _demand_okta_settings(config: LaptopConfig) -> None:
    if not config.uses_real_okta:
        return
    if bool(config.get("OKTA_AUTH_SERVER_ID")) != bool(config.get("OKTA_AUDIENCE")):
        missing = "OKTA_AUDIENCE" if config.get("OKTA_AUTH_SERVER_ID") else "OKTA_AUTH_SERVER_ID"
        raise ConfigProblem(
            f"{config.source}: a custom authorization server of a real Okta org needs {missing} too (Okta admin"
            " console, Security > API > Authorization Servers); remove OKTA_DOMAIN to use the stand-in."
        )
    if config.uses_org_server and not config.signs_in:
        raise ConfigProblem(
            f"{config.source}: OKTA_DOMAIN without OKTA_AUTH_SERVER_ID is the org authorization server, where only"
            f" people who sign in get tokens for this gateway: set {' and '.join(SIGN_IN_CLIENT)} (Okta admin console,"
            " Applications), or OKTA_AUTH_SERVER_ID and OKTA_AUDIENCE."
        )
