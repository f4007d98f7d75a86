"""The settings of the IAM API, parsed: the rows of the table that `iam` needs."""

from collections.abc import Mapping
from typing import NamedTuple

from okta_gateway import setting_values as values
from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.setting_rows import SettingsReader
from okta_gateway.settings import okta_address_problems


class IamSettings(NamedTuple):
    """The settings of the IAM API, parsed."""

    okta_url: str
    api_token: str | None
    api_client_id: str | None
    api_private_key: str | None
    documentdb_uri: str
    documentdb_database: str
    documentdb_tls_ca_file: str | None
    scopes_source: str
    scopes_file: str
    gateway_url: str | None
    admin_scope: str
    authorizer_result_ttl: int
    docs_public: bool
    log_level: str
    service: str
    metrics_namespace: str

    def __repr__(self) -> str:
        return "IamSettings(...)"

    @property
    def has_okta_credential(self) -> bool:
        return bool(self.api_token or self.api_client_id)


def parse_iam_settings(environ: Mapping[str, str]) -> IamSettings:
    """Parse the rows of the table that the IAM API needs. Raises ConfigurationInvalid with every problem."""
    reader = SettingsReader(environ)
    reader.required("AUTH_PROVIDER", values.parse_provider)
    settings = IamSettings(
        okta_url=reader.required("OKTA_DOMAIN", values.parse_okta_domain) or "",
        api_token=reader.optional("OKTA_API_TOKEN", values.parse_api_token),
        api_client_id=reader.optional("OKTA_API_CLIENT_ID", values.parse_text),
        api_private_key=reader.optional("OKTA_API_PRIVATE_KEY", values.parse_text),
        documentdb_uri=reader.required("DOCUMENTDB_URI", values.parse_database_uri) or "",
        documentdb_database=reader.with_default("DOCUMENTDB_DATABASE", values.parse_database_name),
        documentdb_tls_ca_file=reader.optional("DOCUMENTDB_TLS_CA_FILE", values.parse_text),
        scopes_source=reader.with_default("SCOPES_SOURCE", values.parse_scopes_source),
        scopes_file=reader.with_default("SCOPES_FILE", values.parse_text),
        gateway_url=reader.optional("GATEWAY_URL", values.parse_gateway_url),
        admin_scope=reader.with_default("ADMIN_SCOPE", values.parse_scope),
        authorizer_result_ttl=reader.with_default("AUTHORIZER_RESULT_TTL", values.parse_result_ttl),
        docs_public=reader.with_default("IAM_DOCS_PUBLIC", values.parse_boolean),
        log_level=reader.with_default("LOG_LEVEL", values.parse_log_level),
        service=reader.with_default("POWERTOOLS_SERVICE_NAME", values.parse_text),
        metrics_namespace=reader.with_default("POWERTOOLS_METRICS_NAMESPACE", values.parse_text),
    )
    insecure_loopback = reader.with_default("OKTA_ALLOW_INSECURE_LOOPBACK", values.parse_boolean)
    problems = [
        *reader.problems,
        *okta_address_problems(settings.okta_url, settings.gateway_url, environ, insecure_loopback=insecure_loopback),
        *_contradictions(settings),
    ]
    if problems:
        raise ConfigurationInvalid(problems)
    return settings


def _contradictions(settings: IamSettings) -> list[str]:
    if settings.api_token and settings.api_client_id:
        return ["OKTA_API_TOKEN and OKTA_API_CLIENT_ID are both set: keep one of them"]
    if settings.api_client_id and not settings.api_private_key:
        return ["OKTA_API_PRIVATE_KEY is not set: OKTA_API_CLIENT_ID needs the private key of its application"]
    if settings.api_private_key and not settings.api_client_id:
        return ["OKTA_API_CLIENT_ID is not set: OKTA_API_PRIVATE_KEY needs the client id of its application"]
    return []
