"""What is wrong, or worth a warning, only when settings are seen together."""

import pytest

from tests.tokens import ISSUER
from tests.unit.settings.parsing import LAPTOP, ON_LAMBDA, ORG_MODE, parse, problems


@pytest.mark.parametrize("domain", ["http://127.0.0.1:8080", "http://localhost:8080", "http://localhost"])
def test_a_loopback_okta_needs_a_setting_of_its_own(domain: str) -> None:
    (problem,) = problems(OKTA_DOMAIN=domain)
    assert "OKTA_ALLOW_INSECURE_LOOPBACK=true" in problem
    assert domain in problem
    assert parse(OKTA_DOMAIN=domain, **LAPTOP).okta_url == domain


@pytest.mark.parametrize(
    ("environ", "name", "value"),
    [
        (LAPTOP | {"OKTA_DOMAIN": "http://127.0.0.1:8080"}, "OKTA_DOMAIN", "http://127.0.0.1:8080"),
        (LAPTOP | {"OKTA_DOMAIN": "http://localhost"}, "OKTA_DOMAIN", "http://localhost"),
        ({"GATEWAY_URL": "http://localhost:8888"}, "GATEWAY_URL", "http://localhost:8888"),
    ],
    ids=["address", "localhost", "gateway"],
)
def test_on_lambda_loopback_is_refused_whatever_else_is_set(environ: dict[str, str], name: str, value: str) -> None:
    (problem,) = problems(**environ, **ON_LAMBDA)
    assert name in problem
    assert "Lambda" in problem
    assert value in problem
    parse(**environ)
    parse(**environ, LAMBDA_TASK_ROOT="/home/ada/okta-gateway")


def test_on_lambda_the_permission_alone_does_no_harm() -> None:
    parse(**LAPTOP, **ON_LAMBDA)


@pytest.mark.parametrize("domain", ["login.example.com", "okta.com", "evilokta.com", "dev-1.okta.com.example.com"])
def test_a_custom_domain_works_with_a_warning(domain: str) -> None:
    (warning,) = parse(OKTA_DOMAIN=domain).warnings
    assert warning.startswith(f"OKTA_DOMAIN: https://{domain} is none of Okta's own domains")


def test_org_mode_works_with_a_warning_and_needs_no_audience() -> None:
    settings = parse(**ORG_MODE)
    assert settings.auth_server_id is None
    (warning,) = settings.warnings
    assert "OKTA_AUTH_SERVER_ID is not set" in warning
    assert "only tokens that this gateway issued" in warning
    assert "machines cannot call" in warning


def test_no_store_works_with_a_warning_unless_the_rules_are_there() -> None:
    (warning,) = parse(DOCUMENTDB_URI="").warnings
    assert "no DOCUMENTDB_URI" in warning
    assert parse(DOCUMENTDB_URI="", SECRETS_ARN="arn:x").warnings == ()
    (problem,) = problems(DOCUMENTDB_URI="", SCOPES_SOURCE="documentdb")
    assert "SCOPES_SOURCE=documentdb needs DOCUMENTDB_URI" in problem


def test_further_issuers_make_no_sense_in_org_mode() -> None:
    (problem,) = problems(OKTA_ISSUERS=ISSUER, **ORG_MODE)
    assert "OKTA_ISSUERS" in problem
