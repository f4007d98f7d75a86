"""Okta's management API, for the routes that need it: without a credential they say what to set."""

from okta_gateway.iam.errors import OktaCredentialMissing
from okta_gateway.okta.management import OktaManagement


class OktaNeeded:
    """The management API, or nothing in store-only mode."""

    def __init__(self, okta: OktaManagement | None) -> None:
        self._okta = okta

    @property
    def is_there(self) -> bool:
        return self._okta is not None

    def __call__(self) -> OktaManagement:
        """The management API. Raises OktaCredentialMissing."""
        if self._okta is None:
            raise OktaCredentialMissing
        return self._okta
