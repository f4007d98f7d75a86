"""Every setting of the authorizer: what passes, what is refused, and what the refusal says."""

from typing import Any

import pytest

from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.setting_rows import SETTINGS
from okta_gateway.settings import parse_authorizer_settings
from tests.tokens import AUDIENCE, DOMAIN, GATEWAY_URL, ISSUER, SERVER_ID, key_set
from tests.unit.settings.parsing import GOOD, parse, problems


def test_the_least_that_is_needed_is_enough_and_warns_of_nothing() -> None:
    settings = parse()
    assert settings.okta_url == f"https://{DOMAIN}"
    assert (settings.auth_server_id, settings.audiences) == (SERVER_ID, (AUDIENCE,))
    assert settings.warnings == ()


DEFAULTS: dict[str, Any] = {
    "allowed_clients": (),
    "other_issuers": (),
    "secrets_arn": None,
    "documentdb_database": "mcp_registry_default",
    "documentdb_tls_ca_file": None,
    "warm_enrichment": False,
    "scopes_source": "file",
    "scopes_file": "/opt/scopes.json",
    "policy_max_bytes": 8192,
    "allow_encoded_slash": False,
    "gateway_url": None,
    "gateway_tokens": False,
    "gateway_public_keys": None,
    "log_level": "INFO",
}


@pytest.mark.parametrize("unset", [{}, {setting.name: "" for setting in SETTINGS if setting.name not in GOOD}])
def test_what_is_not_set_or_empty_has_its_default(unset: dict[str, str]) -> None:
    settings = parse(**unset)
    assert {name: getattr(settings, name) for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("OKTA_DOMAIN", "dev-1.okta.com", "okta_url", "https://dev-1.okta.com"),
        ("OKTA_DOMAIN", "Dev-1.OKTA.com", "okta_url", "https://dev-1.okta.com"),
        ("OKTA_DOMAIN", "acme.oktapreview.com", "okta_url", "https://acme.oktapreview.com"),
        ("OKTA_DOMAIN", "acme.okta-emea.com", "okta_url", "https://acme.okta-emea.com"),
        ("OKTA_DOMAIN", "acme.okta-gov.com", "okta_url", "https://acme.okta-gov.com"),
        ("OKTA_DOMAIN", "acme.okta.mil", "okta_url", "https://acme.okta.mil"),
        ("OKTA_DOMAIN", "login.acme-admin.example", "okta_url", "https://login.acme-admin.example"),
        ("OKTA_AUTH_SERVER_ID", "default", "auth_server_id", "default"),
        ("OKTA_AUDIENCE", "api://a, api://b", "audiences", ("api://a", "api://b")),
        ("OKTA_ALLOWED_CLIENT_IDS", "0oa1,0oa2", "allowed_clients", ("0oa1", "0oa2")),
        ("OKTA_ISSUERS", f"https://login.example.com/oauth2/{SERVER_ID}", "other_issuers",
         (f"https://login.example.com/oauth2/{SERVER_ID}",)),
        ("WARM_ENRICHMENT", "TRUE", "warm_enrichment", True),
        ("WARM_ENRICHMENT", "no", "warm_enrichment", False),
        ("SCOPES_SOURCE", "documentdb", "scopes_source", "documentdb"),
        ("SCOPES_FILE", "layers/policies/scopes.yml", "scopes_file", "layers/policies/scopes.yml"),
        ("POLICY_MAX_BYTES", "4096", "policy_max_bytes", 4096),
        ("ALLOW_ENCODED_SLASH", "true", "allow_encoded_slash", True),
        ("GATEWAY_URL", GATEWAY_URL, "gateway_url", GATEWAY_URL),
        ("GATEWAY_URL", "https://api.example.com", "gateway_url", "https://api.example.com"),
        ("GATEWAY_URL", "https://api.example.com:8443/a/b", "gateway_url", "https://api.example.com:8443/a/b"),
        ("GATEWAY_URL", "http://localhost:8888", "gateway_url", "http://localhost:8888"),
        ("GATEWAY_TOKENS", "true", "gateway_tokens", True),
        ("GATEWAY_PUBLIC_KEYS", key_set().decode(), "gateway_public_keys", key_set()),
        ("LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("SECRETS_ARN", "arn:aws:secretsmanager:x", "secrets_arn", "arn:aws:secretsmanager:x"),
        ("DOCUMENTDB_DATABASE", "mcp_registry_2", "documentdb_database", "mcp_registry_2"),
        ("DOCUMENTDB_TLS_CA_FILE", "/opt/ca.pem", "documentdb_tls_ca_file", "/opt/ca.pem"),
        ("POWERTOOLS_SERVICE_NAME", "gate", "service", "gate"),
        ("POWERTOOLS_METRICS_NAMESPACE", "Acme/Gate", "metrics_namespace", "Acme/Gate"),
    ],
)  # fmt: skip
def test_a_good_value_is_taken(name: str, text: str, field: str, value: Any) -> None:
    assert getattr(parse(**{name: text}), field) == value


