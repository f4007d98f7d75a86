"""From the text of a setting to its value.

Each parser raises ValueError with a sentence that says what to write instead; it never repeats the value.
Patterns are plain strings: only those that a function needs are compiled.
"""

import json
import re
from typing import Any

OKTA_DOMAINS = (
    "okta.com",
    "oktapreview.com",
    "okta-emea.com",
    "okta-gov.com",
    "okta.mil",
    "okta-miltest.com",
    "trex-govcloud.com",
)
"""Okta's own domains (okta-jwt-verifier-python, constants.py). Another host is taken for a custom domain."""

_HOST = r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
_LOOPBACK_ORIGIN = r"http://(?:localhost|127(?:\.[0-9]{1,3}){3})(?::[0-9]{1,5})?"
_URL_PATH = r"(?:/[A-Za-z0-9._~$-]+)*"
_OWN_PORTS = {("https", "443"), ("http", "80")}
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")


def parse_okta_domain(text: str) -> str:
    """The org's URL, `https://dev-123456.okta.com`. Plain http on loopback passes: the caller decides about it."""
    if re.fullmatch(_LOOPBACK_ORIGIN, text):
        return text
    host = text.lower()
    if not re.fullmatch(_HOST, host):
        raise ValueError("write the host only, such as dev-123456.okta.com, without https:// and without a path")
    if host.partition(".")[0].endswith("-admin"):
        raise ValueError("this is the address of the admin console; leave out '-admin'")
    return f"https://{host}"


def is_okta_host(okta_url: str) -> bool:
    """Whether the org's URL is on one of Okta's own domains; plain http is a laptop's stand-in for one."""
    host = okta_url.removeprefix("https://")
    return is_plain_http(okta_url) or any(host.endswith(f".{domain}") for domain in OKTA_DOMAINS)


def is_plain_http(url: str) -> bool:
    return url.startswith("http://")


def parse_server_id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text):
        raise ValueError("write the id only, such as aus1234567890abcdef or default: the last part of the issuer URI")
    return text


def parse_list(text: str) -> tuple[str, ...]:
    """Values separated by commas; order kept, white space around them dropped."""
    values = tuple(value.strip() for value in text.split(","))
    if not all(values) or len(set(values)) != len(values):
        raise ValueError("separate the values by single commas, none empty and none twice")
    return values


def parse_issuer(text: str) -> str:
    """An issuer on another host of the same server: `https://login.example.com/oauth2/aus1234567890abcdef`."""
    host, separator, server_id = text.removeprefix("https://").partition("/oauth2/")
    if not text.startswith("https://") or not separator or not re.fullmatch(_HOST, host):
        raise ValueError("write issuers as https://HOST/oauth2/SERVER_ID")
    parse_server_id(server_id)
    return text


def parse_gateway_url(text: str) -> str:
    """The gateway's public URL, a path (the stage) allowed, no slash at the end; plain http on loopback only."""
    scheme, _, rest = text.partition("://")
    authority, slash, path = rest.partition("/")
    origin = f"{scheme}://{authority}"
    if _origin_of(origin) != origin or not re.fullmatch(_URL_PATH, slash + path):
        raise ValueError("write https://HOST or https://HOST/STAGE without a slash at the end")
    return text


def parse_key_set_text(text: str) -> bytes:
    """A JSON Web Key Set; only its outline is looked at here."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list):
        raise ValueError('write a JSON Web Key Set: {"keys": [...]}')  # noqa: TRY004 the text is wrong, not a type
    return text.encode("utf-8")


def parse_database_uri(text: str) -> str:
    if not text.startswith("mongodb://"):
        raise ValueError("write mongodb://USER:PASSWORD@HOST:27017/ with the cluster endpoint of DocumentDB")
    return text


def parse_database_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,63}", text):
        raise ValueError("write 1 to 63 letters, digits, _ or -")
    return text


def parse_boolean(text: str) -> bool:
    if text.lower() not in _TRUE + _FALSE:
        raise ValueError("write true or false")
    return text.lower() in _TRUE


def parse_policy_bytes(text: str) -> int:
    if not re.fullmatch(r"[0-9]{3,6}", text):
        raise ValueError("write a number of bytes, such as 8192")
    return int(text)


def parse_log_level(text: str) -> str:
    level = text.upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise ValueError("write DEBUG, INFO, WARNING, ERROR or CRITICAL")
    return level


def parse_provider(text: str) -> str:
    if text != "okta":
        raise ValueError("the only provider is okta: AUTH_PROVIDER=okta")
    return text


def parse_scopes_source(text: str) -> str:
    if text not in {"file", "documentdb"}:
        raise ValueError("write file or documentdb")
    return text


def parse_text(text: str) -> str:
    return text


def parse_seconds(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,7}", text):
        raise ValueError("write a number of seconds, such as 3600")
    return int(text)


def parse_scopes(text: str) -> str:
    """Scope tokens separated by spaces (RFC 6749, section 3.3)."""
    scopes = text.split()
    if not scopes or not all(re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", scope) for scope in scopes):
        raise ValueError("write scopes separated by spaces, such as openid profile email offline_access")
    return " ".join(scopes)


def parse_scope(text: str) -> str:
    """One scope (RFC 6749, section 3.3)."""
    if not re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", text):
        raise ValueError("write one scope, without spaces, quotes and backslashes")
    return text


def parse_api_token(text: str) -> str:
    """An SSWS token: what can stand in a header, without the scheme before it."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise ValueError("write the token only, as Okta showed it, without SSWS before it and without spaces")
    return text


def parse_result_ttl(text: str) -> int:
    """Seconds, as API Gateway allows them (AWS: "Authorizer", authorizerResultTtlInSeconds)."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) > 3600:
        raise ValueError("write a number of seconds from 0 to 3600")
    return int(text)


def parse_absolute_urls(text: str) -> tuple[str, ...]:
    """Absolute https addresses, or http ones on loopback; compared to the letter where they are used."""
    urls = parse_list(text)
    if not all(_origin_of(url) and url.isprintable() and " " not in url and "\\" not in url for url in urls):
        raise ValueError("write absolute addresses, such as https://app.example.com/signed-in, separated by commas")
    return urls


def parse_origins(text: str) -> tuple[str, ...]:
    origins = parse_list(text)
    if not all(_origin_of(origin) == origin for origin in origins):
        raise ValueError("write origins, such as https://app.example.com, without a slash at the end")
    return origins


def _origin_of(url: str) -> str | None:
    scheme, _, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    origin = f"{scheme}://{authority}"
    host, colon, port = authority.partition(":")
    if colon and not _is_port_of_an_origin(scheme, port):
        return None
    is_web = scheme == "https" and re.fullmatch(_HOST, host)
    return origin if is_web or re.fullmatch(_LOOPBACK_ORIGIN, origin) else None


def _is_port_of_an_origin(scheme: str, port: str) -> bool:
    """Browsers leave the scheme's own port out (RFC 6454, section 6.2)."""
    return bool(re.fullmatch(r"[1-9][0-9]{0,4}", port)) and int(port) <= 65535 and (scheme, port) not in _OWN_PORTS
