"""The settings that a command works with: those of `make run`, or those of environment variables."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from devkit.cli.answers import CannotCheck, working
from devkit.cli.options import SettingsSource
from devkit.stack.config import KNOWN_SETTINGS, OKTA_PORT, LaptopConfig, read_env_file
from devkit.stack.function_settings import key_settings, settings_from
from devkit.stack.seeds import seed
from okta_gateway.secret_settings import read_secret_settings
from okta_gateway.setting_rows import DEFAULTS
from okta_gateway.setting_values import parse_boolean
from okta_gateway.store.connection import Database, Document, connect

type Settings = dict[str, str]


def read_config(source: SettingsSource) -> LaptopConfig:
    """What the env file says, or with `environment` the environment variables. Raises ConfigProblem."""
    if source.environment:
        return LaptopConfig({name: os.environ[name] for name in KNOWN_SETTINGS if os.environ.get(name)})
    config = read_env_file(source.env_file)
    return config.in_org_mode() if source.org_mode else config


def read_settings(source: SettingsSource) -> Settings:
    """The authorizer's settings, but for the local document store. Raises ConfigProblem.

    Without an Okta org they are those of the local stack, whose Okta listens where it does unless the port was taken.
    """
    config = read_config(source)
    if source.environment:
        return dict(config.values)
    settings = settings_from(config)
    if not config.uses_real_okta:
        settings["OKTA_DOMAIN"] = f"http://127.0.0.1:{OKTA_PORT}"
    if config.uses_org_server or parse_boolean(config.get("GATEWAY_TOKENS", DEFAULTS["GATEWAY_TOKENS"])):
        settings |= key_settings(settings, source.state)
    return settings


@contextmanager
def settings_with_store(source: SettingsSource) -> Iterator[Settings]:
    """The settings with DOCUMENTDB_URI, for as long as the block runs: where none is set, the local stack's store.

    Environment variables name a store or there is none, as on Lambda. Raises ConfigProblem and CannotCheck.
    """
    settings = read_settings(source)
    if source.environment or settings.get("DOCUMENTDB_URI"):
        yield settings
        return
    with _local_store(source.state, settings["DOCUMENTDB_DATABASE"]) as uri:
        yield settings | {"DOCUMENTDB_URI": uri}


@contextmanager
def _local_store(state: Path, database: str) -> Iterator[str]:
    """The file is what `make run` uses too; both may be open at a time."""
    file = state / "store.sqlite"
    is_new = not file.exists()
    with ExitStack() as running:
        with working("Opening the local document store ..."):
            from devkit.document_store import document_store

            try:
                uri = running.enter_context(document_store(file))
                if is_new:
                    seed(uri, database)
            except sqlite3.Error as error:
                raise CannotCheck(
                    f"The local database {file} cannot be used ({error}): delete it, it is made anew."
                ) from error
        yield uri


@contextmanager
def open_database(settings: Mapping[str, str]) -> Iterator[Database[Document]]:
    """The document store that the settings name. Raises CannotCheck, ConfigurationInvalid and SecretUnavailable."""
    uri = settings.get("DOCUMENTDB_URI") or _secret_uri(settings)
    database = connect(
        uri,
        settings.get("DOCUMENTDB_DATABASE") or DEFAULTS["DOCUMENTDB_DATABASE"],
        settings.get("DOCUMENTDB_TLS_CA_FILE"),
    )
    try:
        yield database
    finally:
        database.client.close()


def has_store(settings: Mapping[str, str]) -> bool:
    """Whether the settings name a document store."""
    return bool(settings.get("DOCUMENTDB_URI") or settings.get("SECRETS_ARN"))


def _secret_uri(settings: Mapping[str, str]) -> str:
    arn = settings.get("SECRETS_ARN")
    uri = read_secret_settings(arn, os.environ).get("DOCUMENTDB_URI") if arn else None
    if not uri:
        raise CannotCheck("No document store is named: set DOCUMENTDB_URI, or SECRETS_ARN with a secret that has it.")
    return uri
