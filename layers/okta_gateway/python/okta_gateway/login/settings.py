"""The settings of the sign-in function, parsed: the rows of the table that `login` needs."""

from collections.abc import Mapping
from typing import NamedTuple

from okta_gateway import setting_values as values
from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.setting_rows import BY_NAME, SettingsReader
from okta_gateway.settings import foreign_issuer_problems, okta_address_problems

_SCOPES = "openid profile email offline_access"


class LoginSettings(NamedTuple):
    """The settings of the sign-in function, parsed."""

    okta_url: str
    auth_server_id: str | None
    audiences: tuple[str, ...]
    other_issuers: tuple[str, ...]
    client_id: str
    client_secret: str
    scopes: str
    documentdb_uri: str
    documentdb_database: str
    documentdb_tls_ca_file: str | None
    scopes_source: str
    scopes_file: str
    gateway_url: str | None
    signing_keys: tuple[str, ...]
    session_key: str
    session_idle_seconds: int
    session_max_seconds: int
    login_redirects: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    log_level: str
    service: str
    metrics_namespace: str

    def __repr__(self) -> str:
        return "LoginSettings(...)"

    @property
    def issues_tokens(self) -> bool:
        """Whether people call the API with tokens of this gateway: where nobody may verify Okta's."""
        return not self.auth_server_id


def parse_login_settings(environ: Mapping[str, str]) -> LoginSettings:
    """Parse the rows of the table that sign-in needs. Raises ConfigurationInvalid with every problem."""
    reader = SettingsReader(environ)
    reader.required("AUTH_PROVIDER", values.parse_provider)
    server_id = reader.optional("OKTA_AUTH_SERVER_ID", values.parse_server_id)
    settings = LoginSettings(
        okta_url=reader.required("OKTA_DOMAIN", values.parse_okta_domain) or "",
        auth_server_id=server_id,
        audiences=reader.optional("OKTA_AUDIENCE", values.parse_list) or (),
        other_issuers=reader.optional("OKTA_ISSUERS", values.parse_list) or (),
        client_id=reader.required("OKTA_CLIENT_ID", values.parse_text) or "",
        client_secret=reader.required("OKTA_CLIENT_SECRET", values.parse_text) or "",
        scopes=reader.optional("OKTA_SCOPES", values.parse_scopes) or (_SCOPES if server_id else f"{_SCOPES} groups"),
        documentdb_uri=reader.required("DOCUMENTDB_URI", values.parse_database_uri) or "",
        documentdb_database=reader.with_default("DOCUMENTDB_DATABASE", values.parse_database_name),
        documentdb_tls_ca_file=reader.optional("DOCUMENTDB_TLS_CA_FILE", values.parse_text),
        scopes_source=reader.with_default("SCOPES_SOURCE", values.parse_scopes_source),
        scopes_file=reader.with_default("SCOPES_FILE", values.parse_text),
        gateway_url=reader.optional("GATEWAY_URL", values.parse_gateway_url),
        signing_keys=reader.optional("GATEWAY_SIGNING_KEYS", values.parse_list) or (),
        session_key=reader.required("SESSION_KEY", values.parse_text) or "",
        session_idle_seconds=reader.with_default("SESSION_IDLE_SECONDS", values.parse_seconds),
        session_max_seconds=reader.with_default("SESSION_MAX_SECONDS", values.parse_seconds),
        login_redirects=reader.optional("LOGIN_REDIRECTS", values.parse_absolute_urls) or (),
        allowed_origins=reader.optional("ALLOWED_ORIGINS", values.parse_origins) or (),
        log_level=reader.with_default("LOG_LEVEL", values.parse_log_level),
        service=reader.with_default("POWERTOOLS_SERVICE_NAME", values.parse_text),
        metrics_namespace=reader.with_default("POWERTOOLS_METRICS_NAMESPACE", values.parse_text),
    )
    insecure_loopback = reader.with_default("OKTA_ALLOW_INSECURE_LOOPBACK", values.parse_boolean)
    problems = [
        *reader.problems,
        *okta_address_problems(settings.okta_url, settings.gateway_url, environ, insecure_loopback=insecure_loopback),
        *_contradictions(settings, environ),
    ]
    if problems:
        raise ConfigurationInvalid(problems)
    return settings


def _contradictions(settings: LoginSettings, environ: Mapping[str, str]) -> list[str]:
    problems = foreign_issuer_problems(settings.other_issuers, settings.auth_server_id)
    if settings.auth_server_id and not environ.get("OKTA_AUDIENCE"):
        problems.append(f"OKTA_AUDIENCE is not set: {BY_NAME['OKTA_AUDIENCE'].meaning}")
    if not environ.get("OKTA_AUTH_SERVER_ID") and not environ.get("GATEWAY_SIGNING_KEYS"):
        problems.append(f"GATEWAY_SIGNING_KEYS is not set: {BY_NAME['GATEWAY_SIGNING_KEYS'].meaning}")
    if "openid" not in settings.scopes.split():
        problems.append("OKTA_SCOPES: openid is missing; without it Okta sends no ID token")
    if settings.session_idle_seconds > settings.session_max_seconds:
        problems.append("SESSION_IDLE_SECONDS is more than SESSION_MAX_SECONDS; make it less")
    return problems
