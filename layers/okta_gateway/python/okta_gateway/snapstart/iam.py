"""The IAM API's hooks: the store is used once before the snapshot; the secrets are read again after it."""

from functools import partial
from typing import TYPE_CHECKING

from okta_gateway.current_parts import CurrentParts, survive
from okta_gateway.iam.settings import IamSettings
from okta_gateway.snapstart.hooks import register

if TYPE_CHECKING:
    from okta_gateway.iam_wiring import Iam


def register_hooks(current: "CurrentParts[IamSettings, Iam]") -> None:
    register(partial(_before_snapshot, current), current.renew)


def _before_snapshot(current: "CurrentParts[IamSettings, Iam]") -> None:
    survive("before the snapshot, store", current().use_cases)
    current.forget_connections()
