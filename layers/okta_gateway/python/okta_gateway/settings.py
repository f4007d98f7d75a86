"""The token authorizer's settings, parsed.

Values come from environment variables; an empty value means "not set". All problems are reported together, each naming
the variable, the value (never a secret's) and the fix.
"""

from collections.abc import Mapping
from typing import NamedTuple

from okta_gateway import setting_values as values
from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.setting_rows import BY_NAME, SettingsReader


class AuthorizerSettings(NamedTuple):
    """The settings of the token authorizer, parsed. `warnings` are sentences for the log."""

    okta_url: str
    auth_server_id: str | None
    audiences: tuple[str, ...]
    allowed_clients: tuple[str, ...]
    other_issuers: tuple[str, ...]
    secrets_arn: str | None
    documentdb_uri: str | None
    documentdb_database: str
    documentdb_tls_ca_file: str | None
    warm_enrichment: bool
    scopes_source: str
    scopes_file: str
    policy_max_bytes: int
    allow_encoded_slash: bool
    gateway_url: str | None
    gateway_tokens: bool
    gateway_public_keys: bytes | None
    log_level: str
    service: str
    metrics_namespace: str
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        return "AuthorizerSettings(...)"

    @property
    def has_store(self) -> bool:
        return bool(self.documentdb_uri or self.secrets_arn)


def parse_authorizer_settings(environ: Mapping[str, str]) -> AuthorizerSettings:
    """Parse the authorizer's rows of the table. Raises ConfigurationInvalid with every problem."""
    reader = SettingsReader(environ)
    reader.required("AUTH_PROVIDER", values.parse_provider)
    settings = AuthorizerSettings(
        okta_url=reader.required("OKTA_DOMAIN", values.parse_okta_domain) or "",
        auth_server_id=reader.optional("OKTA_AUTH_SERVER_ID", values.parse_server_id),
        audiences=reader.optional("OKTA_AUDIENCE", values.parse_list) or (),
        allowed_clients=reader.optional("OKTA_ALLOWED_CLIENT_IDS", values.parse_list) or (),
        other_issuers=reader.optional("OKTA_ISSUERS", values.parse_list) or (),
        secrets_arn=reader.optional("SECRETS_ARN", values.parse_text),
        documentdb_uri=reader.optional("DOCUMENTDB_URI", values.parse_database_uri),
        documentdb_database=reader.with_default("DOCUMENTDB_DATABASE", values.parse_database_name),
        documentdb_tls_ca_file=reader.optional("DOCUMENTDB_TLS_CA_FILE", values.parse_text),
        warm_enrichment=reader.with_default("WARM_ENRICHMENT", values.parse_boolean),
        scopes_source=reader.with_default("SCOPES_SOURCE", values.parse_scopes_source),
        scopes_file=reader.with_default("SCOPES_FILE", values.parse_text),
        policy_max_bytes=reader.with_default("POLICY_MAX_BYTES", values.parse_policy_bytes),
        allow_encoded_slash=reader.with_default("ALLOW_ENCODED_SLASH", values.parse_boolean),
        gateway_url=reader.optional("GATEWAY_URL", values.parse_gateway_url),
        gateway_tokens=reader.with_default("GATEWAY_TOKENS", values.parse_boolean),
        gateway_public_keys=reader.optional("GATEWAY_PUBLIC_KEYS", values.parse_key_set_text),
        log_level=reader.with_default("LOG_LEVEL", values.parse_log_level),
        service=reader.with_default("POWERTOOLS_SERVICE_NAME", values.parse_text),
        metrics_namespace=reader.with_default("POWERTOOLS_METRICS_NAMESPACE", values.parse_text),
        warnings=(),
    )
    insecure_loopback = reader.with_default("OKTA_ALLOW_INSECURE_LOOPBACK", values.parse_boolean)
    problems = reader.problems + _contradictions(settings, environ, insecure_loopback=insecure_loopback)
    if problems:
        raise ConfigurationInvalid(problems)
    return settings._replace(warnings=tuple(_warnings(settings)))


def _contradictions(settings: AuthorizerSettings, environ: Mapping[str, str], *, insecure_loopback: bool) -> list[str]:
    """What is wrong only together."""
    problems = okta_address_problems(
        settings.okta_url, settings.gateway_url, environ, insecure_loopback=insecure_loopback
    )
    if settings.auth_server_id and not environ.get("OKTA_AUDIENCE"):
        problems.append(f"OKTA_AUDIENCE is not set: {BY_NAME['OKTA_AUDIENCE'].meaning}")
    problems += foreign_issuer_problems(settings.other_issuers, settings.auth_server_id)
    if settings.scopes_source == "documentdb" and not settings.has_store:
        problems.append("SCOPES_SOURCE=documentdb needs DOCUMENTDB_URI, or SECRETS_ARN with it")
    return problems


def okta_address_problems(
    okta_url: str, gateway_url: str | None, environ: Mapping[str, str], *, insecure_loopback: bool
) -> list[str]:
    """Plain http is for a laptop, and has to be asked for there."""
    problems = []
    if values.is_plain_http(okta_url) and not insecure_loopback:
        problems.append(
            f"OKTA_DOMAIN: {okta_url!r} is plain http, which needs OKTA_ALLOW_INSECURE_LOOPBACK=true and is for a "
            "laptop only; write the host of your org, such as dev-123456.okta.com"
        )
    if runs_on_lambda(environ):
        problems += [
            f"{name}: {url!r} is plain http, which is refused on Lambda; write an address on the internet"
            for name, url in (("OKTA_DOMAIN", okta_url), ("GATEWAY_URL", gateway_url or ""))
            if values.is_plain_http(url)
        ]
    return problems


def foreign_issuer_problems(issuers: tuple[str, ...], auth_server_id: str | None) -> list[str]:
    """OKTA_ISSUERS may name the configured server under other hosts, and no other server."""
    return [problem for issuer in issuers if (problem := _foreign_issuer(issuer, auth_server_id))]


def _foreign_issuer(issuer: str, auth_server_id: str | None) -> str:
    try:
        values.parse_issuer(issuer)
    except ValueError as error:
        return f"OKTA_ISSUERS: {issuer!r} is not right: {error}"
    if issuer.rpartition("/")[2] != auth_server_id:
        return f"OKTA_ISSUERS: {issuer!r} is another authorization server than OKTA_AUTH_SERVER_ID"
    return ""


def _warnings(settings: AuthorizerSettings) -> list[str]:
    warnings = []
    if not values.is_okta_host(settings.okta_url):
        warnings.append(f"OKTA_DOMAIN: {settings.okta_url} is none of Okta's own domains; taken for a custom domain")
    if not settings.auth_server_id:
        warnings.append(
            "OKTA_AUTH_SERVER_ID is not set: Okta lets nobody verify access tokens of the org authorization server, so "
            "only tokens that this gateway issued at sign-in are accepted, and machines cannot call"
        )
    if not settings.has_store:
        warnings.append("no DOCUMENTDB_URI: machines get no groups beyond those in their token")
    return warnings


def runs_on_lambda(environ: Mapping[str, str]) -> bool:
    """Whether this is the real Lambda, whose task root is /var/task (AWS: "Defined runtime environment variables")."""
    return environ.get("LAMBDA_TASK_ROOT") == "/var/task"