HOST_ONLY = "write the host only"
NO_ADMIN = "leave out '-admin'"
ID_ONLY = "write the id only"
BAD_VALUES = [
    ("AUTH_PROVIDER", "keycloak", "AUTH_PROVIDER=okta"),
    ("AUTH_PROVIDER", "Okta", "AUTH_PROVIDER=okta"),
    ("AUTH_PROVIDER", "okta ", "AUTH_PROVIDER=okta"),
    ("OKTA_DOMAIN", "{yourOktaDomain}", HOST_ONLY),
    ("OKTA_DOMAIN", "${yourOktaDomain}", HOST_ONLY),
    ("OKTA_DOMAIN", "https://dev-1.okta.com", HOST_ONLY),
    ("OKTA_DOMAIN", "http://dev-1.okta.com", HOST_ONLY),
    ("OKTA_DOMAIN", "http://127.0.0.1.attacker.example", HOST_ONLY),
    ("OKTA_DOMAIN", "http://localhost.attacker.example", HOST_ONLY),
    ("OKTA_DOMAIN", "http://127.0.0.1:8080@attacker.example", HOST_ONLY),
    ("OKTA_DOMAIN", "http://localhost:1234/path", HOST_ONLY),
    ("OKTA_DOMAIN", "http://192.168.0.1:8080", HOST_ONLY),
    ("OKTA_DOMAIN", "http://[::1]:8080", HOST_ONLY),
    ("OKTA_DOMAIN", "localhost:8080", HOST_ONLY),
    ("OKTA_DOMAIN", "dev-1.okta.com/", HOST_ONLY),
    ("OKTA_DOMAIN", "dev-1.okta.com/oauth2/default", HOST_ONLY),
    ("OKTA_DOMAIN", "dev-1.okta.com:443", HOST_ONLY),
    ("OKTA_DOMAIN", "user@dev-1.okta.com", HOST_ONLY),
    ("OKTA_DOMAIN", "dev-1.okta.com.", HOST_ONLY),
    ("OKTA_DOMAIN", " dev-1.okta.com", HOST_ONLY),
    ("OKTA_DOMAIN", "dev-1.okta.com\n", HOST_ONLY),
    ("OKTA_DOMAIN", "dev_1.okta.com", HOST_ONLY),
    ("OKTA_DOMAIN", "-dev.okta.com", HOST_ONLY),
    ("OKTA_DOMAIN", "dev..okta.com", HOST_ONLY),
    ("OKTA_DOMAIN", "10.0.0.1", HOST_ONLY),
    ("OKTA_DOMAIN", "okta", HOST_ONLY),
    ("OKTA_DOMAIN", "dévé.okta.com", HOST_ONLY),
    ("OKTA_DOMAIN", "a" * 64 + ".okta.com", HOST_ONLY),
    ("OKTA_DOMAIN", "dev-1-admin.okta.com", NO_ADMIN),
    ("OKTA_DOMAIN", "Dev-1-ADMIN.okta.com", NO_ADMIN),
    ("OKTA_DOMAIN", "acme-admin.oktapreview.com", NO_ADMIN),
    ("OKTA_AUTH_SERVER_ID", ISSUER, ID_ONLY),
    ("OKTA_AUTH_SERVER_ID", "{authServerId}", ID_ONLY),
    ("OKTA_AUTH_SERVER_ID", "../v1", ID_ONLY),
    ("OKTA_AUTH_SERVER_ID", "aus 1", ID_ONLY),
    ("OKTA_AUTH_SERVER_ID", "a" * 65, ID_ONLY),
    ("OKTA_AUTH_SERVER_ID", "default\n", ID_ONLY),
    ("OKTA_AUDIENCE", ",", "none empty"),
    ("OKTA_AUDIENCE", " ", "none empty"),
    ("OKTA_AUDIENCE", "api://a,,api://b", "none empty"),
    ("OKTA_AUDIENCE", "api://a,api://a", "none twice"),
    ("OKTA_ALLOWED_CLIENT_IDS", ",", "none empty"),
    ("OKTA_ALLOWED_CLIENT_IDS", "0oa1,", "none empty"),
    ("OKTA_ISSUERS", f"http://login.example.com/oauth2/{SERVER_ID}", "https://HOST/oauth2/SERVER_ID"),
    ("OKTA_ISSUERS", "https://login.example.com", "https://HOST/oauth2/SERVER_ID"),
    ("OKTA_ISSUERS", f"login.example.com/oauth2/{SERVER_ID}", "https://HOST/oauth2/SERVER_ID"),
    ("OKTA_ISSUERS", f"https://user@login.example.com/oauth2/{SERVER_ID}", "https://HOST/oauth2/SERVER_ID"),
    ("OKTA_ISSUERS", f"https://login.example.com/oauth2/{SERVER_ID}/", "write the id only"),
    ("OKTA_ISSUERS", "https://login.example.com/oauth2/default", "OKTA_AUTH_SERVER_ID"),
    ("OKTA_ALLOW_INSECURE_LOOPBACK", "maybe", "write true or false"),
    ("WARM_ENRICHMENT", "2", "write true or false"),
    ("ALLOW_ENCODED_SLASH", "on", "write true or false"),
    ("GATEWAY_TOKENS", "tru", "write true or false"),
    ("SCOPES_SOURCE", "s3", "write file or documentdb"),
    ("SCOPES_SOURCE", "DocumentDB", "write file or documentdb"),
    ("POLICY_MAX_BYTES", "8 KB", "number of bytes"),
    ("POLICY_MAX_BYTES", "-8192", "number of bytes"),
    ("POLICY_MAX_BYTES", "0", "number of bytes"),
    ("POLICY_MAX_BYTES", "8192.0", "number of bytes"),
    ("GATEWAY_URL", "api.example.com", "https://HOST/STAGE"),
    ("GATEWAY_URL", "http://api.example.com", "https://HOST/STAGE"),
    ("GATEWAY_URL", "https://api.example.com/", "without a slash at the end"),
    ("GATEWAY_URL", "https://api.example.com/prod/", "without a slash at the end"),
    ("GATEWAY_URL", "https://api.example.com/?x=1", "https://HOST/STAGE"),
    ("GATEWAY_URL", "https://api.example.com#x", "https://HOST/STAGE"),
    ("GATEWAY_URL", "https://user@api.example.com", "https://HOST/STAGE"),
    ("GATEWAY_URL", "https://api.example.com:pass@attacker.example", "https://HOST/STAGE"),
    ("GATEWAY_URL", "https://api.example.com:https", "https://HOST/STAGE"),
    ("GATEWAY_URL", "https://api.example.com:", "https://HOST/STAGE"),
    ("GATEWAY_URL", "https://api.example.com:80:90", "https://HOST/STAGE"),
    ("GATEWAY_URL", "ftp://api.example.com", "https://HOST/STAGE"),
    ("GATEWAY_PUBLIC_KEYS", "[]", "write a JSON Web Key Set"),
    ("GATEWAY_PUBLIC_KEYS", '{"keys": {}}', "write a JSON Web Key Set"),
    ("GATEWAY_PUBLIC_KEYS", '{"kty": "RSA"}', "write a JSON Web Key Set"),
    ("GATEWAY_PUBLIC_KEYS", "not JSON", "write a JSON Web Key Set"),
    ("GATEWAY_PUBLIC_KEYS", "https://api.example.com/.well-known/jwks.json", "write a JSON Web Key Set"),
    ("LOG_LEVEL", "VERBOSE", "DEBUG, INFO"),
    ("DOCUMENTDB_DATABASE", "a.b", "letters, digits"),
    ("DOCUMENTDB_DATABASE", "$db", "letters, digits"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "fix"), BAD_VALUES)
