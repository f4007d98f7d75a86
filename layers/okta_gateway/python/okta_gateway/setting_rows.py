"""The table of all settings, and how a part reads its rows: every problem is kept, so that all are told at once."""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Setting(NamedTuple):
    """One row of the table; `needed_by` names authorizer, login, iam and devkit, each with `?` where optional."""

    name: str
    needed_by: str
    meaning: str
    default: str = ""
    secret: bool = False


SETTINGS = (
    Setting("AUTH_PROVIDER", "authorizer login iam", "`okta`; anything else is refused"),
    Setting(
        "OKTA_DOMAIN",
        "authorizer login iam",
        "host of the Okta org, such as `dev-123456.okta.com`; a custom domain works too",
    ),
    Setting(
        "OKTA_ALLOW_INSECURE_LOOPBACK",
        "devkit?",
        "`true` lets OKTA_DOMAIN be `http://127.0.0.1:PORT` or localhost; refused on Lambda",
        default="false",
    ),
    Setting(
        "OKTA_AUTH_SERVER_ID",
        "authorizer? login?",
        "id of the custom authorization server, `default` included; not set: org mode, where only tokens that the "
        "gateway issued at sign-in are accepted",
    ),
    Setting(
        "OKTA_AUDIENCE",
        "authorizer login",
        "accepted `aud` values, separated by commas; needed with OKTA_AUTH_SERVER_ID; the check cannot be switched off",
    ),
    Setting(
        "OKTA_ALLOWED_CLIENT_IDS", "authorizer?", "client ids (`cid`) that may call, separated by commas; not set: all"
    ),
    Setting(
        "OKTA_ISSUERS",
        "authorizer? login?",
        "further issuers of the same server on another https host (Okta's dynamic issuer mode), separated by commas",
    ),
    Setting(
        "SECRETS_ARN",
        "authorizer? login? iam?",
        "Secrets Manager secret whose JSON keys are this function's secret settings",
    ),
    Setting(
        "DOCUMENTDB_URI", "authorizer? login iam", "address of the document store, with user and password", secret=True
    ),
    Setting("DOCUMENTDB_DATABASE", "authorizer? login? iam?", "its database", default="mcp_registry_default"),
    Setting(
        "DOCUMENTDB_TLS_CA_FILE",
        "authorizer? login? iam?",
        "CA certificates for TLS; not set: Amazon's, which are shipped",
    ),
    Setting("WARM_ENRICHMENT", "authorizer?", "`true` connects to the store at start-up", default="false"),
    Setting(
        "SCOPES_SOURCE",
        "authorizer? login? iam?",
        "`file` or `documentdb`: where the access rules live",
        default="file",
    ),
    Setting(
        "SCOPES_FILE",
        "authorizer? login? iam?",
        "the rules: scopes.yml, or the JSON compiled from it",
        default="/opt/scopes.json",
    ),
    Setting(
        "POLICY_MAX_BYTES", "authorizer?", "largest policy that is returned; a larger one is a 500", default="8192"
    ),
    Setting("ALLOW_ENCODED_SLASH", "authorizer?", "`true` lets paths contain `%2f`", default="false"),
    Setting(
        "GATEWAY_URL",
        "authorizer? login? iam?",
        "public URL of the gateway, path (stage) allowed; not set: the API's own execute-api address",
    ),
    Setting("GATEWAY_TOKENS", "authorizer?", "`true` accepts gateway-issued tokens beside Okta's", default="false"),
    Setting(
        "GATEWAY_PUBLIC_KEYS", "authorizer?", "the gateway's public keys as a JWKS; not set: fetched from GATEWAY_URL"
    ),
    Setting(
        "LOG_LEVEL", "authorizer? login? iam?", "`DEBUG` adds group names to the decision's log line", default="INFO"
    ),
    Setting(
        "POWERTOOLS_SERVICE_NAME",
        "authorizer? login? iam?",
        "`service` in log lines and metrics",
        default="token-authorizer",
    ),
    Setting(
        "POWERTOOLS_METRICS_NAMESPACE",
        "authorizer? login? iam?",
        "CloudWatch namespace of the metrics",
        default="okta-gateway",
    ),
    Setting("OKTA_CLIENT_ID", "login devkit?", "the web application that people sign in with"),
    Setting("OKTA_CLIENT_SECRET", "login devkit?", "its secret", secret=True),
    Setting(
        "OKTA_SCOPES",
        "login?",
        "scopes requested at sign-in, separated by spaces; not set: `openid profile email offline_access`, and "
        "`groups` at the org server",
    ),
    Setting("SESSION_KEY", "login", "KMS ARN of a symmetric key, or a file with 32 random bytes in base64"),
    Setting(
        "GATEWAY_SIGNING_KEYS",
        "login?",
        "KMS ARNs or PEM files of RSA keys, separated by commas; the first signs, all are published; for org mode",
    ),
    Setting("SESSION_IDLE_SECONDS", "login?", "a session ends after so long without use", default="3600"),
    Setting("SESSION_MAX_SECONDS", "login?", "a session ends after so long in any case", default="28800"),
    Setting("LOGIN_REDIRECTS", "login?", "absolute addresses allowed after sign-in, exact, separated by commas"),
    Setting("ALLOWED_ORIGINS", "login?", "origins whose pages may use the session, exact, separated by commas"),
    Setting(
        "OKTA_API_TOKEN",
        "iam?",
        "Okta API token (SSWS) of an administrator; without it, and without OKTA_API_CLIENT_ID, only the routes of the "
        "document store work",
        secret=True,
    ),
    Setting(
        "OKTA_API_CLIENT_ID",
        "iam?",
        "instead of OKTA_API_TOKEN: a service app with an admin role and `okta.*` scopes, authenticated by its key",
    ),
    Setting("OKTA_API_PRIVATE_KEY", "iam?", "its RSA private key, as PEM or as a JWK", secret=True),
    Setting("ADMIN_SCOPE", "iam?", "the scope that opens the IAM API", default="registry:admin:full"),
    Setting(
        "AUTHORIZER_RESULT_TTL",
        "iam?",
        "seconds for which the gateway reuses an answer of the authorizer; told with every change",
        default="60",
    ),
    Setting("IAM_DOCS_PUBLIC", "iam?", "`true` lets everybody read /api/iam/docs", default="false"),
    Setting("OKTA_M2M_CLIENT_ID", "devkit?", "a machine client; not set: OKTA_CLIENT_ID"),
    Setting("OKTA_M2M_CLIENT_SECRET", "devkit?", "its secret; not set: OKTA_CLIENT_SECRET", secret=True),
    Setting("OKTA_M2M_SCOPE", "devkit?", "the custom scope a machine asks for", default="gateway.access"),
)
MAX_SHOWN_LENGTH = 200
BY_NAME = {setting.name: setting for setting in SETTINGS}
DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


class SettingsReader:
    """Reads one setting after the other and keeps the problems."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def required[T](self, name: str, parse: Callable[[str], T]) -> T | None:
        if not self._environ.get(name):
            self.problems.append(f"{name} is not set: {BY_NAME[name].meaning}")
        return self.optional(name, parse)

    def with_default[T](self, name: str, parse: Callable[[str], T]) -> T:
        value = self.optional(name, parse)
        return parse(DEFAULTS[name]) if value is None else value

    def optional[T](self, name: str, parse: Callable[[str], T]) -> T | None:
        text = self._environ.get(name)
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            # A long value may be a key that somebody pasted into the wrong place.
            shown = "its value" if BY_NAME[name].secret or len(text) > MAX_SHOWN_LENGTH else f"{text!r}"
            self.problems.append(f"{name}: {shown} is not right: {error}")
            return None
