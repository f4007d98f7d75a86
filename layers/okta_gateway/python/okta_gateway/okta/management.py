"""Okta's management API, whole: users, groups and apps through one connection, credential and budget of time."""

from collections.abc import Callable
from typing import NamedTuple

import httpx

from okta_gateway.okta.api import DEFAULT_SECONDS, OktaApi
from okta_gateway.okta.api_credentials import ApiCredential
from okta_gateway.okta.apps import OktaApps
from okta_gateway.okta.groups import OktaGroups
from okta_gateway.okta.users import OktaUsers


class OktaManagement(NamedTuple):
    """What an administrator does in Okta."""

    users: OktaUsers
    groups: OktaGroups
    apps: OktaApps


def okta_management(
    okta_url: str,
    credential: ApiCredential,
    *,
    time_left: Callable[[], float] = lambda: DEFAULT_SECONDS,
    transport: httpx.BaseTransport | None = None,
) -> OktaManagement:
    """The management API of the org at `okta_url`; `time_left` says how many seconds the present request has."""
    api = OktaApi(okta_url, credential, time_left=time_left, transport=transport)
    return OktaManagement(OktaUsers(api), OktaGroups(api), OktaApps(api))