def test_a_bad_value_is_refused_with_its_name_its_value_and_the_fix(name: str, text: str, fix: str) -> None:
    (problem,) = problems(**{name: text})
    assert problem.startswith(name)
    assert repr(text[:80]) in problem
    assert fix in problem


@pytest.mark.parametrize("name", ["AUTH_PROVIDER", "OKTA_DOMAIN", "OKTA_AUDIENCE"])
def test_a_setting_that_is_needed_and_not_set_is_refused_with_what_it_means(name: str) -> None:
    (problem,) = problems(**{name: ""})
    meaning = next(setting.meaning for setting in SETTINGS if setting.name == name)
    assert problem == f"{name} is not set: {meaning}"


def test_all_problems_are_reported_together() -> None:
    bad = {name: text for name, text, _ in BAD_VALUES}
    told = problems(**bad, DOCUMENTDB_URI="p4ss-word")
    assert {problem.partition(":")[0].split()[0] for problem in told} == {*bad, "DOCUMENTDB_URI"}
    with pytest.raises(ConfigurationInvalid) as failure:
        parse_authorizer_settings({})
    assert [problem.split()[0] for problem in failure.value.problems] == ["AUTH_PROVIDER", "OKTA_DOMAIN"]


@pytest.mark.parametrize(
    "uri",
    ["p4ss-word", "http://registry:p4ss-word@cluster.example.com/", "mongodb+srv://registry:p4ss-word@cluster.example.com",
     " mongodb://registry:p4ss-word@cluster.example.com/", "postgres://registry:p4ss-word@x"],
)  # fmt: skip
def test_a_secret_is_never_shown(uri: str) -> None:
    (problem,) = problems(DOCUMENTDB_URI=uri)
    assert problem.startswith("DOCUMENTDB_URI: its value is not right: write mongodb://")
    assert "p4ss-word" not in problem
    assert all("p4ss-word" not in told for told in problems(DOCUMENTDB_URI=GOOD["DOCUMENTDB_URI"], OKTA_DOMAIN="x"))


def test_the_settings_do_not_show_what_they_hold() -> None:
    assert "p4ss-word" not in f"{parse()!r} {parse()}"


@pytest.mark.parametrize("text", ["", "*", "any", "false"])
def test_there_is_no_way_to_switch_the_audience_off(text: str) -> None:
    if text:
        assert parse(OKTA_AUDIENCE=text).audiences == (text,)
    else:
        assert problems(OKTA_AUDIENCE=text)


def test_every_setting_of_the_authorizer_is_in_the_tables_above() -> None:
    tested = {name for name, *_ in BAD_VALUES} | {"DOCUMENTDB_URI"}
    any_text = {"SECRETS_ARN", "SCOPES_FILE", "DOCUMENTDB_TLS_CA_FILE", "POWERTOOLS_SERVICE_NAME",
                "POWERTOOLS_METRICS_NAMESPACE"}  # fmt: skip
    rows = {setting.name for setting in SETTINGS if setting.needed_by.startswith("authorizer")}
    assert rows <= tested | any_text
