"""Settings of sign-in that are good but for what a test changes."""

import pytest

from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.login.settings import LoginSettings, parse_login_settings
from okta_gateway.setting_rows import SETTINGS
from tests.tokens import AUDIENCE, DOMAIN, SERVER_ID, USER_CLIENT_ID

SECRET, PASSWORD = "s3cret-of-the-app", "p4ss-word"
GOOD = {
    "AUTH_PROVIDER": "okta",
    "OKTA_DOMAIN": DOMAIN,
    "OKTA_AUTH_SERVER_ID": SERVER_ID,
    "OKTA_AUDIENCE": AUDIENCE,
    "OKTA_CLIENT_ID": USER_CLIENT_ID,
    "OKTA_CLIENT_SECRET": SECRET,
    "DOCUMENTDB_URI": f"mongodb://registry:{PASSWORD}@cluster.example.com:27017/",
    "SESSION_KEY": "/opt/keys/session.key",
}
ORG_MODE = {"OKTA_AUTH_SERVER_ID": "", "OKTA_AUDIENCE": "", "GATEWAY_SIGNING_KEYS": "/opt/keys/gateway.pem"}
LAPTOP = {"OKTA_ALLOW_INSECURE_LOOPBACK": "true"}
ON_LAMBDA = {"LAMBDA_TASK_ROOT": "/var/task"}
NAMES = {setting.name for setting in SETTINGS}


def parse(**environ: str) -> LoginSettings:
    return parse_login_settings(GOOD | environ)


def problems(**environ: str) -> list[str]:
    with pytest.raises(ConfigurationInvalid) as failure:
        parse(**environ)
    shown = str(failure.value)
    assert all(problem in shown for problem in failure.value.problems)
    assert SECRET not in shown
    assert PASSWORD not in shown
    return failure.value.problems
