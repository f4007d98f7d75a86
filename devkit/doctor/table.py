"""All checks, in their order: what explains most comes first."""

from devkit.doctor.api_checks import API_CHECKS
from devkit.doctor.app_checks import APP_CHECKS
from devkit.doctor.claim_checks import CLAIM_CHECKS
from devkit.doctor.custom_server_checks import CUSTOM_SERVER_CHECKS
from devkit.doctor.group_checks import CLIENT_GROUP_CHECKS, GROUP_CHECKS
from devkit.doctor.policy_checks import POLICY_CHECKS
from devkit.doctor.scope_checks import DEFAULT_SCOPE_CHECKS, SCOPE_CHECKS
from devkit.doctor.server_checks import CLIENT_CHECKS, SERVER_CHECKS
from devkit.doctor.setting_checks import SETTING_CHECKS
from devkit.doctor.store_checks import STORE_CHECKS
from devkit.doctor.token_checks import TOKEN_CHECKS

CHECKS = (
    *SETTING_CHECKS,
    *SERVER_CHECKS,
    *TOKEN_CHECKS,
    *API_CHECKS,
    *CUSTOM_SERVER_CHECKS,
    *SCOPE_CHECKS,
    *CLAIM_CHECKS,
    *APP_CHECKS,
    *POLICY_CHECKS,
    *DEFAULT_SCOPE_CHECKS,
    *GROUP_CHECKS,
    *CLIENT_CHECKS,
    *STORE_CHECKS,
    *CLIENT_GROUP_CHECKS,
)
