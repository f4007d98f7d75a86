"""The stand-in and the store that the authorizer's own tests have."""

from tests.integration.authorizer.conftest import clients, key_folder, okta, store, store_uri

__all__ = ["clients", "key_folder", "okta", "store", "store_uri"]  # fixtures
