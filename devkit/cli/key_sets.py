"""The key set of the issuer whose tokens count here: fetched as the authorizer does, or read from a file."""

from collections.abc import Mapping
from pathlib import Path

from devkit.cli.answers import CannotCheck
from okta_gateway.settings import parse_authorizer_settings
from okta_gateway.tokens.issuer import authorization_server
from okta_gateway.tokens.jwks import parse_key_set
from okta_gateway.tokens.key_fetch import start_fetch


def fetch_key_set(settings: Mapping[str, str]) -> tuple[str, bytes]:
    """Where the first issuer's key set is, and the set, checked. Raises ConfigurationInvalid and KeysUnavailable."""
    parsed = parse_authorizer_settings(settings)
    if parsed.auth_server_id:
        address = authorization_server(parsed.okta_url, parsed.auth_server_id).jwks_uri
    elif parsed.gateway_public_keys:
        return "GATEWAY_PUBLIC_KEYS", parsed.gateway_public_keys
    elif parsed.gateway_url:
        address = f"{parsed.gateway_url}/.well-known/jwks.json"
    else:
        raise CannotCheck("Whose keys? Set OKTA_AUTH_SERVER_ID, or GATEWAY_URL for tokens that the gateway issues.")
    body = start_fetch(address)().body
    parse_key_set(body)
    return address, body


def read_key_set(file: Path) -> bytes:
    """The content of a saved key set. Raises CannotCheck."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise CannotCheck(
            f"{file} cannot be read ({error.strerror}): make it with okta-gateway explain --save-keys {file}."
        ) from error
