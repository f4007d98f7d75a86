"""Parse settings that are good but for what a test changes."""

import pytest

from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.settings import AuthorizerSettings, parse_authorizer_settings
from tests.tokens import AUDIENCE, DOMAIN, SERVER_ID

GOOD = {
    "AUTH_PROVIDER": "okta",
    "OKTA_DOMAIN": DOMAIN,
    "OKTA_AUTH_SERVER_ID": SERVER_ID,
    "OKTA_AUDIENCE": AUDIENCE,
    "DOCUMENTDB_URI": "mongodb://registry:p4ss-word@cluster.example.com:27017/",
}
LAPTOP = {"OKTA_ALLOW_INSECURE_LOOPBACK": "true"}
ON_LAMBDA = {"LAMBDA_TASK_ROOT": "/var/task"}
ORG_MODE = {"OKTA_AUTH_SERVER_ID": "", "OKTA_AUDIENCE": ""}


def parse(**environ: str) -> AuthorizerSettings:
    return parse_authorizer_settings(GOOD | environ)


def problems(**environ: str) -> list[str]:
    with pytest.raises(ConfigurationInvalid) as failure:
        parse(**environ)
    assert all(problem in str(failure.value) for problem in failure.value.problems)
    return failure.value.problems
